// mask: what a pattern finds in bodies and headers (card numbers, addresses) is made unreadable. Apache Flume has no such
// interceptor. A text on which the pattern gives up is hidden whole unless the configuration says otherwise: nothing leaks.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "components/interceptors/event_count.h"
#include "components/interceptors/event_rewriter.h"
#include "flume/component.h"
#include "text/regex.h"

namespace flume {
namespace {

enum class OnUnsearched : std::uint8_t { Hide, Keep, Drop };
std::span<const EnumName<OnUnsearched>> enum_names(OnUnsearched) {
  static constexpr std::array<EnumName<OnUnsearched>, 3> kNames{
      {{"hide", OnUnsearched::Hide}, {"keep", OnUnsearched::Keep}, {"drop", OnUnsearched::Drop}}};
  return kNames;
}

struct MaskOptions {
  std::string pattern;
  std::string with = "***";
  std::int64_t keep_last = 0;
  bool body = true;
  Names headers;
  OnUnsearched on_undecided = OnUnsearched::Hide;
};

constexpr auto kMaskOptions =
    options(option<&MaskOptions::pattern>("pattern", "What it finds is masked; if it has groups, only what they find.", {.required = true}),
            option<&MaskOptions::with>("with", "Takes its place."),
            option<&MaskOptions::keep_last>(
                "keepLast", "So many characters at its end stay; of a find with fewer than as many before them none does.", {.minimum = 0}),
            option<&MaskOptions::body>("body", "Look into bodies."), option<&MaskOptions::headers>("headers", "The headers to look into."),
            option<&MaskOptions::on_undecided>("onUndecided",
                                               "What becomes of a text on which the pattern needs more than 5,000,000 steps: masked "
                                               "whole, kept, or its event dropped."));

OptionProblems check(const MaskOptions& options) {
  OptionProblems problems;
  const auto regex = Regex::compile(options.pattern);
  if (options.pattern.empty()) {
    problems.push_back({{"pattern"}, "is required"});
  } else if (!regex) {
    problems.push_back({{"pattern"}, regex.status().message()});
  }
  if (!options.body && options.headers.empty()) problems.push_back({{"headers"}, "nothing is looked into: no body and no header"});
  return problems;
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

/// The last `count` characters of UTF-8; nothing of a text that has not as many before them: it would be no secret any more.
std::string_view shown_end(std::string_view text, std::int64_t count) {
  const auto characters = static_cast<std::int64_t>(std::count_if(text.begin(), text.end(), begins_character));
  if (characters - count < count) return {};
  std::size_t begin = text.size();
  while (count > 0) {
    --begin;
    if (begins_character(text[begin])) --count;
  }
  return text.substr(begin);
}

class MaskInterceptor final : public Interceptor {
 public:
  MaskInterceptor(const MaskOptions& options, const Services& services)
      : options_(options), masked_(services, "MaskedCount"), undecided_(services, "MaskUndecidedCount") {}

  Status intercept(EventBatch& batch) override {
    if (!regex_) {
      auto regex = Regex::compile(options_.pattern);
      if (!regex) return std::move(regex).status().with_context("pattern");
      regex_ = *std::move(regex);
    }
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) { return change(event, builder); });
  }
  [[nodiscard]] bool uses_headers() const override { return !options_.headers.empty(); }

 private:
  enum class Found : std::uint8_t { Nothing, Masked, Undecided };

  Status change(const EventView& event, BatchBuilder& builder) {
    bool is_changed = false;
    bool is_dropped = false;
    const auto look_into = [&](std::string_view text, std::string& masked) {
      masked.clear();
      const Found found = mask(text, masked);
      is_dropped = is_dropped || (found == Found::Undecided && options_.on_undecided == OnUnsearched::Drop);
      if (found == Found::Undecided && options_.on_undecided == OnUnsearched::Hide) masked = options_.with;
      const bool differs = found == Found::Masked || (found == Found::Undecided && options_.on_undecided == OnUnsearched::Hide);
      is_changed = is_changed || differs;
      return differs;
    };
    headers_.clear();
    for (const std::string& name : options_.headers) {
      const auto value = event.header(name);
      std::string masked;
      if (value && look_into(*value, masked)) headers_.emplace_back(name, std::move(masked));
    }
    const bool has_other_body = options_.body && look_into(event.body(), body_);
    if (is_dropped) return {};
    if (!is_changed) return builder.add(event);
    masked_.add(1);
    builder.headers_of(event);
    for (const auto& [name, value] : headers_) builder.header(name, value);
    return builder.body(has_other_body ? std::string_view(body_) : event.body());
  }

  /// Masked: `out` has the whole text, masked.
  Found mask(std::string_view text, std::string& out) {
    std::size_t copied = 0;
    bool is_masked = false;
    regex_->begin(text);
    for (;;) {
      const auto found = regex_->next(groups_);
      if (!found) {
        undecided_.tell("mask gives up on a text; later ones are only counted", found.status());
        return Found::Undecided;
      }
      if (!*found) break;
      hidden_.clear();
      for (std::size_t i = groups_.size() > 1 ? 1 : 0; i < groups_.size(); ++i) {
        if (groups_[i] && !groups_[i]->empty()) hidden_.push_back(*groups_[i]);
      }
      std::sort(hidden_.begin(), hidden_.end(), [](std::string_view a, std::string_view b) { return a.data() < b.data(); });
      for (const std::string_view piece : hidden_) {
        const auto begin = static_cast<std::size_t>(piece.data() - regex_->subject().data());
        if (begin < copied) continue;  // a group inside another one
        out += regex_->subject().substr(copied, begin - copied);
        out += options_.with;
        out += shown_end(piece, options_.keep_last);
        copied = begin + piece.size();
        is_masked = true;
      }
    }
    if (is_masked) out += regex_->subject().substr(copied);
    return is_masked ? Found::Masked : Found::Nothing;
  }

  const MaskOptions options_;
  EventCount masked_;
  EventCount undecided_;
  EventRewriter rewriter_;
  std::optional<Regex> regex_;
  Regex::Groups groups_;
  std::vector<std::string_view> hidden_;
  std::vector<std::pair<std::string_view, std::string>> headers_;
  std::string body_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_mask;
constinit const ComponentInfo interceptor_mask = describe<MaskInterceptor, kMaskOptions, check>(
    "mask", "Makes what a pattern finds unreadable.", {},
    {.extension = true,
     .example = {.keys = "type = mask\npattern = card=([0-9]{13,19})\nkeepLast = 4\nheaders = query",
                 .events = "{query=card=4111111111111111} paid, card=4111111111111111 ok",
                 .become = "{query=card=***1111} paid, card=***1111 ok"}});
}  // namespace components
}  // namespace flume
