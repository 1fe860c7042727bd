#include <algorithm>
#include <cstddef>
#include <iterator>

#include <nlohmann/json.hpp>

#include "cli/config_test/document.h"
#include "config/shown_value.h"

namespace flume::cli {
namespace {

using Json = nlohmann::json;

/// A reader of text that says how far the parser is: its events bring no place of their own.
class WatchedText {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  WatchedText(const char* at, std::uint32_t* line) : at_(at), line_(line) {}
  reference operator*() const { return *at_; }
  WatchedText& operator++() {
    if (*at_ == '\n') ++*line_;
    ++at_;
    return *this;
  }
  WatchedText operator++(int) {
    const WatchedText before = *this;
    ++*this;
    return before;
  }
  bool operator==(const WatchedText& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  std::uint32_t* line_;
};

class TreeMaker final : public Json::json_sax_t {
 public:
  TreeMaker(config::Location file, const std::uint32_t* line, config::Diagnostics& diagnostics)
      : file_(std::move(file)), line_(line), diagnostics_(diagnostics) {}

  bool null() override { return leaf(DocumentNode::Kind::Word, "null"); }
  bool boolean(bool value) override { return leaf(DocumentNode::Kind::Word, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return leaf(DocumentNode::Kind::Number, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return leaf(DocumentNode::Kind::Number, std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return leaf(DocumentNode::Kind::Number, text); }
  bool string(string_t& value) override { return leaf(DocumentNode::Kind::Text, std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(DocumentNode::Kind::Object); }
  bool start_array(std::size_t) override { return open(DocumentNode::Kind::List); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    const DocumentNode& object = *open_.back();
    if (object.find(name) != nullptr)
      return refuse(path_of(object, name), "stands there twice", "the first one is in line " + std::to_string(object.find(name)->at.line));
    if (object.members.size() == kMostDocumentMembers)
      return refuse(object.path, "has more than " + std::to_string(kMostDocumentMembers) + " members", {});
    key_ = std::move(name);
    key_at_ = here();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // Behind the library's own words there is the place once more.
    std::string why = error.what();
    if (const std::size_t at = why.rfind(": "); why.starts_with("[json.") && at != std::string::npos) {
      const std::size_t begin = why.find("column ");
      const std::size_t colon = begin == std::string::npos ? std::string::npos : why.find(": ", begin);
      if (colon != std::string::npos) why = why.substr(colon + 2);
    }
    return refuse({}, "is no JSON here: " + config::shown_value("", why), {});
  }

  [[nodiscard]] std::optional<DocumentNode> take() {
    if (!has_root_) return std::nullopt;
    return std::move(root_);
  }

 private:
  [[nodiscard]] config::Location here() const {
    config::Location at = file_;
    at.line = *line_;
    return at;
  }
  static std::string path_of(const DocumentNode& parent, const std::string& key) {
    return parent.path.empty() ? key : parent.path + '.' + key;
  }
  bool refuse(std::string key, std::string message, std::string hint) {
    diagnostics_.error(here(), std::move(key), std::move(message), std::move(hint));
    return false;
  }
  /// The new node's place in the tree; null when it is beyond the bounds.
  DocumentNode* add(DocumentNode node) {
    if (++nodes_ > kMostDocumentNodes) {
      refuse({}, "holds more than " + std::to_string(kMostDocumentNodes) + " values", "divide it into several files");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      has_root_ = true;
      return &root_;
    }
    DocumentNode& parent = *open_.back();
    const bool is_list = parent.kind == DocumentNode::Kind::List;
    std::string key = is_list ? std::to_string(parent.members.size() + 1) : std::move(key_);
    node.path = path_of(parent, key);
    if (!is_list) node.at = key_at_;
    parent.members.push_back({std::move(key), std::make_unique<DocumentNode>(std::move(node))});
    return parent.members.back().value.get();
  }
  bool leaf(DocumentNode::Kind kind, std::string text) { return add({kind, std::move(text), {}, here(), {}}) != nullptr; }
  bool open(DocumentNode::Kind kind) {
    if (open_.size() == kDeepestDocument) return refuse({}, "is nested more than " + std::to_string(kDeepestDocument) + " deep", {});
    DocumentNode* node = add({kind, {}, {}, here(), {}});
    if (node == nullptr) return false;
    open_.push_back(node);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const config::Location file_;
  const std::uint32_t* line_;
  config::Diagnostics& diagnostics_;
  DocumentNode root_;
  bool has_root_ = false;
  std::vector<DocumentNode*> open_;
  std::string key_;
  config::Location key_at_;
  std::size_t nodes_ = 0;
};

}  // namespace

const DocumentNode* DocumentNode::find(std::string_view key) const {
  for (const DocumentMember& member : members) {
    if (member.key == key) return member.value.get();
  }
  return nullptr;
}

std::optional<DocumentNode> read_json_document(const config::Location& file, std::string_view text, config::Diagnostics& diagnostics) {
  std::uint32_t line = 1;
  TreeMaker maker(file, &line, diagnostics);
  const WatchedText begin(text.data(), &line);
  const WatchedText end(text.data() + text.size(), &line);
  if (!Json::sax_parse(begin, end, &maker)) return std::nullopt;
  return maker.take();
}

}  // namespace flume::cli
