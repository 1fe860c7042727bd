// The reference for people at a terminal. Pure.
#pragma once

#include <string>

#include "cli/reference.h"

namespace flume::cli {

/// All types of all kinds, a line each.
[[nodiscard]] std::string types_as_text(const Reference& reference);
/// The types of one kind, and the keys that all of them have.
[[nodiscard]] std::string kind_as_text(const KindReference& kind);
/// Every key of one component. Precondition: `kind.components` holds it alone.
[[nodiscard]] std::string component_as_text(const KindReference& kind);

/// Every key that a client reads.
[[nodiscard]] std::string client_as_text(const ClientReference& client);

/// "long, ms, default 3000, at least 0": what a key's value may be, in words. Also for the Markdown pages.
[[nodiscard]] std::string value_in_words(const KeyReference& key);

}  // namespace flume::cli
