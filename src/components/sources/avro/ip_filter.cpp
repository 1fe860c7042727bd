#include "components/sources/avro/ip_filter.h"

#include <algorithm>

#include "text/ascii.h"

namespace flume {
namespace {

/// Goes back to the last star only: never more than text x pattern steps.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

std::string_view strip(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_loopback(std::string_view address) { return address == "::1" || address.starts_with("127."); }

}  // namespace

Result<IpFilter> IpFilter::parse(std::string_view rules) {
  IpFilter filter;
  while (!rules.empty()) {
    const std::string_view whole = rules.substr(0, rules.find(','));
    rules.remove_prefix(std::min(whole.size() + 1, rules.size()));
    const std::string_view rule = strip(whole);
    if (rule.empty()) continue;
    const std::size_t first = rule.find(':');
    const std::size_t second = first == std::string_view::npos ? first : rule.find(':', first + 1);
    const auto wrong = [&] {
      return invalid_config("'" + std::string(rule) + "' is no rule: allow or deny, ip or name, and a pattern, as in deny:ip:10.1.*");
    };
    if (second == std::string_view::npos || second + 1 == rule.size()) return wrong();
    const std::string verdict = to_lower(rule.substr(0, first));
    const std::string what = to_lower(rule.substr(first + 1, second - first - 1));
    if ((verdict != "allow" && verdict != "deny") || (what != "ip" && what != "name")) return wrong();
    filter.rules_.push_back({verdict == "allow", what == "name", std::string(rule.substr(second + 1))});
  }
  if (filter.rules_.empty()) return invalid_config("there is no rule: such as allow:ip:127.*, deny:ip:*");
  return filter;
}

bool IpFilter::needs_name() const noexcept {
  return std::any_of(rules_.begin(), rules_.end(), [](const Rule& rule) { return rule.is_of_name && rule.pattern != "localhost"; });
}

bool IpFilter::allows(std::string_view address, std::string_view name) const {
  for (const Rule& rule : rules_) {
    const bool is_it =
        rule.is_of_name && rule.pattern == "localhost" ? is_loopback(address) : fits(rule.pattern, rule.is_of_name ? name : address);
    if (is_it) return rule.allows;
  }
  return true;
}

}  // namespace flume
