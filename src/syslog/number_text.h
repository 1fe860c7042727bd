// Numbers as the values of headers. Values of one thread.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/civil_time.h"

namespace flume::syslog {

class NumberText {
 public:
  explicit NumberText(std::int64_t number) noexcept { set(number); }
  [[nodiscard]] std::string_view view() const noexcept { return {digits_.data(), size_}; }

 protected:
  void set(std::int64_t number) noexcept {
    const auto written = std::to_chars(digits_.data(), digits_.data() + digits_.size(), number);
    size_ = static_cast<std::size_t>(written.ptr - digits_.data());
  }
  std::array<char, 20> digits_;
  std::size_t size_;
};

/// Milliseconds since 1970, of which one second after the other is written: then only their last three digits change.
class TimestampText : private NumberText {
 public:
  TimestampText() noexcept : NumberText(0) {}
  /// Valid until the next call.
  std::string_view of(std::int64_t instant) noexcept {
    const std::int64_t second = instant / kMillisPerSecond;
    if (second != second_ || second <= 0) {
      set(instant);
      second_ = second;
      return view();
    }
    auto rest = static_cast<unsigned>(instant - second * kMillisPerSecond);
    for (std::size_t at = size_; at > size_ - 3; rest /= 10) digits_[--at] = static_cast<char>('0' + rest % 10);
    return view();
  }

 private:
  std::int64_t second_ = 0;
};

}  // namespace flume::syslog
