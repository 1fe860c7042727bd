#include "config/load.h"

#include <array>
#include <utility>

#include "config/characters.h"
#include "config/text_encoding.h"
#include "text/did_you_mean.h"

namespace flume::config {

namespace {

// Flume refuses these endings, too: such a file would be read as properties and make no sense.
bool has_foreign_ending(const ConfigurationText& text) {
  constexpr std::array<std::string_view, 3> kForeign{".json", ".yaml", ".xml"};
  const std::string_view name = text.name;
  const std::string lower = to_lower(text.bytes ? name.substr(0, name.find_first_of("?#")) : name);
  for (const std::string_view ending : kForeign) {
    if (lower.ends_with(ending)) return true;
  }
  return false;
}

// A file of nearly this name in the same folder.
std::string hint_for_missing(Files& files, const std::string& path) {
  const std::string folder = parent_directory(path);
  auto names = files.list(folder);
  if (!names) return "the folder " + folder + " cannot be read";
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return did_you_mean(nearest_name(name, *names));
}

std::string what_is_wrong(const Status& status) {
  switch (status.cause()) {
    case Cause::NotFound:
      return "no such file";
    case Cause::Permission:
      return "cannot be read: permission denied";
    case Cause::TooLarge:
      return "larger than " + std::to_string(kLargestFile >> 20) + " MiB: this is no configuration";
    default:
      return "cannot be read: " + status.message();
  }
}

std::optional<std::string> decoded(const Location& at, std::string bytes, Diagnostics& diagnostics) {
  auto text = decode_text(std::move(bytes));
  if (!text) {
    diagnostics.error(at, "", text.status().message());
    return std::nullopt;
  }
  if (text->encoding == TextEncoding::Iso8859_1) {
    diagnostics.info(at, "", "is not valid UTF-8 and is read as ISO-8859-1", "save it as UTF-8 if names or values look wrong");
  }
  return std::move(text->utf8);
}

}  // namespace

std::optional<std::string> read_text(Files& files, const std::string& path, Diagnostics& diagnostics) {
  const Location file = location_of_file(path);
  const auto info = files.info(path);
  if (info && info->is_directory) {
    diagnostics.error(file, "", "is a directory", "name the file in it");
    return std::nullopt;
  }
  auto bytes = info ? files.read_all(path, kLargestFile) : Result<std::string>(info.status());
  if (!bytes) {
    diagnostics.error(file, "", what_is_wrong(bytes.status()), bytes.cause() == Cause::NotFound ? hint_for_missing(files, path) : "");
    return std::nullopt;
  }
  return decoded(file, *std::move(bytes), diagnostics);
}

LoadedProperties load_properties(Files& files, const std::vector<ConfigurationText>& texts, const SubstitutionInputs& inputs,
                                 Placeholders placeholders, Diagnostics& diagnostics) {
  LoadedProperties loaded;
  for (const ConfigurationText& each : texts) {
    const Location at = location_of_file(each.name);
    if (has_foreign_ending(each)) {
      diagnostics.error(at, "", "JSON, YAML and XML configurations are not read", "a properties file is expected");
      loaded.complete = false;
      continue;
    }
    const auto text = each.bytes ? decoded(at, *each.bytes, diagnostics) : read_text(files, each.name, diagnostics);
    if (!text) {
      loaded.complete = false;
      continue;
    }
    ParsedProperties parsed = parse_properties(at, *text, diagnostics);
    loaded.complete = loaded.complete && parsed.well_formed;
    loaded.as_written.merge(std::move(parsed.entries), diagnostics);
  }
  if (placeholders == Placeholders::Kept) {
    tell_placeholders_that_stay(loaded.as_written, diagnostics);
    loaded.effective.properties = loaded.as_written;
  } else {
    loaded.effective = substitute(loaded.as_written, inputs, diagnostics);
  }
  return loaded;
}

}  // namespace flume::config
