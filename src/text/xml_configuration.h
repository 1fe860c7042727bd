// Hadoop's *-site.xml files: properties from several files, later ones over earlier ones unless
// these are final, with ${name} expanded between them.
//
// A value; filled by one thread, then read by any. Bytes come from the caller: nothing is opened, no
// entity and no include is followed.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

class XmlConfiguration {
 public:
  /// Holds Hadoop's default of fs.defaultFS, file:///.
  XmlConfiguration();

  /// Adds the properties of one file; `file` is its name for messages. InvalidConfig names file and
  /// byte offset, and leaves the configuration as it was.
  Status add(std::string_view file, std::string_view bytes);

  /// One property over all files, final or not; `origin` says where it comes from.
  void set(std::string_view name, std::string value, std::string_view origin);

  /// For ${x}: names that win over the properties ("env.HOME" and system properties).
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

  /// The value with ${name} expanded, or nothing. An unknown name stays as it is. InvalidConfig:
  /// more than 20 expansions, or the text grows too long.
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view name, const Lookup& lookup = {}) const;

  /// Where the value comes from: a file, or "default"; empty when there is none.
  [[nodiscard]] std::string_view origin(std::string_view name) const;

  struct Property {
    std::string value;
    std::string file;
    bool is_final = false;
  };
  /// By current name, values not expanded.
  [[nodiscard]] const std::map<std::string, Property, std::less<>>& properties() const noexcept { return properties_; }

  static constexpr std::size_t kLargestFile = 8U << 20U;

 private:
  std::map<std::string, Property, std::less<>> properties_;
};

}  // namespace flume
