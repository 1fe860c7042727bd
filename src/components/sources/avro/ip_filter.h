// Which peers may connect: Flume's ipFilterRules, "allow|deny:ip|name:pattern, ...". The first rule that fits decides; none: allowed.
// Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"

namespace flume {

class IpFilter {
 public:
  /// InvalidConfig quotes the rule that is none.
  static Result<IpFilter> parse(std::string_view rules);

  /// Some rule asks for the peer's name.
  [[nodiscard]] bool needs_name() const noexcept;
  /// `name`: of the address; the address when it has none.
  [[nodiscard]] bool allows(std::string_view address, std::string_view name) const;

 private:
  struct Rule {
    bool allows;
    bool is_of_name;
    std::string pattern;  ///< * any characters, ? one
  };
  std::vector<Rule> rules_;
};

}  // namespace flume
