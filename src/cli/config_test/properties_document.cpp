#include <algorithm>
#include <charconv>

#include "cli/config_test/document.h"
#include "config/properties.h"

namespace flume::cli {
namespace {

using Kind = DocumentNode::Kind;

/// What follows one of these is one name, dots and all: headers, variables and properties may have any.
bool begins_a_name(std::string_view part) { return part == "headers" || part == "with" || part == "environment" || part == "properties"; }

std::vector<std::string> parts_of(std::string_view key) {
  std::vector<std::string> parts;
  while (true) {
    const bool is_rest = !parts.empty() && begins_a_name(parts.back()) && (parts.size() == 1 || parts.front() == "tests");
    const std::size_t dot = is_rest ? std::string_view::npos : key.find('.');
    parts.emplace_back(key.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    key.remove_prefix(dot + 1);
  }
}

std::optional<std::size_t> number_of(std::string_view key) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size() || number == 0) return std::nullopt;
  return number;
}

class TreeMaker {
 public:
  TreeMaker(const config::Location& file, config::Diagnostics& diagnostics) : diagnostics_(diagnostics) { root_.at = file; }

  bool add(const config::Property& property) {
    const std::vector<std::string> parts = parts_of(property.key);
    if (parts.size() > kDeepestDocument) return refuse(property, "is nested too deep");
    DocumentNode* node = &root_;
    for (const std::string& part : parts) {
      if (part.empty()) return refuse(property, "has nothing between two dots");
      if (node->kind == Kind::Text) return refuse(property, "cannot stand beside a value of " + node->path);
      DocumentNode* next = const_cast<DocumentNode*>(node->find(part));
      if (next == nullptr) {
        if (++nodes_ > kMostDocumentNodes || node->members.size() == kMostDocumentMembers)
          return refuse(property, "is one value too many: divide the file into several");
        DocumentNode made;
        made.at = property.key_at;
        made.path = node->path.empty() ? part : node->path + '.' + part;
        node->members.push_back({part, std::make_unique<DocumentNode>(std::move(made))});
        next = node->members.back().value.get();
      }
      node = next;
    }
    if (!node->members.empty()) return refuse(property, "has a value, and keys below it, too");
    node->kind = Kind::Text;
    node->text = property.value;
    return true;
  }

  std::optional<DocumentNode> take() {
    if (!number_lists()) return std::nullopt;
    return std::move(root_);
  }

 private:
  bool refuse(const config::Property& property, std::string message) {
    diagnostics_.error(property.key_at, property.key, std::move(message));
    return false;
  }
  static DocumentNode* child(DocumentNode& node, std::string_view key) { return const_cast<DocumentNode*>(node.find(key)); }

  /// Where a list is meant, the members 1, 2, 3... become one.
  bool number_lists() {
    bool all = true;
    if (DocumentNode* files = child(root_, "configuration")) all = to_list(*files) && all;
    DocumentNode* tests = child(root_, "tests");
    if (tests == nullptr) return all;
    for (DocumentMember& test : tests->members) {
      if (DocumentNode* events = child(*test.value, "events")) all = to_list(*events) && all;
      DocumentNode* expected = child(*test.value, "expect");
      if (expected == nullptr) continue;
      for (const std::string_view group : {"channels", "sinks"}) {
        DocumentNode* named = child(*expected, group);
        if (named == nullptr) continue;
        for (DocumentMember& member : named->members) all = to_list(*member.value) && all;
      }
    }
    return all;
  }

  bool to_list(DocumentNode& node) {
    if (node.kind != Kind::Object) return true;
    for (const DocumentMember& member : node.members) {
      if (number_of(member.key)) continue;
      diagnostics_.error(member.value->at, member.value->path, "expected a number from 1", "members of a list are numbered");
      return false;
    }
    std::sort(node.members.begin(), node.members.end(),
              [](const DocumentMember& a, const DocumentMember& b) { return *number_of(a.key) < *number_of(b.key); });
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      if (*number_of(node.members[i].key) == i + 1) continue;
      const DocumentNode& found = *node.members[i].value;
      diagnostics_.error(found.at, found.path, "stands where number " + std::to_string(i + 1) + " is expected", "numbers have no gaps");
      return false;
    }
    node.kind = Kind::List;
    return true;
  }

  config::Diagnostics& diagnostics_;
  DocumentNode root_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::optional<DocumentNode> read_properties_document(const config::Location& file, std::string_view text,
                                                     config::Diagnostics& diagnostics) {
  config::ParsedProperties parsed = config::parse_properties(file, text, diagnostics);
  TreeMaker maker(file, diagnostics);
  bool is_good = parsed.well_formed;
  for (const config::Property& property : parsed.entries) is_good = maker.add(property) && is_good;
  auto tree = maker.take();
  if (!is_good) return std::nullopt;
  return tree;
}

}  // namespace flume::cli
