// load_balance: each batch to another sink, in turn or at random; one that fails hands it to the next. Source:
// org.apache.flume.sink.LoadBalancingSinkProcessor; whose turn it is: balance/turns.h. Differs from Flume: the turn moves with a
// batch, not with a look into an empty channel; a sink that gives a batch back without an error has failed, too.
#include "balance/turns.h"
#include "components/sink_processors/in_doubt_timeout.h"
#include "flume/component.h"

namespace flume {
namespace {

enum class Turn : std::uint8_t { RoundRobin, Random };
constexpr EnumName<Turn> kTurns[] = {{"round_robin", Turn::RoundRobin},
                                     {"random", Turn::Random},
                                     {"org.apache.flume.sink.LoadBalancingSinkProcessor$RoundRobinSinkSelector", Turn::RoundRobin},
                                     {"org.apache.flume.sink.LoadBalancingSinkProcessor$RandomOrderSinkSelector", Turn::Random}};
constexpr std::span<const EnumName<Turn>> enum_names(Turn) { return kTurns; }

struct LoadBalanceOptions {
  Turn turn = Turn::RoundRobin;
  bool has_bench = false;
  std::chrono::milliseconds ceiling{30'000};
  std::optional<std::string> sinks{};
  InDoubtTimeout in_doubt{std::chrono::minutes(10)};
};

constexpr auto kLoadBalanceOptions = options(
    option<&LoadBalanceOptions::turn>("selector", "The sinks in turn, or any of them. Other classes cannot be loaded."),
    option<&LoadBalanceOptions::has_bench>("backoff", "Bench a sink that fails: 2 s, doubled with every failure."),
    option<&LoadBalanceOptions::ceiling>("selector.maxTimeOut", "Longest time on the bench; 0: the default.", {.if_bad = kDefaultIfBad}),
    option<&LoadBalanceOptions::sinks>("sinks", "The sinks are named by the group.",
                                       {.no_effect = "the group's own key `sinks` names them, in Apache Flume, too"}),
    option<&LoadBalanceOptions::in_doubt>(
        "inDoubtTimeout",
        "So long a batch of which a sink does not know whether it arrived is kept for that sink; then the others get "
        "it, and it may arrive twice. never: it is kept.",
        {.extension = true}));

class LoadBalanceSinkProcessor final : public SinkProcessor {
 public:
  LoadBalanceSinkProcessor(const LoadBalanceOptions& options, const Services&)
      : in_doubt_timeout_(options.in_doubt.time),
        turns_({.kind = options.turn == Turn::Random ? TurnSettings::Kind::Random : TurnSettings::Kind::RoundRobin,
                .has_bench = options.has_bench,
                .longest_bench = options.ceiling}) {}

  void begin(const std::vector<std::string>& sinks) override { turns_.begin(sinks.size()); }
  void order(Instant now, std::vector<std::size_t>& sinks) override { turns_.order(now, sinks); }
  void took(std::size_t) override { turns_.took(); }
  void failed(std::size_t sink, Instant now) override { turns_.failed(sink, now); }
  [[nodiscard]] Instant next_change(Instant now) const override { return turns_.next_change(now); }
  [[nodiscard]] std::chrono::milliseconds in_doubt_timeout() const override { return in_doubt_timeout_; }

 private:
  const std::chrono::milliseconds in_doubt_timeout_;
  Turns turns_;
};

}  // namespace

namespace components {
extern const ComponentInfo sink_processor_load_balance;
constinit const ComponentInfo sink_processor_load_balance = describe<LoadBalanceSinkProcessor, kLoadBalanceOptions>(
    "load_balance", "Each batch goes to another of the sinks; one that fails hands it to the next.",
    {"org.apache.flume.sink.LoadBalancingSinkProcessor"});
}  // namespace components
}  // namespace flume
