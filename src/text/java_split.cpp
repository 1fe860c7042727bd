#include "text/java_split.h"

namespace flume {

Result<std::vector<std::string>> java_split(std::string_view text, Regex& separator) {
  std::vector<std::string> pieces;
  Regex::Groups groups;
  std::size_t from = 0;
  bool is_divided = false;
  separator.begin(text);
  for (;;) {
    const auto found = separator.next(groups);
    if (!found) return found.status();
    if (!*found) break;
    const auto begin = static_cast<std::size_t>(groups[0]->data() - separator.subject().data());
    const std::size_t end = begin + groups[0]->size();
    if (end == 0) continue;
    pieces.emplace_back(separator.subject().substr(from, begin - from));
    from = end;
    is_divided = true;
  }
  pieces.emplace_back(separator.subject().substr(from));
  while (is_divided && !pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

}  // namespace flume
