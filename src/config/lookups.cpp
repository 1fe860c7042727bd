#include "config/lookups.h"

#include <algorithm>
#include <array>
#include <vector>

#include "config/characters.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::config {
namespace {

constexpr std::string_view kEnumeration = "org.apache.commons.text.lookup.DefaultStringLookup.";

struct NamedLookup {
  std::string_view name;
  std::optional<Lookup> lookup;  // nothing: in Flume, not here
};
constexpr std::array kNamed{
    NamedLookup{"ENVIRONMENT", Lookup::Environment},
    NamedLookup{"SYSTEM_PROPERTIES", Lookup::SystemProperties},
    NamedLookup{"JAVA", Lookup::Java},
    NamedLookup{"DATE", Lookup::Date},
    NamedLookup{"BASE64_DECODER", Lookup::Base64Decoder},
    NamedLookup{"BASE64_ENCODER", Lookup::Base64Encoder},
    NamedLookup{"URL_DECODER", Lookup::UrlDecoder},
    NamedLookup{"URL_ENCODER", Lookup::UrlEncoder},
    NamedLookup{"FILE", Lookup::File},
    NamedLookup{"CONST", std::nullopt},
    NamedLookup{"DNS", std::nullopt},
    NamedLookup{"LOCAL_HOST", std::nullopt},
    NamedLookup{"PROPERTIES", std::nullopt},
    NamedLookup{"RESOURCE_BUNDLE", std::nullopt},
    NamedLookup{"SCRIPT", std::nullopt},
    NamedLookup{"URL", std::nullopt},
    NamedLookup{"XML", std::nullopt},
};

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64_of(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kBase64[bits >> (18U - 6U * k) & 63U] : '=';
  }
  return text;
}

// As Java's basic decoder: whole groups of four, or a last one without its filling; nothing else.
std::optional<std::string> bytes_of_base64(std::string_view text) {
  if (text.ends_with('=') && text.size() % 4 != 0) return std::nullopt;
  for (int filling = 0; filling < 2 && text.ends_with('='); ++filling) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    const auto digit = kBase64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 255U);
  }
  return bytes;
}

// application/x-www-form-urlencoded, as java.net.URLEncoder and URLDecoder have it.
std::string url_encoded(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '*' || c == '_';
    if (is_plain) {
      text += c;
    } else if (c == ' ') {
      text += '+';
    } else {
      text += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return text;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

std::optional<std::string> url_decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high << 4U | *low);
    i += 2;
  }
  return bytes;
}

void parse_entry(const Property& entry, Lookups& lookups, Diagnostics& diagnostics) {
  const std::string_view value = trimmed(entry.value);
  const std::string shown = shown_value(entry.key, value);
  if (!value.starts_with(kEnumeration)) {
    return diagnostics.warning(entry.value_at, entry.key, "the look-up is left out: " + shown + " is a Java class, and there is no JVM");
  }
  const std::string_view name = value.substr(kEnumeration.size());
  const auto named = std::find_if(kNamed.begin(), kNamed.end(), [&](const NamedLookup& each) { return each.name == name; });
  if (named == kNamed.end()) {
    std::vector<std::string> names;
    for (const NamedLookup& each : kNamed) names.emplace_back(each.name);
    return diagnostics.warning(entry.value_at, entry.key, "the look-up is left out: there is no " + shown,
                               did_you_mean(nearest_name(name, std::span<const std::string>(names))));
  }
  if (!named->lookup) {
    return diagnostics.warning(entry.value_at, entry.key,
                               "the look-up is left out: " + std::string(name) + " is in Flume, not in this version");
  }
  lookups.insert_or_assign(to_lower(entry.key), *named->lookup);
}

}  // namespace

Lookups default_lookups() {
  return {{"env", Lookup::Environment}, {"sys", Lookup::SystemProperties}, {"java", Lookup::Java}, {"date", Lookup::Date}};
}

Lookups parse_lookups(const std::vector<Property>& entries, Diagnostics& diagnostics) {
  Lookups lookups;
  for (const Property& entry : entries) parse_entry(entry, lookups, diagnostics);
  return lookups;
}

std::optional<std::string> converted(Lookup lookup, std::string_view text) {
  switch (lookup) {
    case Lookup::Base64Decoder:
      return bytes_of_base64(text);
    case Lookup::Base64Encoder:
      return base64_of(text);
    case Lookup::UrlDecoder:
      return url_decoded(text);
    case Lookup::UrlEncoder:
      return url_encoded(text);
    default:
      return std::nullopt;
  }
}

}  // namespace flume::config
