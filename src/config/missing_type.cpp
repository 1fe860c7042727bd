#include "config/missing_type.h"

#include <algorithm>
#include <optional>

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

/// Flume makes interceptors and serializers by a builder within their class, and other components by the class itself.
struct BuilderClass {
  std::string name;  ///< the one to write
  bool is_builder = false;
};

/// The class to write when `written` is its builder without need, or lacks its builder.
std::optional<BuilderClass> with_or_without_builder(std::string_view written, const std::vector<std::string>& words) {
  constexpr std::string_view kBuilder = "$Builder";
  if (written.find('.') == std::string_view::npos) return std::nullopt;
  const bool has_builder = written.ends_with(kBuilder);
  std::string other(written);
  if (has_builder) {
    other.resize(other.size() - kBuilder.size());
  } else {
    other += kBuilder;
  }
  if (std::find(words.begin(), words.end(), other) == words.end()) return std::nullopt;
  return BuilderClass{std::move(other), !has_builder};
}

}  // namespace

MissingType explain_missing_type(Kind kind, std::string_view type_or_class, const ComponentRegistry& registry,
                                 const ForeignTypes& foreign) {
  const std::string kind_name(to_string(kind));
  const std::string what = kind_name + " type '" + shown_value("type", type_or_class) + "'";
  std::vector<std::string> words = registry.words(kind);
  for (std::string& word : foreign.words(kind)) words.push_back(std::move(word));
  if (const auto meant = with_or_without_builder(type_or_class, words)) {
    return {what + ": " +
                (meant->is_builder ? "Apache Flume cannot use it either: it makes this " + kind_name + " by the builder within the class"
                                   : "this class has no builder within it"),
            did_you_mean(meant->name), true};
  }
  std::string hint = hint_for(type_or_class, words);
  if (const auto reason = foreign.about(kind, type_or_class)) return {what + ": " + *reason, std::move(hint), true};
  if (hint.empty()) hint = "`flume-ng describe " + kind_name + "` lists the types";
  return {"unknown " + what, std::move(hint), false};
}

}  // namespace flume::config
