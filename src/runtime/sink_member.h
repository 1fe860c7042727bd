// SinkMember: a sink with what its rounds need: take, deliver, commit, else give back; with the paths for bad events (named by the
// sink or found by bisection), doubtful deliveries and the clock's work. It has no thread and never sleeps: SinkRunner runs one alone,
// SinkGroup several in turn. One thread at a time.
// A bad event does not hold up the others: it is set aside in the channel and tried again every few seconds.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/agent_plan.h"
#include "flume/channel.h"
#include "flume/metrics.h"
#include "flume/sink.h"
#include "runtime/bad_events.h"
#include "runtime/health.h"
#include "runtime/settings.h"
#include "runtime/sink_stop.h"
#include "runtime/tick_schedule.h"
#include "runtime/withheld.h"

namespace flume::runtime {

struct SinkWiring {
  const config::PlannedSink* plan = nullptr;
  Channel* channel = nullptr;
  std::function<bool(std::stop_token)> wait_for_channel;  ///< until the channel has started; false when stopped or given up before
  const Services* services = nullptr;                     ///< bound to the sink
  HealthBoard* health = nullptr;
  Settings settings;
  std::function<void()> takes_no_more{};  ///< called once, on the runner's thread, when the sink takes nothing more
  Channel* dead_letters = nullptr;        ///< the plan's dead_letter_channel
  /// Whether that has started; waits for its first try to start, until stopped, and no longer.
  std::function<bool(std::stop_token)> dead_letters_started{};
  bool is_in_group = false;
};

/// What a round leads to, from good to bad. Stop: there is nothing more to do for this sink.
enum class Next : std::uint8_t { Go, BackOff, Pause, Stop };

/// What became of the events that a round took; of several delivers the worst.
enum class Fate : std::uint8_t { NoEvents, Delivered, Failed };

class SinkMember final : private SinkContext {
 public:
  /// Makes the sink; what its constructor throws comes out of here. `stop` outlives it.
  SinkMember(const SinkWiring& wiring, SinkStop& stop);
  SinkMember(const SinkMember&) = delete;
  SinkMember& operator=(const SinkMember&) = delete;

  /// Waits for the channel and starts the sink; a failure that may pass is tried again, after `on_failure`. False: stopped meanwhile,
  /// or failed for good.
  bool start(const std::function<void()>& on_failure = {});
  /// All that there is to do for a sink that is alone: its own work, or the next events. Waits for them.
  Next round();
  /// In a group, instead: the next events, for which it waits until `latest`, or until the clock's work is due.
  Next deliver_next(Instant latest);
  /// In a group: whether it is this sink's turn.
  void expect_events(bool expects) noexcept { expects_events_ = expects; }
  /// Of the last deliver_next() or deliver_exactly().
  [[nodiscard]] Fate fate() const noexcept { return fate_; }
  /// In a group: the events that this sink has refused since the last call, and that are now anybody's. It does not set them aside by
  /// itself: another sink may take them, else withhold().
  [[nodiscard]] Ranges take_refused() { return std::exchange(passed_on_, {}); }
  /// In a group: these events, which another sink has refused. Those that are still to be delivered by somebody.
  Ranges deliver_exactly(const Ranges& ids);
  /// Sets events aside that this sink has refused and that nobody else took: they stay in the channel, the others pass them, and they are
  /// tried again later. False: they are not withheld, and come again with the next take.
  bool withhold(const Ranges& refused);
  /// In a group, between those: the clock's work and the sink's own, as far as they are due. When to call it again.
  Instant tend();
  /// The clock's work, if it is due; when it is next.
  Instant call_tick();
  /// How long to wait after a round that led to this; longer with each BackOff in a row.
  Instant::duration pause_after(Next next);
  void backs_off_no_more() noexcept { backoffs_in_a_row_ = 0; }

  /// The destination has not said whether it has them.
  [[nodiscard]] const Ranges& in_doubt() const noexcept { return withheld_.doubtful(); }
  /// Nobody waits for its answer any more: whoever comes next may have them.
  void give_up_doubt();
  /// At a stop, after a try that delivered nothing: whether the next one could save anything. A channel that survives keeps
  /// its events for the next start; the others are tried until the deadline. So is what is in doubt, if the channel would save
  /// the events, but not that.
  [[nodiscard]] bool is_drain_in_vain() const {
    if (!stop_.is_draining) return false;
    return wiring_.channel->survives_crash() || (wiring_.channel->survives_stop() && withheld_.doubtful().empty());
  }

  /// After the last round: others may have what it withheld, but for what is in doubt.
  void let_go();
  /// Closes the sink.
  void close();
  /// On the health board: before start(), and at its end, unless it has failed.
  void tell_starting();
  void tell_stopped();
  /// Once, when it takes nothing more.
  void takes_no_more();

  /// It will not run again.
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
  [[nodiscard]] std::int64_t delivered() const { return ledger_.delivered.get(); }
  [[nodiscard]] const std::string& component() const noexcept { return component_; }
  [[nodiscard]] const Channel* channel() const noexcept { return wiring_.channel; }
  /// All that it has in its hands.
  [[nodiscard]] std::vector<const Channel*> held_channels() const;

 private:
  // SinkContext
  [[nodiscard]] const std::string& name() const override { return wiring_.plan->name; }
  SinkCounters& counters() override { return counters_; }
  [[nodiscard]] bool channel_survives_crash() const override { return wiring_.channel->survives_crash(); }
  [[nodiscard]] bool expects_events() const override { return expects_events_; }
  Result<Bookmark> bookmark() override { return wiring_.channel->bookmark(owner_); }
  Status note(std::span<const KeyValue> set, Durability durability) override;
  Status hold(const Ranges& ids) override { return withheld_.hold_for_sink(ids); }
  Status settle(const Ranges& ids, std::span<const KeyValue> set) override;
  Result<TakeTransaction> take_exactly(const Ranges& ids) override;
  [[nodiscard]] std::stop_token stop_token() const override { return stop_.source.get_token(); }
  [[nodiscard]] Deadline stop_deadline() const override { return Deadline(stop_.drain_until()); }

  /// What becomes of the events of a take; those that are in none go back.
  struct Verdict {
    Ranges done;
    Ranges refused;
    Refusals reasons{};
    Ranges waiting;
    Ranges doubtful;
    Next next = Next::Go;
  };

  Status try_start();
  /// Events in doubt, bad ones, those set aside, as far as they are due. Nothing when there was nothing to do.
  std::optional<Next> own_work();
  /// Whatever throws in it: takes are open only inside, so they go back to the channel.
  template <typename Work>
  Next guarded_round(Work&& work);
  Next take_and_deliver(Instant latest);
  /// Takes what the next deliver gets: up to limits().join takes, as one transaction.
  Result<Next> take_next(const TakeLimit& limit, Instant latest, TakeTransaction& take);
  Next deliver(TakeTransaction take, bool was_in_doubt);
  Next not_delivered(TakeTransaction take, Verdict verdict, const Delivery& delivery, const Status& why);
  /// Commits what is done with the delivery's bookmark entries; withholds what must be; the rest goes back.
  Next finish(TakeTransaction take, const Verdict& verdict, const Delivery& delivery);
  Next look_for_bad_event(TakeTransaction take, Verdict verdict, const Delivery& delivery, const Status& why);
  /// Halves, left first; commits what the sink takes.
  Next bisect(const Ranges& ids);
  Next retry_doubtful();
  /// Bad events and those set aside: the next of them, as many as one take has; fresh ones come in between.
  Next retry_withheld();
  void end_withheld_tries();
  /// The first ids of `ids`, as many as one take may have.
  [[nodiscard]] Ranges one_take_of(const Ranges& ids) const;
  /// Policy `block`. As withhold(); in a group the other sinks are asked first.
  bool set_aside(const Ranges& refused);
  void tell_refused();
  bool let_wait(const Ranges& waiting, std::string_view why);
  /// Of all that is withheld, together; later each time when it was in vain.
  void plan_withheld_try();
  [[nodiscard]] Ranges named_bad(const Delivery& delivery, const Ranges& ids, Refusals& reasons);
  /// The policy's way for refused events; those that it leaves are set aside. What may be committed.
  Ranges dispose_of_refused(const TakeTransaction& take, const Verdict& verdict, Next& next);
  void close_disposal(const Ranges& disposed, bool is_committed);
  std::unique_ptr<DeadLetters> make_dead_letters();
  /// Over a power loss, too.
  Status settle_for_ever(const Ranges& ids);
  /// When the next empty take is due while nothing comes, and that one was.
  [[nodiscard]] Instant next_empty_take();
  void took_nothing();
  [[nodiscard]] bool has_withheld() const { return !withheld_.refused().empty() || !withheld_.waiting().empty(); }
  void impaired(std::string_view why);
  [[nodiscard]] std::string where_they_stay() const;
  void went_well();
  [[nodiscard]] bool is_past_drain() const { return stop_.is_past(wiring_.services->clock); }
  void fares(Fate fate) noexcept { fate_ = std::max(fate_, fate); }

  const SinkWiring wiring_;
  const Log log_;
  const std::string component_;  // "sinks.k1"
  const std::string owner_;      // of its bookmark and holds
  SinkCounters counters_;
  SinkLedger ledger_;
  Withheld withheld_;
  std::unique_ptr<Taker> taker_;  // outlives the sink, which may have open takes of it
  std::unique_ptr<Sink> sink_;
  BadEvents bad_events_;
  MetricsRegistry::Membership counters_membership_;
  MetricsRegistry::Membership ledger_membership_;

  SinkStop& stop_;
  bool expects_events_;
  Fate fate_ = Fate::NoEvents;
  bool is_impaired_ = false;
  bool is_searching_ = false;  // for a bad event, by halves
  bool has_failed_ = false;

  std::uint32_t backoffs_in_a_row_ = 0;
  Instant next_own_try_ = Instant::min();  // of events in doubt, and of dead letters that are still in the channel
  TickSchedule ticks_;
  std::optional<Instant> next_empty_take_;  // none: events were taken since
  std::uint32_t empty_takes_in_a_row_ = 0;
  Instant next_withheld_try_ = Instant::max();
  std::uint32_t vain_tries_ = 0;          // of all withheld events, in a row
  std::optional<EventId> next_withheld_;  // while they are tried: where the next take begins
  bool has_tried_withheld_ = false;       // in the last round
  bool has_any_gone_ = false;             // of them, since the first was tried
  Instant next_refusals_told_ = Instant::min();
  Ranges passed_on_;  // refused, for the other sinks of the group
  Ranges settled_;    // of the present deliver_exactly(): delivered, or withheld for this sink
  Instant last_round_ = Instant::min();
  std::uint32_t last_events_ = UINT32_MAX;
  std::string why_refused_;  // of the last bad event
};

}  // namespace flume::runtime
