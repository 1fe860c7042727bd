// load_balance: each batch to another sink, in turn or at random; one that fails hands it to the next. Source:
// org.apache.flume.sink.LoadBalancingSinkProcessor and org.apache.flume.util.OrderSelector. Differs from Flume: the turn moves with a
// batch, not with a look into an empty channel; a sink that gives a batch back without an error has failed, too.
#include <algorithm>
#include <random>

#include "components/sink_processors/in_doubt_timeout.h"
#include "components/sink_processors/penalty.h"
#include "flume/component.h"

namespace flume {
namespace {

enum class Turn : std::uint8_t { RoundRobin, Random };
constexpr EnumName<Turn> kTurns[] = {{"round_robin", Turn::RoundRobin},
                                     {"random", Turn::Random},
                                     {"org.apache.flume.sink.LoadBalancingSinkProcessor$RoundRobinSinkSelector", Turn::RoundRobin},
                                     {"org.apache.flume.sink.LoadBalancingSinkProcessor$RandomOrderSinkSelector", Turn::Random}};
constexpr std::span<const EnumName<Turn>> enum_names(Turn) { return kTurns; }

constexpr std::chrono::milliseconds kLongestBench{30000};

struct LoadBalanceOptions {
  Turn turn = Turn::RoundRobin;
  bool has_bench = false;
  std::chrono::milliseconds ceiling = kLongestBench;
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
      : options_(options),
        ceiling_(options.ceiling.count() == 0 ? kLongestBench : options.ceiling),
        random_(options.turn == Turn::Random ? std::random_device()() : 0) {}

  void begin(const std::vector<std::string>& sinks) override { sinks_.assign(sinks.size(), {}); }

  void order(Instant now, std::vector<std::size_t>& sinks) override {
    for (std::size_t sink = 0; sink < sinks_.size(); ++sink) {
      if (sinks_[sink].benched_until <= now) sinks.push_back(sink);
    }
    if (sinks.empty()) return;
    if (options_.turn == Turn::Random) {
      std::shuffle(sinks.begin(), sinks.end(), random_);
    } else {
      if (head_ >= sinks.size()) head_ = 0;
      std::rotate(sinks.begin(), sinks.begin() + static_cast<std::ptrdiff_t>(head_), sinks.end());
    }
    has_been_asked_ = true;
  }
  void took(std::size_t) override { move_on(); }
  void failed(std::size_t sink, Instant now) override {
    move_on();
    if (!options_.has_bench) return;
    Member& member = sinks_[sink];
    // One that fails long after its last bench begins anew.
    constexpr std::chrono::hours kForgotten(1);
    constexpr std::uint32_t kMostFailures = 16;
    const bool is_in_a_row = member.failures != 0 && now < member.failed_at + penalty(member.failures, ceiling_) + kForgotten;
    member.failures = is_in_a_row ? std::min(member.failures + 1, kMostFailures) : 1;
    member.failed_at = now;
    member.benched_until = now + penalty(member.failures, ceiling_);
  }
  [[nodiscard]] Instant next_change(Instant now) const override {
    Instant next = Instant::max();
    for (const Member& sink : sinks_) {
      if (sink.benched_until > now) next = std::min(next, sink.benched_until);
    }
    return next;
  }
  [[nodiscard]] std::chrono::milliseconds in_doubt_timeout() const override { return options_.in_doubt.time; }

 private:
  struct Member {
    std::uint32_t failures = 0;  ///< in a row
    Instant failed_at = Instant::min();
    Instant benched_until = Instant::min();
  };
  /// Once for every batch, however many sinks were tried with it.
  void move_on() {
    if (has_been_asked_) ++head_;
    has_been_asked_ = false;
  }

  const LoadBalanceOptions options_;
  const std::chrono::milliseconds ceiling_;
  std::mt19937 random_;
  std::vector<Member> sinks_;
  std::size_t head_ = 0;  // whose turn it is, among those that are not benched
  bool has_been_asked_ = false;
};

}  // namespace

namespace components {
extern const ComponentInfo sink_processor_load_balance;
constinit const ComponentInfo sink_processor_load_balance = describe<LoadBalanceSinkProcessor, kLoadBalanceOptions>(
    "load_balance", "Each batch goes to another of the sinks; one that fails hands it to the next.",
    {"org.apache.flume.sink.LoadBalancingSinkProcessor"});
}  // namespace components
}  // namespace flume
