// What is wrong in a configuration, and where: the one currency of everything in src/config.
// Problems are collected, never thrown: the user sees all of them at once.
// Values; a Diagnostics is filled by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/filtered_value.h"

namespace flume::config {

enum class Severity : std::uint8_t {
  Error,    ///< something that was asked for will not be there
  Warning,  ///< probably not what was meant; the agent goes on without it
  Info,     ///< worth knowing
  Note,     ///< follows from an error that is told, too: nothing to mend of its own
};

[[nodiscard]] std::string_view to_string(Severity severity) noexcept;

/// A place in a text. Line 0: the whole file; column 0: the whole line. The name is shared by all places of a file.
struct Location {
  std::shared_ptr<const std::string> file;
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in characters (not bytes)

  [[nodiscard]] std::string_view file_name() const noexcept { return file ? std::string_view(*file) : std::string_view(); }
};

/// The whole of the file called `name`.
[[nodiscard]] Location location_of_file(std::string_view name);
/// "flume.conf:12:5", as compilers and editors write it; parts that are not known are left out.
[[nodiscard]] std::string to_string(const Location& location);

struct Diagnostic {
  Severity severity = Severity::Error;
  Location at;
  std::string key;      ///< the full key it is about; may be empty
  std::string message;  ///< the reason; values only through shown_value()
  std::string hint;     ///< what to do; may be empty
};

/// One line, without its end: `flume.conf:12:5: error: a1.sinks.k1.hdfs.rolSize: unknown key (did you mean hdfs.rollSize?)`.
/// Control characters are shown as escapes: the line stays one line, whatever the file holds.
[[nodiscard]] std::string to_line(const Diagnostic& diagnostic);
/// {"severity","file","line","column","key","message","hint"}; what is not known is left out.
[[nodiscard]] std::string to_json(const Diagnostic& diagnostic);

/// The problems found so far, in the order of finding. Keeps the first kMostKept of them (a broken
/// 16 MiB file must not fill the memory with complaints) and counts all.
class Diagnostics {
 public:
  static constexpr std::size_t kMostKept = 1000;

  void add(Diagnostic diagnostic);
  void error(Location at, std::string key, std::string message, std::string hint = {});
  void warning(Location at, std::string key, std::string message, std::string hint = {});
  void info(Location at, std::string key, std::string message, std::string hint = {});
  void note(Location at, std::string key, std::string message);
  /// From now on these, too, are shown by their placeholders only.
  void hide(const std::vector<FilteredValue>& values) { hidden_.insert(hidden_.end(), values.begin(), values.end()); }

  [[nodiscard]] const std::vector<Diagnostic>& all() const noexcept { return all_; }
  [[nodiscard]] std::size_t count(Severity severity) const noexcept { return counts_[static_cast<std::size_t>(severity)]; }
  /// Found, but beyond kMostKept.
  [[nodiscard]] std::size_t not_kept() const noexcept;

  /// By file (in the order in which the files were first named), line and column; the order of finding decides ties. Notes
  /// come behind all that they follow from, as they were found.
  void sort_by_place();

  /// One line each, and a last one that counts those not kept.
  [[nodiscard]] std::string to_lines() const;
  /// An array of the objects of to_json().
  [[nodiscard]] std::string to_json() const;

 private:
  std::vector<Diagnostic> all_;
  std::vector<FilteredValue> hidden_;
  std::size_t counts_[4] = {};
};

}  // namespace flume::config
