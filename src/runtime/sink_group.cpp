#include "runtime/sink_group.h"

#include <algorithm>
#include <set>

#include "runtime/guarded.h"

namespace flume::runtime {
namespace {

/// How soon a group of sinks with different channels looks into all of them again: later each time while nothing comes.
constexpr std::chrono::milliseconds kFirstLookAround{1};
constexpr std::chrono::milliseconds kLastLookAround{16};
/// How often a group with a sink that is still starting looks whether it has started.
constexpr std::chrono::milliseconds kLookAtStarts{500};

}  // namespace

SinkGroup::SinkGroup(const SinkGroupWiring& wiring)
    : SinkThread("sinkgroups." + wiring.plan->name, wiring.services->clock),
      wiring_(wiring),
      log_(wiring.services->log),
      processor_(wiring.plan->info->make<SinkProcessor>(wiring.plan->options.get(), *wiring.services)) {
  std::vector<std::string> names;
  for (const SinkWiring& sink : wiring_.sinks) {
    places_.push_back(std::make_unique<Place>());
    places_.back()->sink = std::make_unique<SinkMember>(sink, stop_);
    names.push_back(sink.plan->name);
    has_several_channels_ = has_several_channels_ || sink.channel != wiring_.sinks.front().channel;
  }
  processor_->begin(names);
}

SinkGroup::~SinkGroup() {
  end_now();
  for (const auto& place : places_) place->starting.join();
}

std::vector<const Channel*> SinkGroup::used_channels() const {
  std::set<const Channel*> channels;
  for (const auto& place : places_) channels.insert(place->sink->channel());
  return {channels.begin(), channels.end()};
}

std::vector<const Channel*> SinkGroup::held_channels() const {
  std::set<const Channel*> channels;
  for (const auto& place : places_) {
    for (const Channel* channel : place->sink->held_channels()) channels.insert(channel);
  }
  return {channels.begin(), channels.end()};
}

void SinkGroup::start() {
  tell(ComponentState::Starting);
  for (const auto& place : places_) place->sink->tell_starting();
  thread_.start([this] { run(); });
}

void SinkGroup::start_sinks() {
  for (const auto& place : places_) {
    place->starting.start([this, sink = place.get()] {
      const auto tell_failure = [&] {
        sink->life.store(Life::Retrying, std::memory_order_release);
        wake_.unpark();
      };
      const bool has_started = sink->sink->start(tell_failure);
      sink->life.store(has_started ? Life::Started : Life::NotStarted, std::memory_order_release);
      wake_.unpark();
    });
  }
  // The first batch is for the first of all sinks, not for the one that started first; but one that hangs is not waited for.
  const Deadline patience = clock_.in(wiring_.settings.group_patience);
  const auto is_starting = [](const auto& place) { return place->life == Life::Starting; };
  while (!stop_.is_requested() && !clock_.passed(patience) && std::any_of(places_.begin(), places_.end(), is_starting))
    clock_.park(wake_, patience);
}

void SinkGroup::run() {
  const std::stop_callback on_stop(stop_.source.get_token(), [this] { wake_.unpark(); });
  start_sinks();
  loop();
  for (const auto& place : places_) {
    place->starting.join();
    let_join();
    if (place->life.load(std::memory_order_relaxed) == Life::Working) end(*place);
  }
  thread_.ends();
  if (state_ != ComponentState::Failed) tell(ComponentState::Stopped);
}

void SinkGroup::end(Place& place) {
  place.life.store(Life::Ended, std::memory_order_relaxed);
  place.sink->let_go();
  place.sink->takes_no_more();
  place.sink->close();
  place.sink->tell_stopped();
}

bool SinkGroup::let_join() {
  bool is_one_starting = false;
  for (const auto& place : places_) {
    const Life life = place->life.load(std::memory_order_acquire);
    is_one_starting = is_one_starting || life == Life::Starting || life == Life::Retrying;
    if (life == Life::Started) place->life.store(Life::Working, std::memory_order_relaxed);
    if (life == Life::NotStarted) {
      place->life.store(Life::Ended, std::memory_order_relaxed);
      place->sink->takes_no_more();
    }
  }
  return is_one_starting;
}

void SinkGroup::loop() {
  for (;;) {
    stop_.is_draining = stop_.is_requested();
    if (stop_.is_past(clock_)) return;
    const std::int64_t delivered_before = delivered();
    const Next next = round();
    if (next == Next::Stop) return;
    if (next == Next::Go) {
      backoffs_in_a_row_ = 0;
      continue;
    }
    if (is_drain_in_vain() && delivered() == delivered_before) return;
    const Settings& settings = wiring_.settings;
    Instant::duration wait = settings.sink_error_pause;
    if (next == Next::BackOff) {
      ++backoffs_in_a_row_;
      wait = std::min<Instant::duration>(settings.sink_backoff_step * backoffs_in_a_row_, settings.sink_backoff_maximum);
    }
    pause(stop_.is_draining ? std::min<Instant::duration>(wait, settings.sink_backoff_step) : wait);
  }
}

Next SinkGroup::round() {
  const bool is_one_starting = let_join();
  if (!is_any_working()) {
    if (!is_one_starting) {
      if (!stop_.is_draining) tell(ComponentState::Failed, "none of its sinks works any more");
      return Next::Stop;
    }
    clock_.park(wake_, Deadline(stop_.drain_until()));
    return Next::Go;
  }
  if (state_ == ComponentState::Starting) tell(ComponentState::Running);
  Instant due = tend();
  const Instant now = clock_.steady();
  if (is_one_starting) due = std::min(due, now + kLookAtStarts);
  choose(now);
  if (order_.empty()) {
    if (stop_.is_draining) return Next::Pause;
    clock_.park(wake_, Deadline(std::min(due, processor_->next_change(now))));
    return Next::Go;
  }
  return deliver(std::min(due, processor_->next_change(now)));
}

Instant SinkGroup::tend() {
  Instant due = Instant::max();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = *places_[i];
    if (place.life != Life::Working) continue;
    const bool was_in_doubt = !place.sink->in_doubt().empty();
    due = std::min(due, place.sink->tend());
    pass_on_refused(i);
    if (place.sink->has_failed()) {
      end(place);
      continue;
    }
    watch_doubt(place, was_in_doubt, i, due);
  }
  return due;
}

void SinkGroup::watch_doubt(Place& place, bool was_in_doubt, std::size_t sink, Instant& due) {
  if (place.sink->in_doubt().empty()) {
    // The destination has answered: it works again.
    if (was_in_doubt && place.is_in_doubt) processor_->took(sink);
    place.is_in_doubt = false;
    return;
  }
  const Instant now = clock_.steady();
  if (!std::exchange(place.is_in_doubt, true)) place.doubtful_since = now;
  const std::chrono::milliseconds patience = processor_->in_doubt_timeout();
  if (patience == std::chrono::milliseconds::max()) return;
  const Instant over = place.doubtful_since + patience;
  if (now < over) {
    due = std::min(due, over);
    return;
  }
  place.sink->give_up_doubt();
  processor_->failed(sink, now);
  place.is_in_doubt = false;
}

void SinkGroup::choose(Instant now) {
  order_.clear();
  processor_->order(now, order_);
  const auto cannot = [this](std::size_t sink) {
    const Place& place = *places_[sink];
    return place.life != Life::Working || !place.sink->in_doubt().empty();
  };
  std::erase_if(order_, cannot);
  if (!order_.empty() || !stop_.is_draining) return;
  // Nobody waits for the end of a bench at a stop.
  for (std::size_t sink = 0; sink < places_.size(); ++sink) {
    if (!cannot(sink)) order_.push_back(sink);
  }
}

Next SinkGroup::deliver(Instant latest) {
  without_events_.clear();
  for (const auto& place : places_) {
    if (place->life == Life::Working) place->sink->expect_events(false);
  }
  std::string_view failed;  // the last one
  for (const std::size_t i : order_) {
    Place& place = *places_[i];
    SinkMember& sink = *place.sink;
    if (std::find(without_events_.begin(), without_events_.end(), sink.channel()) != without_events_.end()) continue;
    // With events to hand over, or other channels to look into, nobody waits for more.
    const bool waits = failed.empty() && !has_several_channels_;
    sink.expect_events(true);
    const Next next = sink.deliver_next(waits ? latest : Instant::min());
    const Fate fate = sink.fate();
    pass_on_refused(i);
    switch (fate) {
      case Fate::NoEvents:
        if (next > Next::Go && next != Next::Stop) return next;  // the channel cannot be read
        without_events_.push_back(sink.channel());
        break;
      case Fate::Delivered:
        processor_->took(i);
        look_around_ = kFirstLookAround;
        if (failed.empty() || next == Next::Go) tell(ComponentState::Running);
        return next;
      case Fate::Failed:
        failed = sink.component();
        processor_->failed(i, clock_.steady());
        if (sink.has_failed()) end(place);
        break;
    }
  }
  if (!failed.empty()) {
    if (!is_any_working()) return Next::Go;  // the next round knows what that means
    tell(ComponentState::Impaired, "none of its sinks takes events, the last one tried was " + std::string(failed));
    return Next::Pause;
  }
  if (stop_.is_draining) {
    // What is left is withheld for sinks; only what is in doubt is asked for again, if it would be lost.
    const bool is_any_in_doubt = std::any_of(places_.begin(), places_.end(), [](const auto& place) { return place->is_in_doubt; });
    return is_any_in_doubt ? Next::Pause : Next::Stop;
  }
  if (has_several_channels_) {
    clock_.park(wake_, Deadline(std::min(latest, clock_.steady() + look_around_)));
    look_around_ = std::min<Instant::duration>(look_around_ * 2, kLastLookAround);
  }
  return Next::Go;
}

void SinkGroup::pass_on_refused(std::size_t from) {
  SinkMember& giver = *places_[from]->sink;
  Ranges refused = giver.take_refused();
  if (refused.empty()) return;
  std::vector<std::size_t> others;
  processor_->order(clock_.steady(), others);
  for (const std::size_t i : others) {
    Place& place = *places_[i];
    SinkMember& sink = *place.sink;
    if (i == from || place.life != Life::Working || !sink.in_doubt().empty() || sink.channel() != giver.channel()) continue;
    refused = sink.deliver_exactly(refused);
    static_cast<void>(sink.take_refused());  // among them
    if (sink.fate() == Fate::Delivered) processor_->took(i);
    if (sink.fate() == Fate::Failed) processor_->failed(i, clock_.steady());
    if (refused.empty()) return;
  }
  giver.withhold(refused);
}

void SinkGroup::pause(Instant::duration wait) {
  const Instant end = clock_.steady() + wait;
  while (clock_.steady() < end) {
    if (!stop_.sleep(clock_, std::min(end, tend()))) return;
  }
}

bool SinkGroup::is_drain_in_vain() const {
  if (!stop_.is_draining) return false;
  return std::all_of(places_.begin(), places_.end(),
                     [](const auto& place) { return place->life != Life::Working || place->sink->is_drain_in_vain(); });
}

bool SinkGroup::is_any_working() const {
  return std::any_of(places_.begin(), places_.end(), [](const auto& place) { return place->life == Life::Working; });
}

std::int64_t SinkGroup::delivered() const {
  std::int64_t events = 0;
  for (const auto& place : places_) events += place->sink->delivered();
  return events;
}

void SinkGroup::tell(ComponentState state, std::string_view why) {
  if (state == state_ && state == ComponentState::Running) return;  // told with every batch
  state_ = state;
  wiring_.health->set(log_, component_, state, why);
}

}  // namespace flume::runtime
