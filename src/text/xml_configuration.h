// Hadoop's *-site.xml files: properties from several files, later ones over earlier ones unless
// these are final, with ${name} expanded from variables of the process and between them.
//
// A value; filled by one thread, then read by any. Bytes come from the caller: nothing is opened, no
// entity and no include is followed.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

class XmlConfiguration {
 public:
  /// For ${x}: names that win over the properties, as "user.name" and "env.HOME" do.
  using Variables = std::map<std::string, std::string, std::less<>>;

  /// Holds Hadoop's default of fs.defaultFS, file:///. `variables`: null: none.
  explicit XmlConfiguration(std::shared_ptr<const Variables> variables = nullptr);

  /// Adds the properties of one file; `file` is its name for messages. InvalidConfig names file and
  /// byte offset, and leaves the configuration as it was.
  Status add(std::string_view file, std::string_view bytes);

  /// One property over all files, final or not; `origin` says where it comes from.
  void set(std::string_view name, std::string value, std::string_view origin);

  /// The value with ${name} expanded, or nothing. An unknown name stays as it is, and what follows it. ${env.X-text} is
  /// `text` when the variable is not set, ${env.X:-text} also when it is empty. InvalidConfig: more than 20 expansions, or
  /// the text grows too long.
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view name) const;

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
  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const;

  std::shared_ptr<const Variables> variables_;
  std::map<std::string, Property, std::less<>> properties_;
};

}  // namespace flume
