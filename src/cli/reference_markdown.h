// The reference as Markdown: docs/reference/, generated, committed, and compared by CI. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/reference.h"

namespace flume::cli {

struct Page {
  std::string file_name;
  std::string text;
};

/// README.md, the index, and a page per kind and client.
[[nodiscard]] std::vector<Page> reference_as_markdown(const Reference& reference, const Clients& clients);

}  // namespace flume::cli
