#include "runtime/source_runner.h"

#include <algorithm>

#include "runtime/guarded.h"

namespace flume::runtime {

SourceRunner::SourceRunner(SourceWiring wiring, std::function<bool(std::stop_token)> wait_for_channels, HealthBoard& health,
                           const Settings& settings)
    : wiring_(std::move(wiring)),
      wait_for_channels_(std::move(wait_for_channels)),
      health_(health),
      settings_(settings),
      log_(wiring_.services->log),
      component_("sources." + wiring_.plan->name),
      counters_(wiring_.plan->name),
      ledger_(component_) {
  const ComponentInfo& info = *wiring_.plan->info;
  if (info.makes<PolledSource>()) {
    polled_ = info.make<PolledSource>(wiring_.plan->options.get(), *wiring_.services);
  } else {
    source_ = info.make<Source>(wiring_.plan->options.get(), *wiring_.services);
  }
  if (!info.traits.has_counters) counters_.hide_from_flume_json();
  counters_membership_ = wiring_.services->metrics.join(counters_);
  ledger_membership_ = wiring_.services->metrics.join(ledger_);
}

SourceRunner::~SourceRunner() {
  stop(Deadline::immediate());
  thread_.join();
}

std::vector<const Channel*> SourceRunner::used_channels() const {
  std::vector<const Channel*> used;
  for (const WiredChannel& wired : wiring_.channels) used.push_back(wired.channel);
  return used;
}

void SourceRunner::start() {
  set(ComponentState::Starting);
  thread_.start([this] { run(); });
}

void SourceRunner::stop(Deadline deadline) {
  stop_deadline_.store(deadline.when(), std::memory_order_release);
  stop_.request_stop();
}

void SourceRunner::failed(const Status& why) { end(ComponentState::Failed, why.message()); }

void SourceRunner::impaired(std::string_view why) {
  const std::lock_guard lock(state_mutex_);
  says_it_is_impaired_ = true;
  if (!has_ended_) set(ComponentState::Impaired, why);
}

void SourceRunner::recovered() {
  const std::lock_guard lock(state_mutex_);
  if (!std::exchange(says_it_is_impaired_, false) || has_ended_) return;
  set(ComponentState::Running);
}

void SourceRunner::finished(std::string_view why) { end(ComponentState::Finished, why); }

void SourceRunner::end(ComponentState state, std::string_view reason) {
  const std::lock_guard lock(state_mutex_);
  has_ended_ = true;
  set(state, reason);
}

void SourceRunner::set_started() {
  const std::lock_guard lock(state_mutex_);
  // A source may have said more of itself before its start() came back.
  if (!has_ended_ && !says_it_is_impaired_) set(ComponentState::Running);
}

void SourceRunner::set_unless_ended(ComponentState state, std::string_view reason) {
  const std::lock_guard lock(state_mutex_);
  if (!has_ended_) set(state, reason);
}

Status SourceRunner::try_start() {
  if (!writer_) {
    auto writer = SourceWriter::make(wiring_, counters_, ledger_);
    if (!writer) return std::move(writer).status();
    writer_ = *std::move(writer);
  }
  return guarded("start", [this] { return source_ ? source_->start(*writer_, *this) : polled_->start(*writer_, *this); });
}

bool SourceRunner::start_source() {
  if (!wait_for_channels_(stop_.get_token())) {
    if (stop_.stop_requested()) {
      set(ComponentState::Stopped);
    } else {
      set(ComponentState::Failed, "one of its channels has failed");
    }
    return false;
  }
  // Once, before the first try: what the source counts while it starts stays.
  counters_.start(wiring_.services->clock.wall());
  for (;;) {
    const Status started = try_start();
    if (started.ok()) {
      set_started();
      return true;
    }
    if (started.kind() != ErrorKind::Retryable) {
      set(ComponentState::Failed, started.message());
      return false;
    }
    set(ComponentState::Retrying, started.message());
    if (!wiring_.services->clock.sleep_for(settings_.start_retry, stop_.get_token())) {
      set(ComponentState::Stopped);
      return false;
    }
  }
}

void SourceRunner::run() {
  if (!start_source()) return;
  Status stopped;
  if (polled_) {
    poll_until_stopped();
    stopped = guarded("stop", [this] { polled_->stop(); });
  } else {
    wiring_.services->clock.sleep_until(Deadline::never(), stop_.get_token());
    stopped = guarded("stop", [this] { source_->stop(Deadline(stop_deadline_.load(std::memory_order_acquire))); });
  }
  if (!stopped.ok()) log_.error("the source could not be stopped", {{"reason", stopped}});
  counters_.stop(wiring_.services->clock.wall());
  thread_.ends();
  set_unless_ended(ComponentState::Stopped);
}

void SourceRunner::poll_until_stopped() {
  Clock& clock = wiring_.services->clock;
  std::uint32_t backoffs_in_a_row = 0;
  bool is_impaired = false;
  while (!stop_.stop_requested()) {
    const Result<PollOutcome> outcome = guarded("poll", [this] { return polled_->poll(*writer_, *this); });
    if (outcome && is_impaired) {
      set_unless_ended(ComponentState::Running);
      is_impaired = false;
    }
    if (outcome && *outcome == PollOutcome::Ready) {
      backoffs_in_a_row = 0;
      continue;
    }
    const PollBackoff backoff = polled_->backoff();
    Instant::duration wait = backoff.maximum;
    if (outcome) {
      ++backoffs_in_a_row;
      wait = std::min<Instant::duration>(backoff.increment * backoffs_in_a_row, backoff.maximum);
    } else {
      const Status why = outcome.status();
      if (why.cause() == Cause::Stopped) break;
      if (why.kind() == ErrorKind::Fatal) {
        failed(why);
        return;
      }
      is_impaired = true;
      set_unless_ended(ComponentState::Impaired, why.message());
    }
    clock.sleep_for(wait, stop_.get_token());
  }
}

}  // namespace flume::runtime
