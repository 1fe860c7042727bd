#include "config/name_list.h"

#include <algorithm>
#include <set>

#include "config/characters.h"
#include "config/shown_value.h"

namespace flume::config {

namespace {

std::vector<std::string> split_at_blanks(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_blank(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !is_blank(text[at])) ++at;
    if (at > begin) words.emplace_back(text.substr(begin, at - begin));
  }
  return words;
}

}  // namespace

std::vector<ListedName> read_name_list(std::string_view full_key, const Property& list, Diagnostics& diagnostics) {
  const std::string key(full_key);
  std::vector<ListedName> names;
  std::set<std::string> seen;
  std::string before_comment;
  bool after_comment = false;
  bool has_comma = false;
  for (std::string& name : split_at_blanks(list.value)) {
    if (name.starts_with('#')) after_comment = true;
    if (!after_comment) before_comment += (before_comment.empty() ? "" : " ") + name;
    if (!seen.insert(name).second) {
      if (!after_comment) diagnostics.warning(list.value_at, key, shown_value("", name) + " is listed twice", "once is enough");
      continue;
    }
    const bool with_comma = !after_comment && name.find(',') != std::string::npos;
    has_comma = has_comma || with_comma;
    if (!after_comment && !with_comma && name.find('.') != std::string::npos) {
      diagnostics.error(list.value_at, key, "the name " + shown_value("", name) + " contains a dot: no key can belong to it",
                        "a dot ends a component's name");
    }
    names.push_back({std::move(name), list.value_at, after_comment, with_comma, {}});
  }
  if (has_comma) {
    diagnostics.error(list.value_at, key, "names are separated by blanks; a comma becomes part of the name",
                      "write: " + key + " = " + shown_value("", without_commas(before_comment)));
  }
  if (after_comment) {
    diagnostics.warning(list.value_at, key, "the text after # is part of the value: each of its words is taken for a name",
                        "a comment needs a line of its own");
  }
  return names;
}

std::vector<ListedName> pieces_of(const ListedName& listed) {
  std::vector<ListedName> pieces;
  for (std::string_view rest = listed.name; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (comma != 0) pieces.push_back({std::string(rest.substr(0, comma)), listed.at, false, false, listed.name});
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return pieces;
}

std::string without_commas(std::string_view list) {
  std::string text(list);
  std::replace(text.begin(), text.end(), ',', ' ');
  std::string joined;
  for (const std::string& name : split_at_blanks(text)) joined += (joined.empty() ? "" : " ") + name;
  return joined;
}

std::string shown_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMostShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostShown); ++i) text += (i == 0 ? "" : ", ") + shown_value("", names[i]);
  if (names.size() > kMostShown) text += " and " + std::to_string(names.size() - kMostShown) + " more";
  return text;
}

std::size_t find_trailing_comment(std::string_view value) {
  for (std::size_t at = value.find('#'); at != std::string_view::npos; at = value.find('#', at + 1)) {
    if (at == 0 || !is_blank(value[at - 1])) continue;
    // `100 # events` and `memory #fast`; but not `grep -v #x`, where more than one word goes before.
    const std::string_view before = trimmed(value.substr(0, at));
    const bool one_word = !before.empty() && std::none_of(before.begin(), before.end(), is_blank);
    return one_word ? at : std::string_view::npos;
  }
  return std::string_view::npos;
}

std::string comment_hint(std::string_view value) {
  if (find_trailing_comment(value) == std::string_view::npos) return {};
  return "the text after # is part of the value: a comment needs a line of its own";
}

}  // namespace flume::config
