// The option of every sink processor that a batch in doubt stays with its sink for so long: milliseconds, or "never".
#pragma once

#include <chrono>

#include "flume/options.h"

namespace flume {

struct InDoubtTimeout {
  /// max(): it is never given to another sink.
  std::chrono::milliseconds time{};
};

template <>
struct OptionType<InDoubtTimeout> {
  static constexpr std::string_view kName = "long";
  static constexpr std::string_view kUnit = "ms";
  static constexpr std::string_view kNever = "never";
  static Status parse(const OptionInfo&, OptionInput& input, InDoubtTimeout& out) {
    if (input.text == kNever) {
      out.time = std::chrono::milliseconds::max();
      return {};
    }
    std::int64_t number = 0;
    constexpr std::int64_t kMost = std::int64_t{1} << 50;
    const Status parsed = option_text::parse_integer(input.text, 1, kMost, number);
    if (!parsed.ok()) return invalid_config(parsed.message() + "; or never");
    out.time = std::chrono::milliseconds(number);
    return {};
  }
  static std::string print(const InDoubtTimeout& value) {
    return value.time == std::chrono::milliseconds::max() ? std::string(kNever) : std::to_string(value.time.count());
  }
};

}  // namespace flume
