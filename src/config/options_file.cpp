#include "config/options_file.h"

#include <algorithm>

#include "config/characters.h"
#include "config/properties.h"
#include "text/did_you_mean.h"

namespace flume::config {

namespace {

bool means_on(std::string_view value) {
  const std::string lower = to_lower(value);
  return lower == "true" || lower == "yes" || lower == "1";
}

}  // namespace

std::vector<FlagDefault> parse_options_file(const Location& file, std::string_view text, std::span<const KnownFlag> known,
                                            Diagnostics& diagnostics) {
  PropertySet properties;
  properties.merge(parse_properties(file, text, diagnostics).entries, diagnostics);
  std::vector<FlagDefault> defaults;
  for (const Property& entry : properties.entries()) {
    const std::string_view name = trimmed(entry.key);
    const auto flag = std::find_if(known.begin(), known.end(), [name](const KnownFlag& candidate) {
      return candidate.name == name || (!candidate.short_name.empty() && candidate.short_name == name);
    });
    if (flag == known.end()) {
      std::vector<std::string_view> names;
      for (const KnownFlag& candidate : known) names.push_back(candidate.name);
      const auto near = nearest_name(name.substr(std::min(name.find_first_not_of('-'), name.size())), names);
      diagnostics.error(entry.key_at, entry.key, "no such flag of the command line",
                        near ? did_you_mean(near) : "names are those of the flags, without dashes: name, conf-file...");
      continue;
    }
    const std::string_view value = trimmed(entry.value);
    if (!flag->takes_value) {
      if (means_on(value)) defaults.push_back({std::string(flag->name), {}, entry.key_at});
    } else if (value.empty()) {
      diagnostics.error(entry.key_at, entry.key, "the value is missing");
    } else {
      defaults.push_back({std::string(flag->name), std::string(value), entry.key_at});
    }
  }
  return defaults;
}

}  // namespace flume::config
