#include "cli/reference_markdown.h"

#include <algorithm>

namespace flume::cli {
namespace {

constexpr std::string_view kGenerated = "<!-- Generated from the option tables by `make docs`: do not edit. -->\n";

/// A cell of a table: no bars, no tags.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '_') escaped += '\\';
    if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string code(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return "`" + escaped + "`";
}

std::string codes(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + code(word);
  return text;
}

std::string title(Kind kind) {
  std::string text(plural(kind));
  text.front() = static_cast<char>(text.front() - ('a' - 'A'));
  return text;
}

std::string file_of(Kind kind) {
  std::string name(plural(kind));
  std::replace(name.begin(), name.end(), ' ', '-');
  return name + ".md";
}

std::string anchor(std::string_view heading) {
  std::string text;
  for (const char c : heading) {
    if (c >= 'A' && c <= 'Z') {
      text += static_cast<char>(c + ('a' - 'A'));
    } else if (c != '.' && c != '$') {
      text += c;
    }
  }
  return text;
}

std::string meaning(const KeyReference& key) {
  std::string text = cell(key.doc);
  if (!key.choices.empty()) text += " One of " + codes(key.choices) + ".";
  if (key.minimum && key.maximum) {
    text += " From " + std::to_string(*key.minimum) + " to " + std::to_string(*key.maximum) + ".";
  } else if (key.minimum) {
    text += " At least " + std::to_string(*key.minimum) + ".";
  } else if (key.maximum) {
    text += " At most " + std::to_string(*key.maximum) + ".";
  }
  if (!key.nested_kind.empty()) {
    for (const Kind kind : kKinds) {
      if (to_string(kind) != key.nested_kind) continue;
      text +=
          " One of the [" + std::string(plural(kind)) + "](" + file_of(kind) + "), whose keys begin with " + code(key.nested_prefix) + ".";
    }
  }
  if (!key.aliases.empty()) text += " Also " + codes(key.aliases) + ".";
  if (key.secret) text += " Never shown.";
  if (!key.deprecated.empty()) text += " **Deprecated**: " + cell(key.deprecated) + ".";
  if (!key.no_effect.empty()) text += " **No effect here**: " + cell(key.no_effect) + ".";
  if (key.extension) text += " Not in Apache Flume.";
  return text;
}

std::string table(const std::vector<KeyReference>& keys) {
  std::string text = "| key | type | unit | default | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const KeyReference& key : keys) {
    text += "| " + code(key.key) + " | " + key.type + " | " + key.unit + " | ";
    text += key.required ? "**required**" : key.default_value ? code(*key.default_value) : "";
    text += " | " + meaning(key) + " |\n";
  }
  return text;
}

/// The lines between fences.
std::string block(std::string_view lines, std::string_view language = {}) {
  return "\n```" + std::string(language) + '\n' + std::string(lines) + (lines.ends_with('\n') ? "" : "\n") + "```\n";
}

std::string example_of(const ComponentExample& example) {
  if (example.keys.empty()) return {};
  std::string text = "\nExample:\n" + block(example.keys, "properties");
  if (!example.events.empty()) {
    text += "\nFrom\n" + block(example.events) + (example.become.empty() ? "\nnothing is left.\n" : "\nbecomes\n" + block(example.become));
  }
  return text;
}

std::string page_of(const KindReference& kind) {
  std::string text(kGenerated);
  text += "# " + title(kind.kind) + "\n\nKeys begin with " + code(kind.prefix) + ".\n";
  if (!kind.keys.empty()) text += "\n## Keys of all\n\n" + table(kind.keys);
  for (const ComponentReference& component : kind.components) {
    text += "\n## " + component.type + "\n\n";
    if (!component.unavailable.empty()) {
      text += "Not available here.\n";
      continue;
    }
    text += cell(component.doc);
    if (component.extension) text += " Apache Flume does not have it.";
    text += '\n';
    if (!component.class_names.empty()) text += "\nIn Apache Flume: " + codes(component.class_names) + "\n";
    text += '\n' + (component.keys.empty() ? std::string("No keys of its own.\n") : table(component.keys));
    text += example_of(component.example);
  }
  if (!kind.missing.empty()) {
    text += "\n## In Apache Flume, but not in this version\n\n";
    for (const MissingType& missing : kind.missing) {
      text += "- " + code(missing.type);
      if (missing.type != missing.class_name) text += " (" + code(missing.class_name) + ")";
      text += '\n';
    }
  }
  return text;
}

}  // namespace

std::vector<Page> reference_as_markdown(const Reference& reference, const Clients& clients) {
  std::string index(kGenerated);
  index += "# Reference\n\nEvery component and every key. `flume-ng describe` prints the same.\n";
  std::vector<Page> pages(1);
  for (const KindReference& kind : reference) {
    if (kind.components.empty() && kind.missing.empty()) continue;
    const std::string file = file_of(kind.kind);
    index += "\n## [" + title(kind.kind) + "](" + file + ")\n\n";
    for (const ComponentReference& component : kind.components) {
      index += "- [" + cell(component.type) + "](" + file + "#" + anchor(component.type) + "): " + cell(component.doc) + '\n';
    }
    if (kind.components.empty()) index += "None in this version.\n";
    pages.push_back({file, page_of(kind)});
  }
  if (!clients.empty()) index += "\n## Clients\n\n";
  for (const ClientReference& client : clients) {
    const std::string file = client.name + ".md";
    index += "- [" + client.name + "](" + file + "): " + cell(client.doc.substr(0, client.doc.find(". ") + 1)) + '\n';
    pages.push_back({file, std::string(kGenerated) + "# " + client.name + "\n\n" + cell(client.doc) + "\n\n" + table(client.keys)});
  }
  pages.front() = {"README.md", std::move(index)};
  return pages;
}

}  // namespace flume::cli
