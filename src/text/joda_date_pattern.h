// Dates and times read by a pattern of Joda-Time's DateTimeFormat, as the millis serializer of Flume's regex_extractor
// does: "dd/MMM/yyyy:HH:mm:ss Z". Names are English.
//
// A compiled pattern is an immutable value; any thread. The zones passed in belong to the caller.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"
#include "text/joda_date_fields.h"
#include "text/time_zone.h"

namespace flume {

/// The zone of texts that name none, and those that texts named. One thread.
class JodaZones {
 public:
  explicit JodaZones(TimeZone zone) : own_(std::move(zone)) {}
  [[nodiscard]] ZoneCursor& own() noexcept { return own_; }
  /// Null: there is no zone of this id.
  ZoneCursor* named(std::string_view id);

 private:
  /// Most names that are remembered, those included that no zone has.
  static constexpr std::size_t kMostNames = 1024;
  ZoneCursor own_;
  std::map<std::string, std::optional<ZoneCursor>, std::less<>> named_;
};

class JodaDatePattern {
 public:
  /// Letters y Y x M w D d e E a K h H k m s S z Z; other characters and 'quoted text' stand for themselves. `this_year`
  /// decides which century years of two digits mean. InvalidConfig with the column: another letter (G and C, too).
  static Result<JodaDatePattern> compile(std::string_view pattern, std::int64_t this_year);

  /// Milliseconds since 1970. Rejected: the text is not of this pattern, or no such time exists.
  [[nodiscard]] Result<std::int64_t> parse(std::string_view text, JodaZones& zones) const;

 private:
  class Reader;
  enum class Form : std::uint8_t { Literal, Number, TwoDigitYear, Fraction, Month, Weekday, Halfday, ZoneName, ZoneOffset, ZoneId };
  struct Part {
    Form form = Form::Literal;
    JodaField field{};
    bool is_signed = false;
    bool is_lenient = true;      // of TwoDigitYear: takes any number of digits
    std::size_t max_digits = 0;  // of Number and Fraction
    std::string text;            // of Literal
  };
  struct Token;
  static std::vector<Token> tokens_of(std::string_view pattern);
  static Result<Part> part_of(const Token& token, bool is_number_next);

  std::vector<Part> parts_;
  std::int64_t pivot_year_ = 0;
};

}  // namespace flume
