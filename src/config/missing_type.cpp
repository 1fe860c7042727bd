#include "config/missing_type.h"

#include <algorithm>

#include "config/characters.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::config {
namespace {

/// The type that a misspelt word probably stands for; nothing when the word is a known type.
std::string hint_for(std::string_view written, const std::vector<std::string>& words) {
  const std::string lower = to_lower(written);
  for (const std::string& word : words) {
    if (to_lower(word) == lower) return {};
  }
  const auto near = nearest_name(written, std::span<const std::string>(words));
  if (near || written.size() < 3) return did_you_mean(near);
  // `kafka`: Flume has no alias for it, but a class in a package of that name.
  const auto part = std::find_if(words.begin(), words.end(),
                                 [&](const std::string& word) { return to_lower(word).find("." + lower + ".") != std::string::npos; });
  return part == words.end() ? std::string() : did_you_mean(*part);
}

}  // namespace

MissingType explain_missing_type(Kind kind, std::string_view type_or_class, const ComponentRegistry& registry,
                                 const ForeignTypes& foreign) {
  const std::string kind_name(to_string(kind));
  const std::string what = kind_name + " type '" + shown_value("type", type_or_class) + "'";
  std::vector<std::string> words = registry.words(kind);
  for (std::string& word : foreign.words(kind)) words.push_back(std::move(word));
  std::string hint = hint_for(type_or_class, words);
  if (const auto reason = foreign.about(kind, type_or_class)) return {what + ": " + *reason, std::move(hint), true};
  if (hint.empty()) hint = "`flume-ng describe " + kind_name + "` lists the types";
  return {"unknown " + what, std::move(hint), false};
}

}  // namespace flume::config
