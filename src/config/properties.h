// The text of a properties file (the grammar of java.util.Properties) with the place of every key and value.
// A separator is the first unescaped `=`, `:` or blank; an odd backslash at the end joins the next line;
// \t \n \r \f \uXXXX are characters, any other backslash vanishes. Values, pure functions.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace flume::config {

struct Property {
  std::string key;
  std::string value;
  Location key_at;
  Location value_at;  ///< where the value's text begins; of an empty one: where it would
  /// Not empty: something of the value came from a config filter. This is what may be shown.
  std::string as_written{};
};

struct ParsedProperties {
  std::vector<Property> entries;  ///< in the order of the text, duplicates included
  bool well_formed = true;        ///< false: Java would refuse the whole file; the rest was read for its diagnostics
};

/// Reads UTF-8 `text`. `file` names it in locations. A \u without four hexadecimal digits is an error.
[[nodiscard]] ParsedProperties parse_properties(const Location& file, std::string_view text, Diagnostics& diagnostics);

/// The properties of one or more files, each key once.
class PropertySet {
 public:
  /// Adds the entries of one file: each replaces what an earlier one of its key said. Keys that the file
  /// itself repeats are warned of, at the place that does not count; to override an earlier file is no mistake.
  void merge(std::vector<Property> entries, Diagnostics& diagnostics);

  [[nodiscard]] const Property* find(std::string_view key) const;
  /// In the order in which the keys first appeared.
  [[nodiscard]] const std::vector<Property>& entries() const noexcept { return entries_; }
  /// What later entries replaced, oldest first.
  [[nodiscard]] const std::vector<Property>& replaced() const noexcept { return replaced_; }

  /// Gives the entry another value and keeps its places. Precondition: index < entries().size().
  void set_value(std::size_t index, std::string value) { entries_[index].value = std::move(value); }
  /// Position of `key` in entries(), or entries().size().
  [[nodiscard]] std::size_t index_of(std::string_view key) const;

 private:
  std::vector<Property> entries_;
  std::vector<Property> replaced_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace flume::config
