// remove_header: takes headers away, by name, from a list of names, or by a pattern that matches the whole name.
// Names are case-sensitive. A batch in which no event has such a header is not copied.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "components/interceptors/event_count.h"
#include "components/interceptors/event_rewriter.h"
#include "flume/component.h"
#include "text/java_split.h"
#include "text/regex.h"

namespace flume {
namespace {

struct RemoveHeaderOptions {
  std::optional<std::string> with_name;
  std::optional<std::string> from_list;
  std::string from_list_separator = "\\s*,\\s*";
  std::optional<std::string> matching;
};

constexpr auto kRemoveHeaderOptions =
    options(option<&RemoveHeaderOptions::with_name>("withName", "The header of this name."),
            option<&RemoveHeaderOptions::from_list>("fromList", "The headers of these names."),
            option<&RemoveHeaderOptions::from_list_separator>("fromListSeparator", "What stands between two names: a pattern."),
            option<&RemoveHeaderOptions::matching>("matching", "The headers whose whole name the pattern matches."));

struct Rules {
  std::vector<std::string> names;
  std::optional<Regex> matching;
};

Result<Rules> rules_of(const RemoveHeaderOptions& options) {
  Rules rules;
  if (options.with_name) rules.names.push_back(*options.with_name);
  if (options.from_list) {
    auto separator = Regex::compile(options.from_list_separator);
    if (!separator) return std::move(separator).status().with_context("fromListSeparator");
    auto names = java_split(*options.from_list, *separator);
    if (!names) return std::move(names).status().with_context("fromList");
    for (std::string& name : *names) rules.names.push_back(std::move(name));
  }
  if (options.matching) {
    auto matching = Regex::compile(*options.matching, {.whole_subject = true});
    if (!matching) return std::move(matching).status().with_context("matching");
    rules.matching = *std::move(matching);
  }
  return rules;
}

Status check(const RemoveHeaderOptions& options) { return rules_of(options).status(); }

class RemoveHeaderInterceptor final : public Interceptor {
 public:
  RemoveHeaderInterceptor(const RemoveHeaderOptions& options, const Services& services)
      : options_(options), undecided_(services, "RemoveHeaderUndecidedCount") {}

  Status intercept(EventBatch& batch) override {
    if (!rules_) {
      auto rules = rules_of(options_);
      if (!rules) return std::move(rules).status();
      rules_ = *std::move(rules);
    }
    const bool is_any_concerned = std::any_of(batch.begin(), batch.end(), [this](const EventView& event) {
      bool is_concerned = false;
      event.each_header([&](std::string_view key, std::string_view) { return !(is_concerned = is_removed(key)); });
      return is_concerned;
    });
    if (!is_any_concerned) return {};
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      event.each_header([&](std::string_view key, std::string_view value) {
        if (!is_removed(key)) builder.header(key, value);
      });
      return builder.body(event.body());
    });
  }

 private:
  bool is_removed(std::string_view key) {
    if (std::find(rules_->names.begin(), rules_->names.end(), key) != rules_->names.end()) return true;
    if (!rules_->matching) return false;
    const auto matches = rules_->matching->find(key);
    if (!matches) undecided_.tell("remove_header cannot decide on a header and keeps it; later ones are only counted", matches.status());
    return matches && *matches;
  }

  const RemoveHeaderOptions options_;
  EventCount undecided_;
  EventRewriter rewriter_;
  std::optional<Rules> rules_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_remove_header;
constinit const ComponentInfo interceptor_remove_header = describe<RemoveHeaderInterceptor, kRemoveHeaderOptions, check>(
    "remove_header", "Removes headers by name or pattern.", {"org.apache.flume.interceptor.RemoveHeaderInterceptor$Builder"},
    {.example = {.keys = "type = remove_header\nwithName = password\nmatching = tmp_.*",
                 .events = "{user=ann, password=secret, tmp_1=x} login",
                 .become = "{user=ann} login"}});
}  // namespace components
}  // namespace flume
