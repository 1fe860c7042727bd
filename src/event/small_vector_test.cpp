#include "flume/small_vector.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

using Words = SmallVector<std::string, 2>;

void expect_same(const Words& words, const std::vector<std::string>& model) {
  RC_ASSERT(words.size() == model.size());
  RC_ASSERT(words.empty() == model.empty());
  RC_ASSERT(std::equal(words.begin(), words.end(), model.begin()));
}

RC_GTEST_PROP(SmallVector, does_what_a_vector_does, ()) {
  Words words;
  std::vector<std::string> model;
  for (int i = *rc::gen::inRange(0, 40); i > 0; --i) {
    // Longer than a string keeps inside itself, so that a lost or doubled destructor shows.
    const std::string word = "a word that lives on the heap, number " + std::to_string(i);
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        words.push_back(word);
        model.push_back(word);
        break;
      case 2: {
        const auto at = *rc::gen::inRange<std::size_t>(0, model.size() + 1);
        words.insert(words.begin() + at, word);
        model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), word);
        break;
      }
      case 3: {
        const auto first = *rc::gen::inRange<std::size_t>(0, model.size() + 1);
        const auto last = *rc::gen::inRange<std::size_t>(first, model.size() + 1);
        words.erase(words.begin() + first, words.begin() + last);
        model.erase(model.begin() + static_cast<std::ptrdiff_t>(first), model.begin() + static_cast<std::ptrdiff_t>(last));
        break;
      }
      case 4: {
        Words copy(words);
        words = copy;
        expect_same(copy, model);
        break;
      }
      case 5: {
        Words moved(std::move(words));
        expect_same(moved, model);
        expect_same(words, {});  // NOLINT(bugprone-use-after-move): promised
        words = std::move(moved);
        break;
      }
      case 6:
        if (model.empty()) break;
        words.pop_back();
        model.pop_back();
        break;
      default:
        if (*rc::gen::inRange(0, 4) != 0) break;
        words.clear();
        model.clear();
    }
    expect_same(words, model);
  }
}

TEST(SmallVector, appends_a_copy_of_its_own_element_while_it_grows) {
  Words words{"a word that lives on the heap", "another word on the heap"};
  words.push_back(words[0]);
  EXPECT_EQ(words[2], "a word that lives on the heap");
}

TEST(SmallVector, holds_what_cannot_be_copied) {
  SmallVector<std::unique_ptr<int>, 1> owners;
  for (int i = 0; i < 5; ++i) owners.push_back(std::make_unique<int>(i));
  owners.erase(owners.begin() + 1, owners.begin() + 3);
  ASSERT_EQ(owners.size(), 3U);
  EXPECT_EQ(*owners[1], 3);
}

}  // namespace
}  // namespace flume
