// search_replace: every match of a pattern in the body is replaced, as Matcher.replaceAll() does.
// Differs from Flume: a body without a match keeps its bytes, also those that are not of the charset; a replacement that no
// match could use is refused before anything runs.
#include <optional>
#include <utility>

#include "components/interceptors/event_count.h"
#include "components/interceptors/event_rewriter.h"
#include "components/interceptors/undecided_policy.h"
#include "flume/component.h"
#include "text/charset.h"
#include "text/charset_encoder.h"
#include "text/java_replacement.h"

namespace flume {
namespace {

struct SearchReplaceOptions {
  std::string search_pattern;
  std::string replace_string;
  std::string charset = "UTF-8";
  OnUndecided on_undecided = OnUndecided::Keep;
};

constexpr auto kSearchReplaceOptions =
    options(option<&SearchReplaceOptions::search_pattern>("searchPattern", "The pattern.", {.required = true}),
            option<&SearchReplaceOptions::replace_string>("replaceString", "Takes its place; $1 and ${name} stand for groups, \\$ for $."),
            option<&SearchReplaceOptions::charset>("charset", "The charset of the bodies."),
            on_undecided_option<&SearchReplaceOptions::on_undecided>());

class Replacer {
 public:
  static Result<Replacer> make(const SearchReplaceOptions& options) {
    if (options.search_pattern.empty()) return invalid_config("searchPattern: is required");
    auto regex = Regex::compile(options.search_pattern);
    if (!regex) return std::move(regex).status().with_context("searchPattern");
    auto replacement = JavaReplacement::compile(options.replace_string, *regex);
    if (!replacement) return std::move(replacement).status().with_context("replaceString");
    auto decoder = CharsetDecoder::open(options.charset);
    if (!decoder) return std::move(decoder).status().with_context("charset");
    auto encoder = CharsetEncoder::open(options.charset);
    if (!encoder) return std::move(encoder).status().with_context("charset");
    return Replacer(*std::move(regex), *std::move(replacement), *std::move(decoder), *std::move(encoder));
  }

  /// False: the body stays. Otherwise changed() has the new one.
  Result<bool> replace(std::string_view body) {
    changed_.clear();
    if (decoder_.is_utf8()) return replace_all(regex_, replacement_, body, changed_);
    text_.clear();
    decoder_.decode(body, text_);
    decoder_.finish(text_);
    changed_text_.clear();
    auto is_changed = replace_all(regex_, replacement_, text_, changed_text_);
    if (is_changed && *is_changed) encoder_.encode(changed_text_, changed_);
    return is_changed;
  }
  /// Valid until the next call.
  [[nodiscard]] const std::string& changed() const { return changed_; }

 private:
  Replacer(Regex regex, JavaReplacement replacement, CharsetDecoder decoder, CharsetEncoder encoder)
      : regex_(std::move(regex)), replacement_(std::move(replacement)), decoder_(std::move(decoder)), encoder_(std::move(encoder)) {}

  Regex regex_;
  JavaReplacement replacement_;
  CharsetDecoder decoder_;
  CharsetEncoder encoder_;
  std::string text_;
  std::string changed_text_;
  std::string changed_;
};

Status check(const SearchReplaceOptions& options) { return Replacer::make(options).status(); }

class SearchReplaceInterceptor final : public Interceptor {
 public:
  SearchReplaceInterceptor(const SearchReplaceOptions& options, const Services& services)
      : options_(options), undecided_(services, "SearchReplaceUndecidedCount") {}

  Status intercept(EventBatch& batch) override {
    if (!replacer_) {
      auto replacer = Replacer::make(options_);
      if (!replacer) return std::move(replacer).status();
      replacer_.emplace(*std::move(replacer));
    }
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      const auto is_changed = replacer_->replace(event.body());
      if (!is_changed) {
        undecided_.tell("search_replace gives up on a body; later ones are only counted", is_changed.status());
        if (options_.on_undecided == OnUndecided::Drop) return Status();
      }
      if (!is_changed || !*is_changed) return builder.add(event);
      builder.headers_of(event);
      return builder.body(replacer_->changed());
    });
  }
  [[nodiscard]] bool uses_headers() const override { return false; }

 private:
  const SearchReplaceOptions options_;
  EventCount undecided_;
  EventRewriter rewriter_;
  std::optional<Replacer> replacer_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_search_replace;
constinit const ComponentInfo interceptor_search_replace = describe<SearchReplaceInterceptor, kSearchReplaceOptions, check>(
    "search_replace", "Replaces what a pattern finds in the body.", {"org.apache.flume.interceptor.SearchAndReplaceInterceptor$Builder"},
    {.example = {.keys = "type = search_replace\nsearchPattern = (?i)password=\\\\S+\nreplaceString = password=***",
                 .events = "{} user=ann Password=secret ok",
                 .become = "{} user=ann password=*** ok"}});
}  // namespace components
}  // namespace flume
