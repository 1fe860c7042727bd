#include "config/bad_event_keys.h"

#include <algorithm>
#include <array>

#include "config/shown_value.h"
#include "text/ascii.h"
#include "text/did_you_mean.h"

namespace flume::config {
namespace {

constexpr std::string_view kPolicyKey = "badEvents";
constexpr std::string_view kLetterKey = "deadLetter";
constexpr std::string_view kScheme = "file:";

struct PolicyWord {
  std::string_view word;
  BadEventPolicy policy;
};
constexpr std::array kPolicies{PolicyWord{"block", BadEventPolicy::Block}, PolicyWord{"deadletter", BadEventPolicy::DeadLetter},
                               PolicyWord{"drop", BadEventPolicy::Drop}};

bool is_folder(std::string_view value) { return value.starts_with('/') || value.starts_with(kScheme); }

class BadEventReader {
 public:
  BadEventReader(const KeyScope& scope, const FindChannel& find_channel, TypeLookup& types, PlannedSink& sink)
      : scope_(scope), find_channel_(find_channel), types_(types), sink_(sink) {}

  bool read() {
    const Property* letter = scope_.tree.find(kLetterKey);
    const Property* policy = scope_.tree.find(kPolicyKey);
    if (letter != nullptr) sink_.bad_events = BadEventPolicy::DeadLetter;
    if (policy != nullptr && !read_policy(*policy, letter)) return false;
    if (letter == nullptr) return true;
    if (sink_.bad_events != BadEventPolicy::DeadLetter) {
      types_.diagnostics.warning(letter->key_at, full_key(kLetterKey),
                                 "does nothing: " + full_key(kPolicyKey) + " is " + shown_value(kPolicyKey, policy->value));
      return true;
    }
    show(kLetterKey, *letter);
    return is_folder(letter->value) ? read_folder(*letter) : read_channel(*letter);
  }

 private:
  [[nodiscard]] std::string full_key(std::string_view key) const { return scope_.full_prefix + std::string(key); }

  bool fail(const Property& entry, std::string_view key, std::string message, std::string hint = {}) {
    types_.diagnostics.error(entry.value_at, full_key(key), std::move(message), std::move(hint));
    return false;
  }

  void show(std::string_view key, const Property& entry) {
    sink_.values.push_back({.key = std::string(key), .shown = shown_value(key, entry.value), .at = entry.value_at});
  }

  bool read_policy(const Property& entry, const Property* letter) {
    const std::string word = to_lower(entry.value);
    const auto found = std::find_if(kPolicies.begin(), kPolicies.end(), [&](const PolicyWord& each) { return each.word == word; });
    if (found == kPolicies.end()) {
      std::array<std::string_view, kPolicies.size()> words{};
      std::transform(kPolicies.begin(), kPolicies.end(), words.begin(), [](const PolicyWord& each) { return each.word; });
      std::string hint = did_you_mean(nearest_name(word, words));
      return fail(entry, kPolicyKey, "'" + shown_value(kPolicyKey, entry.value) + "' is none of block, deadletter, drop", std::move(hint));
    }
    if (found->policy == BadEventPolicy::DeadLetter && letter == nullptr) {
      return fail(entry, kPolicyKey, "needs " + full_key(kLetterKey), "name a channel or a folder there");
    }
    sink_.bad_events = found->policy;
    show(kPolicyKey, entry);
    return true;
  }

  bool read_channel(const Property& entry) {
    if (!find_channel_(entry, full_key(kLetterKey))) return false;
    if (entry.value == sink_.channel) {
      return fail(entry, kLetterKey, "is the channel that the sink drains: a bad event would come again at once",
                  "name another channel, or a folder");
    }
    sink_.dead_letter_channel = entry.value;
    return true;
  }

  /// The folder's files are written by the hdfs sink on file://, which keeps every event once over a crash.
  bool read_folder(const Property& entry) {
    const std::string path = local_path(entry.value);
    if (path.empty()) return fail(entry, kLetterKey, "is no absolute path of this machine", "as in file:///var/flume/dead");
    if (path.find('%') != std::string::npos) return fail(entry, kLetterKey, "the folder's name may not have a % in it");
    const std::pair<std::string_view, std::string> settings[] = {
        {"hdfs.path", "file://" + path}, {"hdfs.filePrefix", sink_.name}, {"hdfs.fileSuffix", ".avro"},  {"hdfs.fileType", "DataStream"},
        {"serializer", "avro_event"},    {"hdfs.durability", "sync"},     {"hdfs.rollInterval", "3600"}, {"hdfs.rollCount", "0"},
        {"hdfs.rollSize", "134217728"},  {"hdfs.idleTimeout", "60"},
    };
    ComponentTree tree;
    tree.first_at = entry.key_at;
    for (const auto& [key, value] : settings) {
      Property& set = tree.entries[std::string(key)];
      set = entry;
      set.key = key;
      set.value = value;
    }
    Property type = entry;
    type.value = "hdfs";
    PlannedComponent files;
    files.name = sink_.name + ".deadLetter";
    files.at = entry.value_at;
    files.info = types_.find(Kind::Sink, type, full_key(kLetterKey));
    if (files.info == nullptr || !read_options({tree, full_key(kLetterKey) + ".", ""}, types_, files)) return false;
    sink_.dead_letter_files = std::move(files);
    return true;
  }

  const KeyScope& scope_;
  const FindChannel& find_channel_;
  TypeLookup& types_;
  PlannedSink& sink_;
};

}  // namespace

std::string local_path(std::string_view value) {
  if (value.starts_with(kScheme)) value.remove_prefix(kScheme.size());
  if (value.starts_with("//")) {
    value.remove_prefix(2);
    if (!value.starts_with('/')) return {};
  }
  return value.starts_with('/') ? std::string(value) : std::string();
}

bool read_bad_events(const KeyScope& scope, const FindChannel& find_channel, TypeLookup& types, PlannedSink& sink) {
  return BadEventReader(scope, find_channel, types, sink).read();
}

}  // namespace flume::config
