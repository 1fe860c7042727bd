// Lists of component names in values: `a1.sources = r1 r2`. Names are split at blanks; a comma is part
// of a name, which is the commonest mistake, and told so. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/properties.h"

namespace flume::config {

struct ListedName {
  std::string name;
  Location at;                 ///< of the list
  bool after_comment = false;  ///< stands behind a `#`, so it was probably not meant
  bool has_comma = false;      ///< reported already; what follows from it need not be
  std::string cut_from{};      ///< of a piece between commas: the name in the list; else empty
};

/// The names of `list.value`, each once, exactly as Flume reads them. Reports commas, dots, repeated names
/// and text after a `#`, under `full_key`.
[[nodiscard]] std::vector<ListedName> read_name_list(std::string_view full_key, const Property& list, Diagnostics& diagnostics);

/// What was probably meant by a name with commas: "r1,r2" -> r1 and r2.
[[nodiscard]] std::vector<ListedName> pieces_of(const ListedName& listed);

/// A list as it was probably meant: names separated by single blanks, not by commas.
[[nodiscard]] std::string without_commas(std::string_view list);

/// Names as one reads them aloud: "r1, r2, r3 and 12 more".
[[nodiscard]] std::string shown_names(const std::vector<std::string>& names);

/// Where in `value` a trailing `# comment` seems to begin, npos = nowhere. Properties have no such comments:
/// it is part of the value.
[[nodiscard]] std::size_t find_trailing_comment(std::string_view value);

/// What to say beside a complaint about `value` that has a trailing comment; empty when it has none.
[[nodiscard]] std::string comment_hint(std::string_view value);

}  // namespace flume::config
