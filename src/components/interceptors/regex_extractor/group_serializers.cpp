#include "components/interceptors/regex_extractor/group_serializers.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "text/did_you_mean.h"

namespace flume {
namespace {

constexpr std::string_view kPassThroughClass = "org.apache.flume.interceptor.RegexExtractorInterceptorPassThroughSerializer";
constexpr std::string_view kMillisClass = "org.apache.flume.interceptor.RegexExtractorInterceptorMillisSerializer";
constexpr std::array<std::string_view, 3> kKeys{"name", "type", "pattern"};

OptionProblem problem_of(std::string message, bool runs = false) { return {{"serializers"}, std::move(message), runs}; }

std::string_view value_of(const OptionFamily& keys, const std::string& name, std::string_view key) {
  const auto found = keys.find(fmt::format("{}.{}", name, key));
  return found == keys.end() ? std::string_view() : std::string_view(found->second);
}

Result<GroupSerializer> parse_one(const std::string& name, const OptionFamily& keys, std::int64_t this_year) {
  const std::string_view header = value_of(keys, name, "name");
  if (header.empty()) return invalid_config(fmt::format("serializers.{}.name, the header, is missing", name));
  const std::string_view type = value_of(keys, name, "type");
  if (type.empty() || type == "DEFAULT" || type == kPassThroughClass) return GroupSerializer(std::string(header), std::nullopt);
  if (type != "MILLIS" && type != kMillisClass) {
    return invalid_config(fmt::format("serializers.{}.type: there is no serializer '{}'; there are DEFAULT and MILLIS ({}){}", name, type,
                                      kMillisClass,
                                      type.find('.') == std::string_view::npos ? "" : "; other Java classes cannot be loaded"));
  }
  const std::string_view pattern = value_of(keys, name, "pattern");
  if (pattern.empty()) return invalid_config(fmt::format("serializers.{}.pattern is missing: the date pattern", name));
  auto date = JodaDatePattern::compile(pattern, this_year);
  if (!date) return std::move(date).status().with_context(fmt::format("serializers.{}.pattern", name));
  return GroupSerializer(std::string(header), *std::move(date));
}

/// Keys that do nothing, with the one that was probably meant.
void find_unknown_keys(const Names& names, const OptionFamily& keys, OptionProblems& problems) {
  for (const auto& [key, value] : keys) {
    const std::size_t dot = key.find('.');
    const std::string name = key.substr(0, dot);
    const std::string_view own = dot == std::string::npos ? std::string_view() : std::string_view(key).substr(dot + 1);
    const bool is_listed = std::find(names.begin(), names.end(), name) != names.end();
    if (is_listed && std::find(kKeys.begin(), kKeys.end(), own) != kKeys.end()) continue;
    const std::string hint = is_listed ? did_you_mean(nearest_name(own, std::span<const std::string_view>(kKeys)))
                                       : did_you_mean(nearest_name(name, std::span<const std::string>(names)));
    problems.push_back(problem_of(
        fmt::format("serializers.{} has no effect: {}{}", key,
                    is_listed ? "a serializer has name, type and pattern" : fmt::format("'{}' is not among the serializers", name),
                    hint.empty() ? "" : " (" + hint + ")"),
        true));
  }
}

}  // namespace

Result<std::string_view> GroupSerializer::serialize(std::string_view group, JodaZones& zones) {
  if (!date_) return group;
  const auto instant = date_->parse(group, zones);
  if (!instant) return instant.status();
  text_ = std::to_string(*instant);
  return std::string_view(text_);
}

GroupSerializers parse_group_serializers(const Names& names, const OptionFamily& keys, std::int64_t this_year) {
  GroupSerializers serializers;
  if (names.empty()) serializers.problems.push_back(problem_of("at least one must be named"));
  for (const std::string& name : names) {
    auto serializer = parse_one(name, keys, this_year);
    if (serializer) {
      serializers.all.push_back(*std::move(serializer));
    } else {
      serializers.problems.push_back(problem_of(serializer.status().message()));
    }
  }
  if (!serializers.problems.empty()) serializers.all.clear();
  find_unknown_keys(names, keys, serializers.problems);
  return serializers;
}

}  // namespace flume
