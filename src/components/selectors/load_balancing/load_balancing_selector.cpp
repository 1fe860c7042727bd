// load_balancing: each batch goes to one of the channels, in turn or at random. Source:
// org.apache.flume.channel.LoadBalancingChannelSelector, which Flume 1.11 cannot start. Differs from Flume: a whole batch goes to one
// channel, not event after event to the next one. A full channel is waited for, as by every selector, and not passed over: its turn
// was given to it.
#include <random>

#include "flume/balancing_selector.h"
#include "flume/component.h"

namespace flume {
namespace {

enum class Policy : std::uint8_t { RoundRobin, Random };
constexpr EnumName<Policy> kPolicies[] = {{"ROUND_ROBIN", Policy::RoundRobin}, {"RANDOM", Policy::Random}};
constexpr std::span<const EnumName<Policy>> enum_names(Policy) { return kPolicies; }

struct LoadBalancingOptions {
  Policy policy = Policy::RoundRobin;
};

constexpr auto kLoadBalancingOptions =
    options(option<&LoadBalancingOptions::policy>("policy", "The channels in turn, or any of them. Other classes cannot be loaded."));

class LoadBalancingSelector final : public BalancingSelector {
 public:
  LoadBalancingSelector(const LoadBalancingOptions& options, const Services&)
      : policy_(options.policy), random_(options.policy == Policy::Random ? std::random_device()() : 0) {}

  Status bind(const std::vector<std::string>& channels) override {
    channels_ = channels.size();
    return {};
  }
  std::size_t next(ChannelSet among) override {
    for (;;) {
      const std::size_t channel = (policy_ == Policy::Random ? random_() : turn_++) % channels_;
      if (among.contains(channel)) return channel;
    }
  }

 private:
  const Policy policy_;
  std::mt19937 random_;
  std::size_t channels_ = 0;
  std::size_t turn_ = 0;
};

}  // namespace

namespace components {
extern const ComponentInfo selector_load_balancing;
constinit const ComponentInfo selector_load_balancing = describe<LoadBalancingSelector, kLoadBalancingOptions>(
    "load_balancing", "Each batch goes to one of the channels; the source waits for one that is full.",
    {"org.apache.flume.channel.LoadBalancingChannelSelector"});
}  // namespace components
}  // namespace flume
