#include "cli/reference_text.h"

#include <algorithm>

namespace flume::cli {
namespace {

constexpr std::size_t kWidth = 100;  // columns

/// `text` in lines of at most kWidth columns, each behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column != 0 && column + 1 + word.size() > kWidth) {
      lines += '\n';
      column = 0;
    }
    lines += column == 0 ? std::string(indent, ' ') : " ";
    column += word.size() + (column == 0 ? indent : 1);
    lines += word;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return lines + '\n';
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string types_of(const KindReference& kind) {
  std::size_t widest = 0;
  for (const ComponentReference& component : kind.components) widest = std::max(widest, component.type.size());
  std::string text;
  for (const ComponentReference& component : kind.components) {
    std::string type = component.type;
    type.resize(widest + 2, ' ');
    text += "  " + type + (component.unavailable.empty() ? component.doc : "not available: " + component.unavailable) + '\n';
  }
  if (!kind.missing.empty()) {
    std::vector<std::string> types;
    for (const MissingType& missing : kind.missing) types.push_back(missing.type);
    text += wrapped("In Apache Flume, but not in this version: " + joined(types), 2);
  }
  return text;
}

std::string keys_as_text(const std::vector<KeyReference>& keys) {
  std::string text;
  for (const KeyReference& key : keys) {
    text += "  " + key.key + "  (" + value_in_words(key) + ")\n";
    std::string doc = key.doc;
    if (!key.aliases.empty()) doc += " Also: " + joined(key.aliases) + ".";
    if (!key.deprecated.empty()) doc += " Deprecated: " + key.deprecated + ".";
    if (!key.no_effect.empty()) doc += " Has no effect here: " + key.no_effect + ".";
    if (!key.nested_kind.empty()) doc += " See `flume-ng describe " + key.nested_kind + "`; its keys begin with " + key.nested_prefix;
    text += wrapped(doc, 6);
  }
  return text;
}

/// Lines, each behind two blanks more than the heading.
std::string indented(std::string_view heading, std::string_view lines) {
  std::string text = '\n' + std::string(heading) + '\n';
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    text.append("  ").append(line).append("\n");
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  return text;
}

std::string example_as_text(const ComponentExample& example) {
  if (example.keys.empty()) return {};
  std::string text = indented("example", example.keys);
  if (!example.events.empty()) {
    text += indented("from", example.events) + indented("becomes", example.become.empty() ? "nothing" : example.become);
  }
  return text;
}

}  // namespace

std::string value_in_words(const KeyReference& key) {
  std::string words = key.type;
  if (!key.unit.empty()) words += ", " + key.unit;
  if (!key.choices.empty()) words += ": " + joined(key.choices);
  if (key.minimum && key.maximum) {
    words += ", from " + std::to_string(*key.minimum) + " to " + std::to_string(*key.maximum);
  } else if (key.minimum) {
    words += ", at least " + std::to_string(*key.minimum);
  } else if (key.maximum) {
    words += ", at most " + std::to_string(*key.maximum);
  }
  if (key.required) words += ", required";
  if (key.default_value) words += ", default " + *key.default_value;
  if (key.secret) words += ", secret";
  if (key.extension) words += ", not in Apache Flume";
  return words;
}

std::string types_as_text(const Reference& reference) {
  std::string text;
  for (const KindReference& kind : reference) {
    if (kind.components.empty() && kind.missing.empty()) continue;
    text += std::string(text.empty() ? "" : "\n") + std::string(plural(kind.kind)) + '\n' + types_of(kind);
  }
  return text + "\n`flume-ng describe KIND TYPE` prints the keys of a type, `flume-ng describe hdfs-client` those of Hadoop's files.\n";
}

std::string kind_as_text(const KindReference& kind) {
  std::string text = std::string(plural(kind.kind)) + '\n' + types_of(kind);
  if (!kind.keys.empty()) text += "\nkeys of all of them, below " + kind.prefix + '\n' + keys_as_text(kind.keys);
  return text;
}

std::string client_as_text(const ClientReference& client) {
  return client.name + '\n' + wrapped(client.doc, 2) + "\nkeys\n" + keys_as_text(client.keys);
}

std::string component_as_text(const KindReference& kind) {
  const ComponentReference& component = kind.components.front();
  std::string text = std::string(to_string(kind.kind)) + ' ' + component.type + '\n';
  if (!component.unavailable.empty()) return text + wrapped("Not available: " + component.unavailable, 2);
  text += wrapped(component.doc, 2);
  if (!component.class_names.empty()) text += "  class: " + joined(component.class_names) + '\n';
  if (component.extension) text += "  Apache Flume does not have it.\n";
  text += "\nkeys, below " + kind.prefix + '\n' + keys_as_text(component.keys);
  if (component.keys.empty()) text += "  none of its own\n";
  if (!kind.keys.empty()) text += "\nkeys of every " + std::string(to_string(kind.kind)) + '\n' + keys_as_text(kind.keys);
  text += example_as_text(component.example);
  return text;
}

}  // namespace flume::cli
