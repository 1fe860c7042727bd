// Every type of keys.tsv is here or known by name (its keys: tools/parity_table.py). And: what the three renderings must have.
#include "cli/reference.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/reference_json.h"
#include "cli/reference_markdown.h"
#include "cli/reference_text.h"
#include "config/characters.h"
#include "config/flume_types.h"

namespace flume::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A row of keys.tsv.
struct FlumeKey {
  std::string kind, type, class_name, key, required, default_value, unit, meaning;
};

std::vector<FlumeKey> flume_keys() {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/data/keys.tsv");
  std::vector<FlumeKey> keys;
  std::string line;
  std::getline(file, line);  // names of the columns
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find('\t', at), line.size());
      cells.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    if (cells.size() == 8) keys.push_back({cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7]});
  }
  return keys;
}

/// Kinds of keys.tsv that are kinds of components.
std::optional<Kind> component_kind(const std::string& word) {
  for (const Kind kind : kKinds) {
    if (to_string(kind) == word) return kind;
  }
  return std::nullopt;
}

class ReferenceTest : public testing::Test {
 protected:
  ReferenceTest() {
    add_builtin_components(registry_);
    for (const Kind kind : kKinds) reference_.push_back(describe_kind(registry_, kind));
  }

  const KindReference& kind(Kind wanted) const {
    return *std::find_if(reference_.begin(), reference_.end(), [wanted](const KindReference& each) { return each.kind == wanted; });
  }

  /// By alias or class; null: not in this version.
  const ComponentReference* component(Kind wanted, const std::string& type, const std::string& class_name) const {
    for (const ComponentReference& each : kind(wanted).components) {
      if (to_lower(each.type) == to_lower(type) ||
          std::find(each.class_names.begin(), each.class_names.end(), class_name) != each.class_names.end())
        return &each;
    }
    return nullptr;
  }

  static const KeyReference* find_key(const std::vector<KeyReference>& keys, const std::string& name) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const KeyReference& key) {
      return key.key == name || std::find(key.aliases.begin(), key.aliases.end(), name) != key.aliases.end();
    });
    return found == keys.end() ? nullptr : &*found;
  }

  ComponentRegistry registry_;
  Reference reference_;
  Clients clients_{describe_hdfs_client()};
};

TEST_F(ReferenceTest, has_or_knows_every_type_of_Flume) {
  for (const FlumeKey& row : flume_keys()) {
    const auto wanted = component_kind(row.kind);
    if (!wanted || row.type == "*" || row.class_name == "-") continue;
    EXPECT_TRUE(component(*wanted, row.type, row.class_name) != nullptr || config::FlumeTypes().about(*wanted, row.class_name))
        << row.kind << ' ' << row.class_name;
  }
}

TEST_F(ReferenceTest, knows_the_types_of_Flume_and_no_others) {
  using Type = std::tuple<std::string, std::string, std::string>;
  std::set<Type> in_keys;
  for (const FlumeKey& row : flume_keys()) {
    if (component_kind(row.kind) && row.type != "*" && row.class_name != "-")
      in_keys.emplace(row.kind, row.type == "-" ? "" : row.type, row.class_name);
  }
  std::set<Type> in_table;
  for (const config::FlumeType& type : config::flume_types()) in_table.emplace(to_string(type.kind), type.alias, type.class_name);
  EXPECT_EQ(in_table, in_keys);
}

TEST_F(ReferenceTest, names_every_component_once_with_a_sentence_for_each_key) {
  for (const KindReference& each : reference_) {
    for (const ComponentReference& component : each.components) {
      EXPECT_TRUE(component.doc.ends_with('.')) << component.type;
      std::set<std::string> keys;
      for (const KeyReference& key : component.keys) {
        EXPECT_TRUE(key.doc.ends_with('.')) << component.type << ' ' << key.key << ": " << key.doc;
        EXPECT_TRUE(keys.insert(key.key).second) << component.type << ' ' << key.key;
        for (const std::string& alias : key.aliases) EXPECT_TRUE(keys.insert(alias).second) << component.type << ' ' << alias;
        EXPECT_FALSE(key.required && key.default_value) << component.type << ' ' << key.key;
      }
    }
  }
}

TEST_F(ReferenceTest, gives_every_field_of_every_key_as_json) {
  const auto document = nlohmann::json::parse(reference_as_json(reference_, clients_));
  EXPECT_EQ(document["kinds"].size(), std::size(kKinds));
  std::size_t components = 0;
  for (const auto& each : document["kinds"]) {
    for (const auto& component : each["components"]) {
      ++components;
      for (const char* field : {"kind", "type", "class_names", "doc", "extension", "unavailable", "keys"})
        EXPECT_TRUE(component.contains(field));
      EXPECT_EQ(component["kind"], each["kind"]);
      for (const auto& key : component["keys"]) {
        for (const char* field : {"key", "type", "unit", "default", "required", "doc", "choices", "minimum", "maximum", "aliases",
                                  "deprecated", "no_effect", "secret", "extension", "nested_kind", "nested_prefix"})
          EXPECT_TRUE(key.contains(field)) << field;
      }
    }
  }
  EXPECT_GE(components, 2U);
}

TEST_F(ReferenceTest, writes_the_same_pages_each_time) {
  const std::vector<Page> pages = reference_as_markdown(reference_, clients_);
  const std::vector<Page> again = reference_as_markdown(reference_, clients_);
  ASSERT_EQ(pages.size(), again.size());
  for (std::size_t i = 0; i < pages.size(); ++i) EXPECT_EQ(pages[i].text, again[i].text);
  EXPECT_EQ(pages.front().file_name, "README.md");
  EXPECT_THAT(pages.front().text, HasSubstr("[Sources](sources.md)"));
}

TEST_F(ReferenceTest, has_the_keys_of_hadoops_files) {
  const ClientReference& client = clients_.front();
  std::set<std::string> keys;
  for (const KeyReference& key : client.keys) {
    EXPECT_TRUE(key.doc.ends_with('.')) << key.key;
    EXPECT_TRUE(keys.insert(key.key).second) << key.key;
  }
  const KeyReference* block_size = find_key(client.keys, "dfs.block.size");
  ASSERT_NE(block_size, nullptr);
  EXPECT_EQ(block_size->key, "dfs.blocksize");
  EXPECT_EQ(block_size->default_value, "134217728");
  EXPECT_EQ(block_size->unit, "bytes");
  const KeyReference* authentication = find_key(client.keys, "hadoop.security.authentication");
  ASSERT_NE(authentication, nullptr);
  EXPECT_THAT(authentication->choices, testing::ElementsAre("simple"));
  EXPECT_THAT(client_as_text(client), HasSubstr("dfs.replication  (int, from 1 to 32767, default 3)"));
  EXPECT_EQ(nlohmann::json::parse(reference_as_json({}, clients_))["clients"][0]["keys"].size(), client.keys.size());
  const std::vector<Page> pages = reference_as_markdown({}, clients_);
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_THAT(pages[0].text, HasSubstr("[hdfs-client](hdfs-client.md)"));
  EXPECT_EQ(pages[1].file_name, "hdfs-client.md");
  EXPECT_THAT(pages[1].text, HasSubstr("| `dfs.replication` | int |  | `3` | Replicas of each block."));
}

TEST_F(ReferenceTest, takes_kinds_in_any_case_one_or_many) {
  for (const char* word : {"source", "Sources", "SOURCE"}) EXPECT_EQ(*kind_named(word), Kind::Source) << word;
  for (const char* word : {"pathmanager", "path-managers", "Path Manager"}) EXPECT_EQ(*kind_named(word), Kind::PathManager) << word;
  EXPECT_EQ(*kind_named("channel selectors"), Kind::Selector);
  EXPECT_THAT(kind_named("snik").status().message(), HasSubstr("did you mean sink?"));
  EXPECT_THAT(kind_named("tributary").status().message(), HasSubstr("kinds are source, channel, sink"));
}

TEST_F(ReferenceTest, describes_one_type_by_alias_or_class) {
  const auto by_alias = describe_type(registry_, Kind::Source, "SEQ");
  ASSERT_TRUE(by_alias.ok());
  EXPECT_EQ(by_alias->components.at(0).type, "seq");
  EXPECT_TRUE(describe_type(registry_, Kind::Source, "org.apache.flume.source.SequenceGeneratorSource").ok());
  EXPECT_THAT(component_as_text(*by_alias), HasSubstr("batchSize  (long, from 1 to 2147483647, default 1)"));
  EXPECT_EQ(describe_type(registry_, Kind::Source, "seqq").status().message(), "unknown source type 'seqq' (did you mean seq?)");
  EXPECT_THAT(describe_type(registry_, Kind::Source, "jms").status().message(), HasSubstr("in Apache Flume, but not in this version"));
}

TEST_F(ReferenceTest, lists_a_type_whose_module_is_not_there_with_the_reason) {
  registry_.add_module_type({Kind::Source, "jms", {"org.apache.flume.source.jms.JMSSource"}, "", "built without Qpid Proton"});
  const KindReference sources = describe_kind(registry_, Kind::Source);
  const auto jms = std::find_if(sources.components.begin(), sources.components.end(), [](const auto& each) { return each.type == "jms"; });
  ASSERT_NE(jms, sources.components.end());
  EXPECT_EQ(jms->unavailable, "source type 'jms' is not available: built without Qpid Proton");
  EXPECT_THAT(jms->keys, IsEmpty());
  EXPECT_TRUE(std::none_of(sources.missing.begin(), sources.missing.end(), [](const MissingType& each) { return each.type == "jms"; }));
  EXPECT_THAT(kind_as_text(sources), HasSubstr("built without Qpid Proton"));
  EXPECT_THAT(component_as_text(*describe_type(registry_, Kind::Source, "jms")), HasSubstr("Not available"));
}

}  // namespace
}  // namespace flume::cli
