#include "runtime/source_runner.h"

#include <algorithm>
#include <exception>

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
  wait();
}

void SourceRunner::start() {
  health_.set(log_, component_, ComponentState::Starting);
  thread_ = std::thread([this] { run(); });
}

void SourceRunner::stop(Deadline deadline) {
  stop_deadline_.store(deadline.when(), std::memory_order_release);
  stop_.request_stop();
}

void SourceRunner::wait() {
  if (thread_.joinable()) thread_.join();
}

void SourceRunner::failed(const Status& why) {
  has_ended_.store(true, std::memory_order_release);
  health_.set(log_, component_, ComponentState::Failed, why.message());
}

void SourceRunner::finished(std::string_view why) {
  has_ended_.store(true, std::memory_order_release);
  health_.set(log_, component_, ComponentState::Finished, why);
}

bool SourceRunner::start_source() {
  if (!wait_for_channels_(stop_.get_token())) return false;
  for (;;) {
    Status started;
    try {
      if (!writer_) {
        auto writer = SourceWriter::make(wiring_, counters_, ledger_);
        if (writer) {
          writer_ = *std::move(writer);
        } else {
          started = std::move(writer).status();
        }
      }
      if (started.ok()) {
        // Before the start, so that a source that comes to its end at once is not shown as running.
        counters_.start(wiring_.services->clock.wall());
        started = source_ ? source_->start(*writer_, *this) : polled_->start(*writer_, *this);
      }
    } catch (const std::exception& error) {
      started = fatal(std::string("start: ") + error.what());
    }
    if (started.ok()) {
      if (!has_ended_.load(std::memory_order_acquire)) health_.set(log_, component_, ComponentState::Running);
      return true;
    }
    if (started.kind() != ErrorKind::Retryable) {
      health_.set(log_, component_, ComponentState::Failed, started.message());
      return false;
    }
    health_.set(log_, component_, ComponentState::Retrying, started.message());
    if (!wiring_.services->clock.sleep_for(settings_.start_retry, stop_.get_token())) return false;
  }
}

void SourceRunner::run() {
  if (!start_source()) return;
  if (polled_) {
    poll_until_stopped();
    polled_->stop();
  } else {
    wiring_.services->clock.sleep_until(Deadline::never(), stop_.get_token());
    source_->stop(Deadline(stop_deadline_.load(std::memory_order_acquire)));
  }
  counters_.stop(wiring_.services->clock.wall());
  if (!has_ended_.load(std::memory_order_acquire)) health_.set(log_, component_, ComponentState::Stopped);
}

void SourceRunner::poll_until_stopped() {
  Clock& clock = wiring_.services->clock;
  std::uint32_t backoffs_in_a_row = 0;
  bool is_impaired = false;
  while (!stop_.stop_requested()) {
    Result<PollOutcome> outcome = PollOutcome::Backoff;
    try {
      outcome = polled_->poll(*writer_, *this);
    } catch (const std::exception& error) {
      outcome = Result<PollOutcome>(fatal(std::string("poll: ") + error.what()));
    }
    const PollBackoff backoff = polled_->backoff();
    if (outcome && *outcome == PollOutcome::Ready) {
      if (is_impaired) health_.set(log_, component_, ComponentState::Running);
      is_impaired = false;
      backoffs_in_a_row = 0;
      continue;
    }
    Instant::duration wait = backoff.maximum;
    if (outcome) {
      ++backoffs_in_a_row;
      wait = std::min<Instant::duration>(backoff.increment * backoffs_in_a_row, backoff.maximum);
    } else {
      const Status why = std::move(outcome).status();
      if (why.cause() == Cause::Stopped) break;
      if (why.kind() == ErrorKind::Fatal) {
        failed(why);
        return;
      }
      is_impaired = true;
      health_.set(log_, component_, ComponentState::Impaired, why.message());
    }
    clock.sleep_for(wait, stop_.get_token());
  }
}

}  // namespace flume::runtime
