#include "io/file_input.h"

#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume {
namespace {

class FileInputTest : public testing::Test {
 protected:
  std::unique_ptr<FileInput> open(std::string_view content) {
    files_.add_file("/f", content);
    auto input = FileInput::open(files_, "/f");
    EXPECT_TRUE(input.ok()) << input.status().message();
    return *std::move(input);
  }
  static std::string numbers(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",";
    text.resize(bytes);
    return text;
  }

  SimFiles files_;
};

TEST_F(FileInputTest, shows_at_least_what_is_asked_for_and_moves_on_when_told) {
  const std::string text = numbers(3 << 20U);
  const auto input = open(text);
  std::size_t at = 0;
  for (std::size_t step = 1; at < text.size(); step = step * 7 % 300'007) {
    const auto seen = input->peek(step);
    ASSERT_TRUE(seen.ok());
    ASSERT_GE(seen->size(), std::min(step, text.size() - at));
    ASSERT_EQ(*seen, std::string_view(text).substr(at, seen->size()));
    const std::size_t taken = std::min(step, seen->size());
    input->advance(taken);
    at += taken;
    ASSERT_EQ(input->position(), at);
  }
  EXPECT_TRUE(input->peek(1)->empty());
}

TEST_F(FileInputTest, goes_anywhere_and_finds_nothing_behind_the_end) {
  const std::string text = numbers(1 << 20U);
  const auto input = open(text);
  for (const std::uint64_t place : {700'000U, 3U, 1'048'575U, 0U, 300'000U, 299'990U}) {
    input->seek(place);
    EXPECT_EQ(input->position(), place);
    EXPECT_EQ(input->peek(10)->substr(0, 10), std::string_view(text).substr(place, 10)) << place;
  }
  input->seek(text.size() + 5);
  EXPECT_TRUE(input->peek(1)->empty());
  EXPECT_EQ(input->position(), text.size() + 5);
  input->seek(0);
  input->advance(text.size() - 2);
  EXPECT_EQ(*input->peek(100), text.substr(text.size() - 2));
}

TEST_F(FileInputTest, takes_no_memory_for_what_the_file_has_not) {
  const auto input = open("short");
  EXPECT_EQ(*input->peek(std::size_t{1} << 60U), "short");
}

TEST_F(FileInputTest, does_not_see_what_is_appended_later) {
  const auto input = open("first");
  files_.add_file("/f", "first and more");
  EXPECT_EQ(*input->peek(100), "first");
}

TEST_F(FileInputTest, ends_where_a_file_has_become_shorter) {
  const auto input = open("0123456789");
  files_.inject({.operation = SimFiles::Operation::Read, .path = "/f", .times = 1, .short_read = 4});
  files_.inject({.operation = SimFiles::Operation::Read, .path = "/f", .skip = 1, .times = 1, .short_read = 0});
  EXPECT_EQ(*input->peek(10), "0123");
}

TEST_F(FileInputTest, tells_what_the_disk_says_and_tries_again) {
  const auto input = open("0123456789");
  files_.inject({.operation = SimFiles::Operation::Read, .path = "/f", .times = 1});
  const auto failed = input->peek(1);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.cause(), Cause::Io);
  EXPECT_EQ(*input->peek(1), "0123456789");
  EXPECT_EQ(FileInput::open(files_, "/none").cause(), Cause::NotFound);
}

}  // namespace
}  // namespace flume
