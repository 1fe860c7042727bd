// replicating: every event goes to every channel. A failure of one named in `optional` is logged and counted only.
// Differs from Flume: an unknown name in `optional` is refused at the start, not met after the first delivery.
#include <algorithm>

#include "flume/component.h"

namespace flume {
namespace {

struct ReplicatingOptions {
  Names optional;
};

constexpr auto kReplicatingOptions = options(option<&ReplicatingOptions::optional>(
    "optional", "Channels whose failures do not fail the write.", {.role = OptionRole::ChannelNames}));

class ReplicatingSelector final : public ChannelSelector {
 public:
  ReplicatingSelector(const ReplicatingOptions& options, const Services&) : options_(options) {}

  Status bind(const std::vector<std::string>& channels) override {
    route_ = {.required = ChannelSet::first(channels.size()), .optional = {}};
    for (const std::string& name : options_.optional) {
      const auto place = std::find(channels.begin(), channels.end(), name);
      if (place == channels.end()) return invalid_config("optional: '" + name + "' is not a channel of this source");
      const auto index = static_cast<std::size_t>(place - channels.begin());
      route_.required.remove(index);
      route_.optional.add(index);
    }
    return {};
  }
  [[nodiscard]] std::optional<Route> route_of_all() const override { return route_; }
  [[nodiscard]] Route route(const EventView&) const override { return route_; }

 private:
  const ReplicatingOptions options_;
  Route route_;
};

}  // namespace

namespace components {
extern const ComponentInfo selector_replicating;
constinit const ComponentInfo selector_replicating = describe<ReplicatingSelector, kReplicatingOptions>(
    "replicating", "Every event goes to every channel.", {"org.apache.flume.channel.ReplicatingChannelSelector"});
}  // namespace components
}  // namespace flume
