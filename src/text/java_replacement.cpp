#include "text/java_replacement.h"

#include <algorithm>

#include <fmt/format.h>

namespace flume {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// In characters, from 1.
std::size_t column_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at),
                                                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// A reference to a group, read from behind the dollar sign.
struct Reference {
  std::size_t group = 0;
  std::size_t end = 0;  // where the replacement goes on
};

Result<Reference> reference_at(std::string_view text, std::size_t at, const Regex& regex) {
  if (at == text.size()) return rejected("a group's number or {name} must follow $; \\$ stands for a dollar sign");
  if (text[at] == '{') {
    std::size_t end = at + 1;
    while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) ++end;
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (name.empty() || is_digit(name[0])) return rejected("a group's name must follow ${, a letter first");
    if (end == text.size() || text[end] != '}') return rejected("} must follow the group's name");
    const auto group = regex.group_number(name);
    if (!group) return rejected(fmt::format("the pattern has no group named '{}'", name));
    return Reference{*group, end + 1};
  }
  if (!is_digit(text[at])) return rejected("a group's number or {name} must follow $; \\$ stands for a dollar sign");
  Reference reference{static_cast<std::size_t>(text[at] - '0'), at + 1};
  if (reference.group > regex.group_count()) {
    return rejected(fmt::format("the pattern has no group {}: it has {}", reference.group, regex.group_count()));
  }
  // As many digits as there are groups for: $11 is group 1 and a 1 when there are fewer than eleven.
  for (; reference.end < text.size() && is_digit(text[reference.end]); ++reference.end) {
    const std::size_t longer = reference.group * 10 + static_cast<std::size_t>(text[reference.end] - '0');
    if (longer > regex.group_count()) break;
    reference.group = longer;
  }
  return reference;
}

}  // namespace

Result<JavaReplacement> JavaReplacement::compile(std::string_view replacement, const Regex& regex) {
  const auto refused = [&](std::size_t at, std::string_view why) {
    return invalid_config(fmt::format("replacement '{}': column {}: {}", replacement, column_of(replacement, at), why));
  };
  JavaReplacement compiled;
  Part part;
  for (std::size_t i = 0; i < replacement.size();) {
    if (replacement[i] == '\\') {
      if (i + 1 == replacement.size()) return refused(i, "a character must follow \\; \\\\ stands for a backslash");
      part.text += replacement[i + 1];
      i += 2;
    } else if (replacement[i] == '$') {
      const auto reference = reference_at(replacement, i + 1, regex);
      if (!reference) return refused(i, reference.status().message());
      part.group = reference->group;
      part.has_group = true;
      compiled.parts_.push_back(std::move(part));
      part = {};
      i = reference->end;
    } else {
      part.text += replacement[i++];
    }
  }
  if (!part.text.empty()) compiled.parts_.push_back(std::move(part));
  return compiled;
}

void JavaReplacement::append(const Regex::Groups& groups, std::string& out) const {
  for (const Part& part : parts_) {
    out += part.text;
    if (part.has_group && groups[part.group]) out += *groups[part.group];
  }
}

Result<bool> replace_all(Regex& regex, const JavaReplacement& replacement, std::string_view subject, std::string& out) {
  const std::size_t before = out.size();
  Regex::Groups groups;
  std::size_t copied = 0;
  bool is_changed = false;
  regex.begin(subject);
  for (;;) {
    const auto found = regex.next(groups);
    if (!found) {
      out.resize(before);
      return found.status();
    }
    if (!*found) break;
    is_changed = true;
    const auto begin = static_cast<std::size_t>(groups[0]->data() - regex.subject().data());
    out += regex.subject().substr(copied, begin - copied);
    replacement.append(groups, out);
    copied = begin + groups[0]->size();
  }
  if (is_changed) out += regex.subject().substr(copied);
  return is_changed;
}

}  // namespace flume
