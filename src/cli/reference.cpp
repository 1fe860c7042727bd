#include "cli/reference.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "clients/hdfs/client_options.h"
#include "config/characters.h"
#include "config/common_keys.h"
#include "config/flume_types.h"
#include "config/missing_type.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::cli {
namespace {

KeyReference describe_key(const OptionInfo& row, const void* defaults) {
  KeyReference key;
  key.key = row.key;
  key.type = row.type;
  key.unit = row.unit;
  key.required = row.traits.required;
  if (!row.traits.required && !row.is_family()) {
    std::string text = row.traits.default_text.empty() ? row.print(defaults) : std::string(row.traits.default_text);
    if (!text.empty()) key.default_value = std::move(text);
  }
  key.doc = row.doc;
  if (row.choices != nullptr) {
    for (const std::string_view choice : row.choices()) key.choices.emplace_back(choice);
  }
  if (row.traits.minimum != std::numeric_limits<std::int64_t>::min()) key.minimum = row.traits.minimum;
  if (row.traits.maximum != std::numeric_limits<std::int64_t>::max()) key.maximum = row.traits.maximum;
  for (const std::string_view alias : row.traits.aliases) {
    if (!alias.empty()) key.aliases.emplace_back(alias);
  }
  key.deprecated = row.traits.deprecated;
  key.no_effect = row.traits.no_effect;
  key.secret = row.traits.secret || config::is_secret_key(row.key);
  key.extension = row.traits.extension;
  if (row.nested != nullptr) {
    key.nested_kind = to_string(row.nested_kind);
    key.nested_prefix = row.nested_prefix;
  }
  return key;
}

KeyReference describe_key(const config::CommonKey& common) {
  KeyReference key;
  key.key = common.key;
  key.type = common.type;
  if (!common.default_text.empty()) key.default_value = common.default_text;
  key.required = common.required;
  key.doc = common.doc;
  key.no_effect = common.no_effect;
  key.extension = common.extension;
  return key;
}

KeyReference describe_key(const hdfs::RestrictedKey& restricted) {
  KeyReference key;
  key.key = restricted.key;
  key.type = "text";
  for (const std::string_view word : restricted.permitted) {
    if (!word.empty()) key.choices.emplace_back(word);
  }
  if (!key.choices.empty()) key.default_value = key.choices.front();
  key.doc = std::string(restricted.doc) + (key.choices.empty() ? " Must be empty: " : " Others are refused: ") +
            std::string(restricted.reason) + ".";
  return key;
}

ComponentReference describe_component(const ComponentInfo& info) {
  ComponentReference component;
  component.kind = info.kind;
  component.type = info.type;
  component.class_names.assign(info.class_names.begin(), info.class_names.end());
  component.doc = info.doc;
  component.extension = info.traits.extension;
  component.example = info.traits.example;
  const OptionsPtr defaults = info.make_options();
  for (const OptionInfo& row : info.options) component.keys.push_back(describe_key(row, defaults.get()));
  return component;
}

bool answers_to(const ComponentReference& component, std::string_view word) {
  return to_lower(component.type) == to_lower(word) ||
         std::find(component.class_names.begin(), component.class_names.end(), word) != component.class_names.end();
}

/// Lower case, without blanks and dashes, and without the plural's s.
std::string singular(std::string_view word) {
  std::string text = to_lower(word);
  std::erase_if(text, [](char c) { return c == ' ' || c == '-' || c == '_'; });
  if (text.ends_with('s')) text.pop_back();
  return text;
}

}  // namespace

std::string_view plural(Kind kind) {
  switch (kind) {
    case Kind::Source:
      return "sources";
    case Kind::Channel:
      return "channels";
    case Kind::Sink:
      return "sinks";
    case Kind::Interceptor:
      return "interceptors";
    case Kind::Selector:
      return "channel selectors";
    case Kind::Serializer:
      return "serializers";
    case Kind::Deserializer:
      return "deserializers";
    case Kind::PathManager:
      return "path managers";
    case Kind::SinkProcessor:
      return "sink processors";
    case Kind::ConfigFilter:
      return "config filters";
  }
  return "components";
}

Result<Kind> kind_named(std::string_view word) {
  const std::string wanted = singular(word);
  std::vector<std::string> names;
  std::string all;
  for (const Kind kind : kKinds) {
    if (wanted == to_string(kind) || wanted == singular(plural(kind))) return kind;
    names.emplace_back(to_string(kind));
    all += (all.empty() ? "" : ", ") + names.back();
  }
  const std::string hint = did_you_mean(nearest_name(wanted, std::span<const std::string>(names)));
  return invalid_config("there is no kind of component '" + config::shown_value("", word) + "' (" +
                        (hint.empty() ? "kinds are " + all : hint) + ")");
}

KindReference describe_kind(ComponentRegistry& registry, Kind kind) {
  KindReference reference;
  reference.kind = kind;
  reference.prefix = config::key_prefix(kind);
  for (const config::CommonKey& common : config::common_keys(kind)) reference.keys.push_back(describe_key(common));
  for (const ModuleType& type : registry.module_types(kind)) {
    const auto found = registry.find(kind, type.type);
    if (found) continue;  // it is among the loaded ones now
    ComponentReference component;
    component.kind = kind;
    component.type = type.type;
    component.class_names = type.class_names;
    component.unavailable = found.status().message();
    reference.components.push_back(std::move(component));
  }
  for (const ComponentInfo* info : registry.all(kind)) reference.components.push_back(describe_component(*info));
  std::stable_sort(reference.components.begin(), reference.components.end(),
                   [](const ComponentReference& a, const ComponentReference& b) { return a.type < b.type; });
  for (const config::FlumeType& type : config::flume_types()) {
    // A module that cannot be loaded answers with another cause: its types are among the components.
    const auto is_here = [&](std::string_view word) { return registry.find(kind, word).cause() != Cause::NotFound; };
    if (type.kind != kind || is_here(type.class_name) || (!type.alias.empty() && is_here(type.alias))) continue;
    reference.missing.push_back({std::string(type.alias.empty() ? type.class_name : type.alias), std::string(type.class_name)});
  }
  return reference;
}

ClientReference describe_hdfs_client() {
  ClientReference client;
  client.name = "hdfs-client";
  client.doc =
      "Keys of core-site.xml and hdfs-site.xml that count for hdfs:// paths. Each file is read from the folder of --conf, or, when it is "
      "not there, from HADOOP_CONF_DIR (else from etc/hadoop below HADOOP_HOME). Files are written as the user of HADOOP_USER_NAME, from "
      "the environment or by -D, else as the user of the process. Times can have a unit behind them: ns, us, ms, s, m, h, d; sizes k, "
      "m, g, t, p, e. Keys that are not here have no effect.";
  KeyReference default_file_system;  // read before it is known that a client is needed
  default_file_system.key = "fs.defaultFS";
  default_file_system.type = "text";
  default_file_system.default_value = "file:///";
  default_file_system.doc = "Where paths without a scheme are, and hdfs:/// paths without a host.";
  default_file_system.aliases = {"fs.default.name"};
  client.keys.push_back(std::move(default_file_system));
  const hdfs::ClientOptions defaults;
  for (const OptionInfo& row : hdfs::client_option_rows()) client.keys.push_back(describe_key(row, &defaults));
  for (const hdfs::RestrictedKey& restricted : hdfs::restricted_keys()) client.keys.push_back(describe_key(restricted));
  return client;
}

Result<KindReference> describe_type(ComponentRegistry& registry, Kind kind, std::string_view type_or_class) {
  if (registry.find(kind, type_or_class).cause() == Cause::NotFound) {
    const config::MissingType missing = config::explain_missing_type(kind, type_or_class, registry, config::FlumeTypes());
    return invalid_config(missing.message + (missing.hint.empty() ? "" : " (" + missing.hint + ")"));
  }
  KindReference reference = describe_kind(registry, kind);
  std::erase_if(reference.components, [&](const ComponentReference& component) { return !answers_to(component, type_or_class); });
  reference.missing.clear();
  return reference;
}

}  // namespace flume::cli
