#include "cli/config_test/trial.h"

#include <algorithm>
#include <list>
#include <memory>

#include "cli/config_test/kept_channel.h"
#include "cli/config_test/still_world.h"
#include "flume/metrics.h"
#include "runtime/guarded.h"
#include "runtime/source_writer.h"

namespace flume::cli {
namespace {

GivenEvent copy_of(const EventView& event) {
  GivenEvent copy;
  copy.body = event.body();
  event.each_header([&](std::string_view key, std::string_view value) { copy.headers.emplace(key, value); });
  return copy;
}

class Trial {
 public:
  Trial(const ConfigTest& test, const config::AgentPlan& plan, const TrialSetting& setting)
      : test_(test),
        plan_(plan),
        clock_(test.clock),
        files_(setting.files),
        services_{.clock = clock_,
                  .files = files_,
                  .listener = network_,
                  .dialer = network_,
                  .metrics = metrics_,
                  .log = Log(no_log_, ""),
                  .agent = plan.agent,
                  .name = "",
                  .state_folder = "",
                  .conf_folder = setting.conf_folder,
                  .byte_budget = UINT64_MAX,
                  .logs_raw_data = false,
                  .time_zone = test.zone,
                  .hadoop = setting.hadoop,
                  .local_host = &setting.host} {}

  Result<TrialOutcome> run() {
    const auto source =
        std::find_if(plan_.sources.begin(), plan_.sources.end(), [&](const auto& each) { return each.name == test_.source.name; });
    if (source == plan_.sources.end()) return invalid_config("there is no source " + test_.source.name);
    FLUME_TRY(feed(*source));
    for (const KeptChannel& channel : channels_) {
      ChannelOutcome& kept = outcome_.channels.emplace_back(ChannelOutcome{channel.name(), {}});
      for (const EventView event : channel.events()) kept.events.push_back(copy_of(event));
    }
    for (const config::PlannedSink& sink : plan_.sinks) place(sink);
    return std::move(outcome_);
  }

 private:
  Services bound(const std::string& name) const {
    Services services = services_;
    services.name = name;
    return services;
  }

  Status feed(const config::PlannedSource& source) {
    const Services services = bound(source.name);
    runtime::SourceWiring wiring{&source, {}, &services};
    for (const std::string& name : source.channels) {
      KeptChannel& channel = channels_.emplace_back(name);
      wiring.channels.push_back({name, &channel});
    }
    SourceCounters counters(source.name);
    LedgerCounters ledger("sources." + source.name);
    auto writer = runtime::SourceWriter::make(wiring, counters, ledger);
    if (!writer) return std::move(writer).status();
    BatchBuilder builder = (*writer)->builder();
    for (std::size_t begin = 0; begin < test_.events.size() && outcome_.refused.empty();) {
      const std::size_t end = begin + std::min<std::size_t>(test_.batch_size, test_.events.size() - begin);
      for (; begin < end; ++begin) {
        for (const auto& [key, value] : test_.events[begin].headers) builder.header(key, value);
        FLUME_TRY(builder.body(test_.events[begin].body));
      }
      auto write = static_cast<ChannelWriter&>(**writer).prepare(builder.take(), {});
      if (write) {
        FLUME_TRY(write->store(Deadline::immediate(), {}));
      } else {
        outcome_.refused = write.status().message();
      }
    }
    outcome_.dropped = static_cast<std::uint64_t>(ledger.dropped_by_rule.get());
    return {};
  }

  void place(const config::PlannedSink& sink) {
    const auto channel = std::find_if(channels_.begin(), channels_.end(), [&](const auto& each) { return each.name() == sink.channel; });
    if (channel == channels_.end()) return;
    SinkOutcome& found = outcome_.sinks.emplace_back(SinkOutcome{sink.name, sink.channel, group_of(sink), {}, {}});
    if (sink.info->places == nullptr) {
      found.unknown = "the sink " + std::string(sink.info->type) + " has no places that a test can show";
      return;
    }
    const Services services = bound(sink.name);
    const Status asked = runtime::guarded("places", [&]() -> Status {
      auto places = sink.info->places(sink.options.get(), services);
      if (!places) return std::move(places).status();
      for (const EventView event : channel->events()) {
        auto place = (*places)->place_of(event, clock_.wall());
        if (!place && place.status().kind() != ErrorKind::Rejected) return std::move(place).status();
        found.places.push_back(place ? SinkPlace{*std::move(place), {}} : SinkPlace{{}, place.status().message()});
      }
      return {};
    });
    if (!asked.ok()) found.unknown = asked.message();
  }

  [[nodiscard]] std::string group_of(const config::PlannedSink& sink) const {
    for (const config::PlannedSinkGroup& group : plan_.sink_groups) {
      if (std::find(group.sinks.begin(), group.sinks.end(), sink.name) != group.sinks.end()) return group.name;
    }
    return {};
  }

  const ConfigTest& test_;
  const config::AgentPlan& plan_;
  StandingClock clock_;
  ReadOnlyFiles files_;
  NoNetwork network_;
  NoLog no_log_;
  MetricsRegistry metrics_;
  Services services_;
  std::list<KeptChannel> channels_;  // their places stay
  TrialOutcome outcome_;
};

}  // namespace

Result<TrialOutcome> try_out(const ConfigTest& test, const config::AgentPlan& plan, const TrialSetting& setting) {
  return Trial(test, plan, setting).run();
}

}  // namespace flume::cli
