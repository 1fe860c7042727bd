// The serializers of regex_extractor: what a group of the pattern gives as a header. Read from the keys
// `serializers = s1 s2`, `serializers.s1.name`, `.type`, `.pattern`. Values; parse() is pure, a serializer belongs to one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/component.h"
#include "text/joda_date_pattern.h"

namespace flume {

class GroupSerializer {
 public:
  /// DEFAULT, or MILLIS with a date pattern.
  GroupSerializer(std::string header, std::optional<JodaDatePattern> date) : header_(std::move(header)), date_(std::move(date)) {}

  [[nodiscard]] const std::string& header() const noexcept { return header_; }
  /// The header's value: the group's text, or the time that it is in milliseconds since 1970. A view, until the next call.
  /// Rejected: it is no such time.
  Result<std::string_view> serialize(std::string_view group, JodaZones& zones);

 private:
  std::string header_;
  std::optional<JodaDatePattern> date_;
  std::string text_;
};

struct GroupSerializers {
  std::vector<GroupSerializer> all;  ///< by group, the first group first
  OptionProblems problems;           ///< when one of them does not allow to run, `all` is empty
};

/// `keys`: what stands behind "serializers.". `this_year`: see JodaDatePattern::compile().
GroupSerializers parse_group_serializers(const Names& names, const OptionFamily& keys, std::int64_t this_year);

}  // namespace flume
