// regex_extractor: the groups of the first match in the body become headers, group 1 by the first serializer.
// Differs from Flume: a group that took no part gives no header (Flume: one without a value, which most sinks fail on); a text
// that is no time leaves the header as it was and is counted (Flume: the batch fails, again and again).
#include <chrono>
#include <optional>
#include <utility>

#include "components/interceptors/event_count.h"
#include "components/interceptors/event_rewriter.h"
#include "components/interceptors/regex_extractor/group_serializers.h"
#include "components/interceptors/undecided_policy.h"
#include "flume/component.h"
#include "text/regex.h"

namespace flume {
namespace {

struct RegexExtractorOptions {
  std::string regex;
  Names serializers;
  OptionFamily serializer_keys;
  OnUndecided on_undecided = OnUndecided::Keep;
};

constexpr auto kRegexExtractorOptions = options(
    option<&RegexExtractorOptions::regex>("regex", "Searched in the body, which is read as UTF-8.", {.required = true}),
    option<&RegexExtractorOptions::serializers>("serializers", "Names, one for each group of the pattern, in their order.",
                                                {.required = true}),
    option<&RegexExtractorOptions::serializer_keys>(
        "serializers.*",
        "<name>.name: the header. <name>.type: DEFAULT, the text as it is, or MILLIS "
        "(org.apache.flume.interceptor.RegexExtractorInterceptorMillisSerializer), the time that it is, in milliseconds since 1970. "
        "<name>.pattern, of MILLIS: the date pattern, with Joda-Time's letters except G and C; the time zone, where the text names "
        "none, is that of the process."),
    on_undecided_option<&RegexExtractorOptions::on_undecided>());

OptionProblems check(const RegexExtractorOptions& options) {
  constexpr std::int64_t kAnyYear = 2000;
  OptionProblems problems = parse_group_serializers(options.serializers, options.serializer_keys, kAnyYear).problems;
  if (options.regex.empty()) {
    problems.push_back({{"regex"}, "is required"});
  } else if (const auto regex = Regex::compile(options.regex); !regex) {
    problems.push_back({{"regex"}, regex.status().message()});
  }
  return problems;
}

class RegexExtractorInterceptor final : public Interceptor {
 public:
  RegexExtractorInterceptor(const RegexExtractorOptions& options, const Services& services)
      : options_(options),
        clock_(services.clock),
        zones_(TimeZone::system(services.time_zone).zone),
        undecided_(services, "RegexExtractorUndecidedCount"),
        unread_(services, "RegexExtractorUnreadCount") {}

  Status intercept(EventBatch& batch) override {
    if (!regex_) FLUME_TRY(prepare());
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      const auto found = regex_->find(event.body(), groups_);
      if (!found) {
        undecided_.tell("regex_extractor gives up on a body; later ones are only counted", found.status());
        if (options_.on_undecided == OnUndecided::Drop) return Status();
      }
      if (!found || !*found) return builder.add(event);
      builder.headers_of(event);
      for (std::size_t i = 0; i < serializers_.size() && i + 1 < groups_.size(); ++i) add_header(serializers_[i], groups_[i + 1], builder);
      return builder.body(event.body());
    });
  }

 private:
  Status prepare() {
    auto regex = Regex::compile(options_.regex);
    if (!regex) return std::move(regex).status().with_context("regex");
    const auto today = std::chrono::floor<std::chrono::days>(clock_.wall());
    const int this_year = static_cast<int>(std::chrono::year_month_day(today).year());
    serializers_ = parse_group_serializers(options_.serializers, options_.serializer_keys, this_year).all;
    regex_ = *std::move(regex);
    return {};
  }

  void add_header(GroupSerializer& serializer, const std::optional<std::string_view>& group, BatchBuilder& builder) {
    if (!group) {
      builder.remove_header(serializer.header());
      return;
    }
    const auto value = serializer.serialize(*group, zones_);
    if (value) {
      builder.header(serializer.header(), *value);
    } else {
      unread_.tell("regex_extractor cannot read a time and adds no header; later ones are only counted", value.status());
    }
  }

  const RegexExtractorOptions options_;
  Clock& clock_;
  JodaZones zones_;
  EventCount undecided_;
  EventCount unread_;
  EventRewriter rewriter_;
  std::optional<Regex> regex_;
  Regex::Groups groups_;
  std::vector<GroupSerializer> serializers_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_regex_extractor;
constinit const ComponentInfo interceptor_regex_extractor = describe<RegexExtractorInterceptor, kRegexExtractorOptions, check>(
    "regex_extractor", "Adds what the groups of a pattern find in the body as headers.",
    {"org.apache.flume.interceptor.RegexExtractorInterceptor$Builder"},
    {.example = {.keys = "type = regex_extractor\n"
                         "regex = ^(\\\\S+) (\\\\S+ \\\\S+)\n"
                         "serializers = s1 s2\n"
                         "serializers.s1.name = level\n"
                         "serializers.s2.name = timestamp\n"
                         "serializers.s2.type = MILLIS\n"
                         "serializers.s2.pattern = yyyy-MM-dd HH:mm:ss",
                 .events = "{} ERROR 2023-11-14 22:13:20 connection lost",
                 .become = "{level=ERROR, timestamp=1700000000000} ERROR 2023-11-14 22:13:20 connection lost"}});
}  // namespace components
}  // namespace flume
