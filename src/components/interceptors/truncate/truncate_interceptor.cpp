// truncate: bodies and header values are cut to a length, characters of UTF-8 are not divided. Apache Flume has no such
// interceptor. A batch in which nothing is too long is not copied.
#include <algorithm>
#include <optional>

#include "components/interceptors/event_count.h"
#include "components/interceptors/event_rewriter.h"
#include "flume/component.h"

namespace flume {
namespace {

struct TruncateOptions {
  std::optional<std::int64_t> max_body_bytes;
  std::optional<std::int64_t> max_header_bytes;
  std::string suffix;
  std::string size_header;
};

constexpr auto kTruncateOptions = options(
    option<&TruncateOptions::max_body_bytes>("maxBodyBytes", "A longer body is cut to so many bytes.", {.minimum = 0, .unit = "bytes"}),
    option<&TruncateOptions::max_header_bytes>("maxHeaderBytes", "A longer value of a header is cut to so many bytes.",
                                               {.minimum = 0, .unit = "bytes"}),
    option<&TruncateOptions::suffix>("suffix", "Ends what was cut; counts among its bytes."),
    option<&TruncateOptions::size_header>("sizeHeader", "The header that tells how many bytes a body had that was cut."));

OptionProblems check(const TruncateOptions& options) {
  OptionProblems problems;
  if (!options.max_body_bytes && !options.max_header_bytes) {
    problems.push_back({{"maxBodyBytes"}, "nothing is cut: maxBodyBytes or maxHeaderBytes must be set"});
  }
  const auto size = static_cast<std::int64_t>(options.suffix.size());
  if (size > std::min(options.max_body_bytes.value_or(size), options.max_header_bytes.value_or(size))) {
    problems.push_back({{"suffix"}, "is longer than what is left"});
  }
  return problems;
}

/// The first `size` bytes of `text`, without the beginning of a character that they would divide.
std::string_view cut(std::string_view text, std::size_t size) {
  constexpr std::size_t kLongestCharacter = 4;
  for (std::size_t back = 1; back < kLongestCharacter && back <= size; ++back) {
    const auto byte = static_cast<unsigned char>(text[size - back]);
    if ((byte & 0xC0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return text.substr(0, length > back ? size - back : size);
  }
  return text.substr(0, size);
}

class TruncateInterceptor final : public Interceptor {
 public:
  TruncateInterceptor(const TruncateOptions& options, const Services& services)
      : options_(options), truncated_(services, "TruncatedCount") {}

  Status intercept(EventBatch& batch) override {
    const std::int64_t too_long = std::count_if(batch.begin(), batch.end(), [this](const EventView& event) { return is_too_long(event); });
    if (too_long == 0) return {};
    const Status rewritten = rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      if (!is_too_long(event)) return builder.add(event);
      event.each_header([&](std::string_view key, std::string_view value) {
        builder.header(key, is_above(options_.max_header_bytes, value) ? shortened(value, *options_.max_header_bytes) : value);
      });
      if (!is_above(options_.max_body_bytes, event.body())) return builder.body(event.body());
      if (!options_.size_header.empty()) builder.header(options_.size_header, std::to_string(event.body().size()));
      return builder.body(shortened(event.body(), *options_.max_body_bytes));
    });
    if (rewritten.ok()) truncated_.add(too_long);
    return rewritten;
  }

 private:
  static bool is_above(const std::optional<std::int64_t>& most, std::string_view text) {
    return most && text.size() > static_cast<std::uint64_t>(*most);
  }
  bool is_too_long(const EventView& event) const {
    if (is_above(options_.max_body_bytes, event.body())) return true;
    if (!options_.max_header_bytes) return false;
    bool is_long = false;
    event.each_header([&](std::string_view, std::string_view value) {
      is_long = is_above(options_.max_header_bytes, value);
      return !is_long;
    });
    return is_long;
  }
  /// Precondition: `text` is longer. Valid until the next call.
  std::string_view shortened(std::string_view text, std::int64_t most) {
    text_ = cut(text, static_cast<std::size_t>(most) - options_.suffix.size());
    text_ += options_.suffix;
    return text_;
  }

  const TruncateOptions options_;
  EventCount truncated_;
  EventRewriter rewriter_;
  std::string text_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_truncate;
constinit const ComponentInfo interceptor_truncate = describe<TruncateInterceptor, kTruncateOptions, check>(
    "truncate", "Cuts long bodies and header values.", {},
    {.extension = true,
     .example = {.keys = "type = truncate\nmaxBodyBytes = 12\nsuffix = ...\nsizeHeader = size",
                 .events = "{} short\n{} much too long",
                 .become = "{} short\n{size=13} much too ..."}});
}  // namespace components
}  // namespace flume
