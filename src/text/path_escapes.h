// Flume's path escapes (BucketPath), compiled once: %{header}, %Y and the other time letters,
// %[localhost]. Used for hdfs.path, hdfs.filePrefix and every key that takes them.
//
// A PathTemplate belongs to one component and is used by one thread: it remembers its last text, so
// that the events of one bucket cost a look-up of their headers and no formatting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "flume/clock.h"
#include "flume/result.h"
#include "text/java_date_format.h"
#include "text/time_zone.h"

namespace flume {

/// One event's headers by name: refers to a callable `optional<string_view>(string_view name)`,
/// which must outlive the call that it is given to.
class HeaderLookup {
 public:
  template <typename Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, HeaderLookup>)
  HeaderLookup(const Callable& callable) noexcept  // NOLINT(google-explicit-constructor): lambdas are passed as they are
      : object_(&callable), call_([](const void* object, std::string_view name) -> std::optional<std::string_view> {
          return (*static_cast<const Callable*>(object))(name);
        }) {}

  std::optional<std::string_view> operator()(std::string_view name) const { return call_(object_, name); }

 private:
  const void* object_;
  std::optional<std::string_view> (*call_)(const void*, std::string_view);
};

/// The names that %[localhost], %[IP] and %[FQDN] stand for.
struct LocalHost {
  std::string name;
  std::string address;
  std::string canonical_name;
};

/// Rounds the event's time down, in the template's zone, before %-letters show it (but not %t).
struct PathRounding {
  enum class Unit : std::uint8_t { Second, Minute, Hour };
  Unit unit = Unit::Second;
  std::uint32_t value = 1;  ///< 1 to 60, hours 1 to 24
};

/// How %-letters find and treat the time.
struct PathTime {
  TimeZone zone;
  std::optional<PathRounding> rounding;
  bool use_local_time = false;  ///< `now` instead of the header `timestamp`
};

class PathTemplate {
 public:
  /// InvalidConfig: pattern too long, unknown %[name], round value out of bounds, `..` after an
  /// escape of a pattern that takes headers.
  static Result<PathTemplate> compile(std::string_view pattern, PathTime time);

  /// The path for an event; the view is valid until the next call. Rejected, when
  ///  - a %-letter needs the header `timestamp`, which is missing or no number (or not above 0, and is
  ///    to be rounded),
  ///  - a header's value would lead out of literal_prefix() (see check_inside).
  [[nodiscard]] Result<std::string_view> expand(const HeaderLookup& headers, WallTime now);

  /// Grows whenever expand() gives another text than the time before: equal numbers, equal paths.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  /// True when set_local_host() must be called before the first expand().
  [[nodiscard]] bool needs_local_host() const noexcept { return needs_local_host_; }
  void set_local_host(const LocalHost& host);

  [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }
  /// The pattern with `any` in place of what escapes stand for. A header's value may have slashes, which this does not show; those
  /// of %D it does.
  [[nodiscard]] std::string with_wildcards(char any) const;
  /// The part before the first escape.
  [[nodiscard]] std::string_view literal_prefix() const noexcept { return std::string_view(pattern_).substr(0, prefix_length_); }

  /// Rejected when `expanded` does not begin with `prefix`, has a `..` component or a NUL after the
  /// prefix's folder, or, with an empty prefix, is absolute or names a scheme.
  static Status check_inside(std::string_view prefix, std::string_view expanded);

 private:
  enum class PieceKind : std::uint8_t { Literal, Header, LocalHost, RawTimestamp, Seconds, Date };
  struct Piece {
    PieceKind kind = PieceKind::Literal;
    std::string text;  // literal text, header's name, %[name]; of a time piece: its current text
    JavaDateFormat format;
  };

  explicit PathTemplate(PathTime time) : time_(std::move(time)), cursor_(time_.zone) {}

  Status add_letter(char letter);
  void add_literal(std::string_view text);
  Status parse();
  [[nodiscard]] Result<std::int64_t> time_of(const std::optional<std::string_view>& timestamp, WallTime now) const;
  void refresh_time(std::int64_t instant);

  std::string pattern_;
  std::size_t prefix_length_ = 0;
  PathTime time_;
  std::vector<Piece> pieces_;
  std::string first_letter_;  // the first escape that needs the time, for messages; empty: none does
  bool has_headers_ = false;
  bool has_raw_timestamp_ = false;
  bool needs_local_host_ = false;
  std::int64_t granularity_ = kNoTime;

  // The last result, and the stretch of instants [valid_from_, valid_to_) that its time pieces hold for.
  ZoneCursor cursor_;
  std::int64_t valid_from_ = 0;
  std::int64_t valid_to_ = 0;
  bool has_result_ = false;
  std::uint64_t generation_ = 0;
  std::string result_;
  std::string next_;

  static constexpr std::int64_t kNoTime = 0;
};

}  // namespace flume
