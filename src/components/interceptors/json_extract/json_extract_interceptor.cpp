// json_extract: fields of a JSON body as headers. Apache Flume has no such interceptor. A body that is not JSON, or is too
// large to be looked into, is counted and passes unless the configuration says otherwise.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "components/interceptors/added_header.h"
#include "components/interceptors/event_count.h"
#include "components/interceptors/event_rewriter.h"
#include "components/interceptors/json_extract/json_fields.h"
#include "flume/component.h"

namespace flume {
namespace {

enum class OnBadJson : std::uint8_t { Keep, Drop };
std::span<const EnumName<OnBadJson>> enum_names(OnBadJson) {
  static constexpr std::array<EnumName<OnBadJson>, 2> kNames{{{"keep", OnBadJson::Keep}, {"drop", OnBadJson::Drop}}};
  return kNames;
}

constexpr std::int64_t kMostBodyBytes = std::int64_t{1} << 30;

struct JsonExtractOptions {
  OptionFamily headers;
  bool preserve_existing = false;
  std::int64_t max_body_bytes = 1024 * 1024;
  std::int64_t max_value_bytes = 4096;
  OnBadJson on_bad_json = OnBadJson::Keep;
};

constexpr auto kJsonExtractOptions = options(
    option<&JsonExtractOptions::headers>("headers.*",
                                         "headers.<name> = <path>: where the header's value is: user.name, items.0.id, or a JSON pointer, "
                                         "/a.b/0, which begins with a slash. Objects and arrays give their JSON, null gives no header."),
    preserve_existing_option<&JsonExtractOptions::preserve_existing>(),
    option<&JsonExtractOptions::max_body_bytes>("maxBodyBytes", "A longer body is not looked into: it counts as one that is not JSON.",
                                                {.minimum = 1, .maximum = kMostBodyBytes, .unit = "bytes"}),
    option<&JsonExtractOptions::max_value_bytes>("maxValueBytes", "A longer value gives no header, and is counted.",
                                                 {.minimum = 1, .maximum = kMostBodyBytes, .unit = "bytes"}),
    option<&JsonExtractOptions::on_bad_json>("onBadJson", "What becomes of an event whose body is not JSON: it passes, or is dropped."));

std::vector<std::string> paths_of(const OptionFamily& headers) {
  std::vector<std::string> paths;
  for (const auto& [header, path] : headers) paths.push_back(path);
  return paths;
}

OptionProblems check(const JsonExtractOptions& options) {
  OptionProblems problems;
  if (options.headers.empty()) problems.push_back({{"headers.*"}, "at least one header must be named: headers.<name> = <path>"});
  for (const auto& [header, path] : options.headers) {
    if (const auto fields = JsonFields::compile({path}); !fields)
      problems.push_back({{"headers.*"}, "headers." + header + ": " + fields.status().message()});
  }
  return problems;
}

class JsonExtractInterceptor final : public Interceptor {
 public:
  JsonExtractInterceptor(const JsonExtractOptions& options, const Services& services)
      : options_(options), bad_(services, "JsonExtractBadCount"), too_long_(services, "JsonExtractTooLongCount") {
    for (const auto& [header, path] : options_.headers) headers_.push_back(header);
    values_.resize(headers_.size());
  }

  Status intercept(EventBatch& batch) override {
    if (!fields_) {
      auto fields = JsonFields::compile(paths_of(options_.headers));
      if (!fields) return std::move(fields).status().with_context("headers");
      fields_.emplace(*std::move(fields));
    }
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      if (const Status read = read_values(event.body()); !read.ok()) {
        bad_.tell("json_extract cannot read a body; later ones are only counted", read);
        return options_.on_bad_json == OnBadJson::Keep ? builder.add(event) : Status();
      }
      builder.headers_of(event);
      for (std::size_t i = 0; i < headers_.size(); ++i) {
        if (values_[i] && !(options_.preserve_existing && event.header(headers_[i]))) builder.header(headers_[i], *values_[i]);
      }
      return builder.body(event.body());
    });
  }

 private:
  Status read_values(std::string_view body) {
    for (auto& value : values_) value.reset();
    if (body.size() > static_cast<std::uint64_t>(options_.max_body_bytes)) {
      return rejected("the body has " + std::to_string(body.size()) + " bytes, more than maxBodyBytes");
    }
    return fields_->read(body, [this](std::size_t index, std::string_view value) {
      if (value.size() > static_cast<std::uint64_t>(options_.max_value_bytes)) {
        values_[index].reset();
        too_long_.tell("json_extract finds a value longer than maxValueBytes and adds no header; later ones are only counted",
                       rejected("header " + headers_[index] + ": " + std::to_string(value.size()) + " bytes"));
      } else {
        values_[index].emplace(value);
      }
    });
  }

  const JsonExtractOptions options_;
  EventCount bad_;
  EventCount too_long_;
  EventRewriter rewriter_;
  std::vector<std::string> headers_;
  std::vector<std::optional<std::string>> values_;  // by header
  std::optional<JsonFields> fields_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_json_extract;
constinit const ComponentInfo interceptor_json_extract = describe<JsonExtractInterceptor, kJsonExtractOptions, check>(
    "json_extract", "Adds fields of a JSON body as headers.", {},
    {.extension = true,
     .example = {.keys = "type = json_extract\nheaders.user = user.name\nheaders.firstItem = items.0",
                 .events = "{} {\"user\": {\"name\": \"ann\"}, \"items\": [17, 4]}\n{} no JSON",
                 .become = "{user=ann, firstItem=17} {\"user\": {\"name\": \"ann\"}, \"items\": [17, 4]}\n{} no JSON"}});
}  // namespace components
}  // namespace flume
