// A test file as a tree whose every place is known, so that a mistake is told with its line. JSON and properties become the same
// tree: what is `"tests": {"a": {"events": [{"body": "x"}]}}` in the one is `tests.a.events.1.body = x` in the other.
// Values; pure functions, one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace flume::cli {

struct DocumentNode;

struct DocumentMember {
  std::string key;                      ///< of a list's: its number, from 1
  std::unique_ptr<DocumentNode> value;  ///< never null
};

struct DocumentNode {
  enum class Kind : std::uint8_t { Text, Number, Word, List, Object };  ///< Word: true, false, null
  Kind kind = Kind::Object;
  std::string text;  ///< of what has no members
  std::vector<DocumentMember> members;
  config::Location at;  ///< where it begins; of an object's member: where its key stands
  std::string path;     ///< "tests.a.events.1", for messages

  [[nodiscard]] const DocumentNode* find(std::string_view key) const;
};

// Bounds, so that no file takes memory without end.
inline constexpr std::size_t kMostDocumentNodes = 200'000;
inline constexpr std::size_t kMostDocumentMembers = 10'000;  // of one object
inline constexpr std::size_t kDeepestDocument = 16;

/// Nothing when it is no JSON, has a key twice, or is beyond the bounds: why is in `diagnostics`.
[[nodiscard]] std::optional<DocumentNode> read_json_document(const config::Location& file, std::string_view text,
                                                             config::Diagnostics& diagnostics);
/// The same for properties; a value and members below one key are an error, and so is a list with a gap.
[[nodiscard]] std::optional<DocumentNode> read_properties_document(const config::Location& file, std::string_view text,
                                                                   config::Diagnostics& diagnostics);

}  // namespace flume::cli
