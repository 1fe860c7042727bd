#include "cli/config_test/read_moment.h"

#include <charconv>

#include "config/shown_value.h"

namespace flume::cli {
namespace {

/// Takes digits and marks off the front of a text; the first that is not there makes it fail for good.
class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}

  int number(std::size_t length, int least, int most) {
    int value = 0;
    const std::string_view digits = rest_.substr(0, length);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.size() != length || error != std::errc() || end != digits.data() + length || value < least || value > most) {
      is_good_ = false;
      return 0;
    }
    rest_.remove_prefix(length);
    return value;
  }
  bool take(char mark) {
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char mark) { is_good_ = take(mark) && is_good_; }
  [[nodiscard]] bool is_good() const noexcept { return is_good_; }
  [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace

Result<WallTime> read_moment(std::string_view text, const TimeZone& zone) {
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  constexpr std::int64_t kLast = 253'402'300'799'999;  // of the year 9999
  if (error == std::errc() && end == text.data() + text.size() && milliseconds >= 0 && milliseconds <= kLast)
    return WallTime(std::chrono::milliseconds(milliseconds));

  Digits digits(text);
  const std::chrono::year year(digits.number(4, 1970, 9999));
  digits.expect('-');
  const std::chrono::month month(static_cast<unsigned>(digits.number(2, 1, 12)));
  digits.expect('-');
  const std::chrono::year_month_day day(year, month, std::chrono::day(static_cast<unsigned>(digits.number(2, 1, 31))));
  digits.expect('T');
  std::chrono::milliseconds time = std::chrono::hours(digits.number(2, 0, 23));
  digits.expect(':');
  time += std::chrono::minutes(digits.number(2, 0, 59));
  if (digits.take(':')) time += std::chrono::seconds(digits.number(2, 0, 59));
  if (digits.take('.')) time += std::chrono::milliseconds(digits.number(3, 0, 999));
  const bool is_utc = digits.take('Z');
  const bool is_east = !is_utc && digits.take('+');
  const bool has_offset = is_east || (!is_utc && digits.take('-'));
  if (has_offset) {
    std::chrono::milliseconds offset = std::chrono::hours(digits.number(2, 0, 18));
    digits.expect(':');
    offset += std::chrono::minutes(digits.number(2, 0, 59));
    time += is_east ? -offset : offset;
  }
  if (!digits.is_good() || !digits.is_at_end() || !day.ok()) {
    return invalid_config("'" + config::shown_value("", text) +
                          "' is no moment; expected 2026-03-01T12:00:00Z, 2026-03-01T13:00:00+01:00, or milliseconds since 1970");
  }
  const std::int64_t instant = (std::chrono::sys_days(day).time_since_epoch() + time).count();
  return WallTime(std::chrono::milliseconds(is_utc || has_offset ? instant : zone.instant_of(instant)));
}

}  // namespace flume::cli
