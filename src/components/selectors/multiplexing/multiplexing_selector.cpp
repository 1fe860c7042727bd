// multiplexing: the value of one header says which channels an event goes to; events without a known value go to the default ones,
// or nowhere. Source: org.apache.flume.channel.MultiplexingChannelSelector.
// Differs from Flume: names may be separated by several blanks; a channel that is named twice gets the event once.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "flume/component.h"

namespace flume {
namespace {

struct MultiplexingOptions {
  std::string header = "flume.selector.header";
  Names default_channels;
  OptionFamily mapping;
  OptionFamily optional;
};

constexpr auto kMultiplexingOptions = options(
    option<&MultiplexingOptions::header>("header", "The header whose value, to the letter, chooses."),
    option<&MultiplexingOptions::default_channels>(
        "default",
        "Channels of events without the header, with a blank one, or with a value that has no mapping. None: those events are dropped.",
        {.role = OptionRole::ChannelNames}),
    option<&MultiplexingOptions::mapping>("mapping.*", "Channels of events whose header has this value, instead of the default ones.",
                                          {.role = OptionRole::ChannelNames}),
    option<&MultiplexingOptions::optional>("optional.*",
                                           "Further channels of events whose header has this value; their failures do not fail the write.",
                                           {.role = OptionRole::ChannelNames}));

Status check(const MultiplexingOptions& options) {
  for (const auto& [value, channels] : options.mapping) {
    if (option_text::split_names(channels).empty()) return invalid_config("mapping." + value + ": names no channel");
  }
  return {};
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });  // as Java's trim()
}

class MultiplexingSelector final : public ChannelSelector {
 public:
  MultiplexingSelector(const MultiplexingOptions& options, const Services&) : options_(options) {}

  Status bind(const std::vector<std::string>& channels) override {
    FLUME_TRY(find(channels, options_.default_channels, "default", otherwise_.required));
    for (const auto& [value, names] : options_.mapping) {
      FLUME_TRY(find(channels, option_text::split_names(names), "mapping." + value, routes_[value].required));
    }
    for (const auto& [value, names] : options_.optional) {
      Route& route = routes_.try_emplace(value, otherwise_).first->second;
      FLUME_TRY(find(channels, option_text::split_names(names), "optional." + value, route.optional));
      for (std::size_t i = 0; i < channels.size(); ++i) {
        if (route.required.contains(i)) route.optional.remove(i);
      }
    }
    return {};
  }
  [[nodiscard]] std::optional<Route> route_of_all() const override {
    return routes_.empty() ? std::optional<Route>(otherwise_) : std::nullopt;
  }
  [[nodiscard]] Route route(const EventView& event) const override {
    const auto value = event.header(options_.header);
    if (!value || is_blank(*value)) return otherwise_;
    const auto found = routes_.find(*value);
    return found == routes_.end() ? otherwise_ : found->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };

  static Status find(const std::vector<std::string>& channels, const Names& names, const std::string& key, ChannelSet& out) {
    for (const std::string& name : names) {
      const auto place = std::find(channels.begin(), channels.end(), name);
      if (place == channels.end()) return invalid_config(key + ": '" + name + "' is not a channel of this source");
      out.add(static_cast<std::size_t>(place - channels.begin()));
    }
    return {};
  }

  const MultiplexingOptions options_;
  Route otherwise_;
  std::unordered_map<std::string, Route, Hash, std::equal_to<>> routes_;  // by the header's value
};

}  // namespace

namespace components {
extern const ComponentInfo selector_multiplexing;
constinit const ComponentInfo selector_multiplexing = describe<MultiplexingSelector, kMultiplexingOptions, check>(
    "multiplexing", "A header's value says which channels an event goes to.", {"org.apache.flume.channel.MultiplexingChannelSelector"});
}  // namespace components
}  // namespace flume
