#include "text/xml_configuration.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace flume {
namespace {

constexpr int kMostExpansions = 20;  // as Hadoop
constexpr std::size_t kLongestValue = 1U << 20U;
constexpr std::string_view kBlanks = " \t\r\n\f\v";

// Names of old that configurations still carry.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kRenamed{{
    {"fs.default.name", "fs.defaultFS"},
    {"dfs.block.size", "dfs.blocksize"},
    {"dfs.umaskmode", "fs.permissions.umask-mode"},
    {"dfs.federation.nameservices", "dfs.nameservices"},
    {"dfs.socket.timeout", "dfs.client.socket-timeout"},
    {"dfs.write.packet.size", "dfs.client-write-packet-size"},
    {"io.bytes.per.checksum", "dfs.bytes-per-checksum"},
    {"dfs.encryption.key.provider.uri", "hadoop.security.key.provider.path"},
}};

std::string_view current_name(std::string_view name) {
  for (const auto& [old_name, new_name] : kRenamed)
    if (old_name == name) return new_name;
  return name;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// The text of an element, comments and sections joined.
std::string text_of(pugi::xml_node element) {
  std::string text;
  for (const pugi::xml_node child : element.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  return text;
}

struct Entry {
  std::string name;
  std::string value;
  bool is_final = false;
};

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Status read(std::string_view bytes) {
    if (bytes.size() > XmlConfiguration::kLargestFile)
      return invalid_config(fmt::format("{}: {} bytes, {} is the most", file_, bytes.size(), XmlConfiguration::kLargestFile));
    pugi::xml_document document;
    // A document type is skipped, never read: no entities but the five of XML.
    const pugi::xml_parse_result result = document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_ws_pcdata);
    bytes_ = bytes;
    if (!result) return invalid_config(fmt::format("{}: {}", place(result.offset), result.description()));
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "configuration")
      return refuse(root, fmt::format("the root is <{}>, not <configuration>", root.name()));
    std::vector<pugi::xml_node> pending{root};
    while (!pending.empty()) {
      const pugi::xml_node parent = pending.back();
      pending.pop_back();
      for (const pugi::xml_node child : parent.children()) {
        if (child.type() != pugi::node_element) continue;
        const std::string_view name = child.name();
        if (name == "configuration")
          pending.push_back(child);
        else if (name == "property")
          FLUME_TRY(property(child));
        else if (name == "include" || name.ends_with(":include"))
          return refuse(child, fmt::format("<{}> is not followed: put its properties here", name));
      }
    }
    return {};
  }

  std::vector<Entry>& entries() { return entries_; }

 private:
  Status refuse(pugi::xml_node node, std::string_view reason) const {
    return invalid_config(fmt::format("{}: {}", place(node.offset_debug()), reason));
  }

  /// "core-site.xml:3:14", for an offset in the file's bytes; only the file for a negative one (not known).
  [[nodiscard]] std::string place(std::ptrdiff_t offset) const {
    if (offset < 0) return std::string(file_);
    const std::string_view before = bytes_.substr(0, static_cast<std::size_t>(offset));
    const std::size_t line_start = before.rfind('\n') + 1;  // 0 on the first line: npos + 1
    return fmt::format("{}:{}:{}", file_, 1 + std::count(before.begin(), before.end(), '\n'), before.size() - line_start + 1);
  }

  /// As elements, or as attributes of <property>.
  Status property(pugi::xml_node node) {
    Entry entry{std::string(trim(node.attribute("name").value())), node.attribute("value").value(),
                std::string_view(node.attribute("final").value()) == "true"};
    bool has_value = !node.attribute("value").empty();
    for (const pugi::xml_node child : node.children()) {
      const std::string_view name = child.name();
      if (name == "name") {
        entry.name = trim(text_of(child));
      } else if (name == "value") {
        entry.value = text_of(child);
        has_value = true;
      } else if (name == "final") {
        entry.is_final = trim(text_of(child)) == "true";
      }
    }
    if (entry.name.empty()) return refuse(node, "a property without a name");
    if (has_value) entries_.push_back(std::move(entry));
    return {};
  }

  std::string_view file_;
  std::string_view bytes_;
  std::vector<Entry> entries_;
};

/// The first ${name} without one inside it: where it begins and the name; npos when there is none.
std::pair<std::size_t, std::string_view> find_variable(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 1)) {
    const std::size_t end = text.find_first_of("}$ ", at + 2);
    if (end != std::string_view::npos && text[end] == '}' && end > at + 2) return {at, text.substr(at + 2, end - at - 2)};
  }
  return {std::string_view::npos, {}};
}

}  // namespace

XmlConfiguration::XmlConfiguration(std::shared_ptr<const Variables> variables) : variables_(std::move(variables)) {
  properties_.emplace("fs.defaultFS", Property{"file:///", "default", false});
}

Status XmlConfiguration::add(std::string_view file, std::string_view bytes) {
  Reader reader(file);
  FLUME_TRY(reader.read(bytes));
  for (Entry& entry : reader.entries()) {
    Property& property = properties_[std::string(current_name(entry.name))];
    if (property.is_final) continue;
    property = {std::move(entry.value), std::string(file), entry.is_final};
  }
  return {};
}

void XmlConfiguration::set(std::string_view name, std::string value, std::string_view origin) {
  properties_[std::string(current_name(name))] = {std::move(value), std::string(origin), true};
}

std::optional<std::string> XmlConfiguration::variable(std::string_view name) const {
  constexpr std::string_view kEnvironment = "env.";
  const auto find = [this](std::string_view wanted) -> std::optional<std::string> {
    if (!variables_) return std::nullopt;
    const auto found = variables_->find(wanted);
    return found == variables_->end() ? std::nullopt : std::optional(found->second);
  };
  const std::size_t dash = name.starts_with(kEnvironment) ? name.find('-', kEnvironment.size()) : std::string_view::npos;
  if (dash == std::string_view::npos) return find(name);
  const bool also_for_empty = name[dash - 1] == ':';
  std::optional<std::string> value = find(name.substr(0, also_for_empty ? dash - 1 : dash));
  if (!value || (also_for_empty && value->empty())) value = name.substr(dash + 1);
  return value;
}

Result<std::optional<std::string>> XmlConfiguration::get(std::string_view name) const {
  const auto found = properties_.find(current_name(name));
  if (found == properties_.end()) return std::optional<std::string>();
  std::string text = found->second.value;
  for (int expansions = 0;; ++expansions) {
    const auto [at, wanted] = find_variable(text);
    if (at == std::string_view::npos) return std::optional<std::string>(std::move(text));
    if (expansions == kMostExpansions)
      return invalid_config(
          fmt::format("{}: property '{}': more than {} expansions of ${{...}}", found->second.file, found->first, kMostExpansions));
    std::optional<std::string> value = variable(wanted);
    if (!value) {
      const auto other = properties_.find(current_name(wanted));
      if (other == properties_.end() || other == found) return std::optional<std::string>(std::move(text));
      value = other->second.value;
    }
    text.replace(at, wanted.size() + 3, *value);
    if (text.size() > kLongestValue)
      return invalid_config(fmt::format("{}: property '{}' grows beyond {} bytes", found->second.file, found->first, kLongestValue));
  }
}

std::string_view XmlConfiguration::origin(std::string_view name) const {
  const auto found = properties_.find(current_name(name));
  return found == properties_.end() ? std::string_view() : std::string_view(found->second.file);
}

}  // namespace flume
