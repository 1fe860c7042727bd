#include "cli/reference_json.h"

#include <nlohmann/json.hpp>

#include "flume/version.h"

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

template <typename T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const KeyReference& key) {
  return {{"key", key.key},
          {"type", key.type},
          {"unit", text_or_null(key.unit)},
          {"default", value_or_null(key.default_value)},
          {"required", key.required},
          {"doc", key.doc},
          {"choices", key.choices},
          {"minimum", value_or_null(key.minimum)},
          {"maximum", value_or_null(key.maximum)},
          {"aliases", key.aliases},
          {"deprecated", text_or_null(key.deprecated)},
          {"no_effect", text_or_null(key.no_effect)},
          {"secret", key.secret},
          {"extension", key.extension},
          {"nested_kind", text_or_null(key.nested_kind)},
          {"nested_prefix", text_or_null(key.nested_prefix)}};
}

Json json_of(const ComponentReference& component);
Json json_of(const MissingType& missing);
Json json_of(const KindReference& kind);
Json json_of(const ClientReference& client);

template <typename T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

Json json_of(const ComponentExample& example) {
  if (example.keys.empty()) return {};
  return {{"keys", example.keys}, {"events", example.events}, {"become", example.become}};
}

Json json_of(const ComponentReference& component) {
  return {{"kind", to_string(component.kind)},    {"type", component.type},
          {"class_names", component.class_names}, {"doc", component.doc},
          {"extension", component.extension},     {"unavailable", text_or_null(component.unavailable)},
          {"keys", list_of(component.keys)},      {"example", json_of(component.example)}};
}

Json json_of(const MissingType& missing) { return {{"type", missing.type}, {"class_name", missing.class_name}}; }

Json json_of(const KindReference& kind) {
  return {{"kind", to_string(kind.kind)},
          {"prefix", kind.prefix},
          {"keys", list_of(kind.keys)},
          {"components", list_of(kind.components)},
          {"missing", list_of(kind.missing)}};
}

Json json_of(const ClientReference& client) { return {{"name", client.name}, {"doc", client.doc}, {"keys", list_of(client.keys)}}; }

}  // namespace

std::string reference_as_json(const Reference& reference, const Clients& clients) {
  Json document;
  document["version"] = version();
  document["kinds"] = list_of(reference);
  document["clients"] = list_of(clients);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flume::cli
