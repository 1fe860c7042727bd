#include "support/fake_writer.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace flume {
namespace {

/// The position's entries as deltas, one per run of the same owner. Views into `position`.
class Deltas {
 public:
  explicit Deltas(const std::vector<Write::OwnedEntry>& position) {
    entries_.reserve(position.size());
    for (const auto& entry : position) entries_.push_back({entry.key, entry.value});
    for (std::size_t first = 0; first < position.size();) {
      std::size_t last = first + 1;
      while (last < position.size() && position[last].owner == position[first].owner) ++last;
      deltas_.push_back({position[first].owner, std::span(entries_).subspan(first, last - first)});
      first = last;
    }
  }
  operator std::span<const BookmarkDelta>() const { return deltas_; }

 private:
  std::vector<KeyValue> entries_;
  std::vector<BookmarkDelta> deltas_;
};

/// One store_async over several channels: done when the last of them has answered.
struct Pending {
  std::mutex mutex;
  std::size_t open = 1;  // the caller itself, until every part is on its way
  Status first_error;
  std::function<void(Status)> done;

  void answer(Status status) {
    {
      const std::lock_guard lock(mutex);
      if (!status.ok() && first_error.ok()) first_error = std::move(status);
      if (--open != 0) return;
    }
    done(std::move(first_error));
  }
};

}  // namespace

FakeWriter::FakeWriter(std::vector<Channel*> channels, Settings settings)
    : channels_(std::move(channels)), settings_(std::move(settings)), putters_(channels_.size()) {}

Result<std::unique_ptr<ChannelWriter>> FakeWriter::another() {
  auto next = std::make_unique<FakeWriter>(channels_, settings_);
  next->counts_ = counts_;
  return std::unique_ptr<ChannelWriter>(std::move(next));
}

Result<Putter*> FakeWriter::putter(std::size_t channel) {
  if (!putters_[channel]) {
    auto made = channels_[channel]->putter(settings_.source);
    if (!made) return std::move(made).status();
    putters_[channel] = *std::move(made);
  }
  return putters_[channel].get();
}

Result<std::vector<Bookmark>> FakeWriter::bookmarks(std::string_view owner) {
  std::vector<Bookmark> all;
  for (const Channel* channel : channels_) {
    auto bookmark = channel->bookmark(owner);
    if (!bookmark) return std::move(bookmark).status();
    all.push_back(*std::move(bookmark));
  }
  return all;
}

Result<Write> FakeWriter::prepare(EventBatch batch, const Position& position) {
  counts_->prepared_batches += 1;
  counts_->prepared_events += batch.size();
  if (settings_.intercept) FLUME_TRY(settings_.intercept(batch));
  SmallVector<Write::Part, 1> parts;
  for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
    if (!position.only.contains(channel)) continue;
    if (!settings_.route) {
      parts.push_back({channel, true, batch});
      continue;
    }
    // As in Flume an event's channel is required or optional for that event: two parts for one channel.
    for (const bool is_required : {true, false}) {
      EventBatch events = batch.filter([&](const EventView& event) {
        const Route route = settings_.route(event);
        return (is_required ? route.required : route.optional).contains(channel);
      });
      if (is_required || !events.empty()) parts.push_back({channel, is_required, std::move(events)});
    }
  }
  std::vector<Write::OwnedEntry> entries;
  for (const BookmarkDelta& delta : position.set) {
    for (const KeyValue& entry : delta.set) {
      entries.push_back(
          {std::string(delta.owner), std::string(entry.key), entry.value ? std::optional<std::string>(*entry.value) : std::nullopt});
    }
  }
  return Write(*this, std::move(parts), std::move(entries));
}

Status FakeWriter::store(Write& write, Deadline deadline, std::stop_token stop) {
  const Deltas deltas(write.position());
  Status first_error;
  SmallVector<Write::Part, 1> left;
  for (Write::Part& part : write.parts()) {
    Status stored;
    if (part.events.empty()) {
      stored = write.position().empty() ? Status() : channels_[part.channel]->note(deltas, Durability::Written);
    } else if (auto to = putter(part.channel); to.ok()) {
      stored = (*to)->put(part.events, deltas, deadline, stop);
    } else {
      stored = std::move(to).status();
    }
    if (stored.ok() || !part.is_required) continue;
    if (first_error.ok()) first_error = std::move(stored);
    left.push_back(std::move(part));
  }
  write.parts() = std::move(left);
  if (first_error.ok()) counts_->stored_batches += 1;
  return first_error;
}

Status FakeWriter::store_async(Write& write, std::function<void(Status)> done) {
  const Deltas deltas(write.position());
  const auto pending = std::make_shared<Pending>();
  pending->done = [counts = counts_, done = std::move(done)](Status status) {
    if (status.ok()) counts->stored_batches += 1;
    done(std::move(status));
  };
  SmallVector<Write::Part, 1> left;
  Status refused;
  // What completions bring back goes into the write, also while the others are still being sent.
  SmallVector<Write::Part, 1> unsent_parts = std::move(write.parts());
  write.parts() = {};
  for (Write::Part& part : unsent_parts) {
    Status stored;
    if (part.events.empty()) {
      stored = write.position().empty() ? Status() : channels_[part.channel]->note(deltas, Durability::Written);
    } else if (auto to = putter(part.channel); to.ok()) {
      {
        const std::lock_guard lock(pending->mutex);
        ++pending->open;
      }
      stored = (*to)->put_async(
          part.events, deltas, [pending, &write, channel = part.channel, is_required = part.is_required](Status status, EventBatch unsent) {
            if (!status.ok() && is_required) {
              const std::lock_guard lock(pending->mutex);
              write.parts().push_back({channel, true, std::move(unsent)});
            }
            pending->answer(is_required ? std::move(status) : Status());
          });
      if (!stored.ok()) {
        const std::lock_guard lock(pending->mutex);
        --pending->open;
      }
    } else {
      stored = std::move(to).status();
    }
    if (stored.ok() || !part.is_required) continue;
    if (refused.ok()) refused = std::move(stored);
    left.push_back(std::move(part));
  }
  {
    const std::lock_guard lock(pending->mutex);
    for (Write::Part& part : left) write.parts().push_back(std::move(part));
  }
  if (!refused.ok()) {
    // What the other channels took stays theirs; the caller tries again for the rest and is told then.
    pending->done = [](const Status&) {};
    pending->answer({});
    return refused;
  }
  pending->answer({});
  return {};
}

void FakeWriter::on_space(std::function<void()> callback) {
  struct Waiting {
    std::atomic<std::size_t> open;
    std::function<void()> callback;
  };
  const auto waiting = std::make_shared<Waiting>();
  waiting->open = channels_.size() + 1;
  waiting->callback = std::move(callback);
  const auto one_has_room = [waiting] {
    if (waiting->open.fetch_sub(1) == 1) waiting->callback();
  };
  for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
    if (auto to = putter(channel); to.ok()) {
      (*to)->on_space(one_has_room);
    } else {
      one_has_room();  // nothing to wait for: the next store tells what is wrong
    }
  }
  one_has_room();
}

std::uint32_t FakeWriter::max_batch() const {
  std::uint32_t least = UINT32_MAX;
  for (const Channel* channel : channels_) least = std::min(least, channel->limits().transaction_capacity);
  return least;
}

void FakeSourceContext::failed(const Status& why) {
  const std::lock_guard lock(mutex_);
  failures_.push_back(why.message());
}

void FakeSourceContext::impaired(std::string_view why) {
  const std::lock_guard lock(mutex_);
  impairment_ = why;
}

void FakeSourceContext::recovered() {
  const std::lock_guard lock(mutex_);
  impairment_.clear();
}

std::string FakeSourceContext::impairment() const {
  const std::lock_guard lock(mutex_);
  return impairment_;
}

void FakeSourceContext::finished(std::string_view why) {
  const std::lock_guard lock(mutex_);
  if (endings_.empty() || endings_.back() != why) endings_.emplace_back(why);
}

std::vector<std::string> FakeSourceContext::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::vector<std::string> FakeSourceContext::endings() const {
  const std::lock_guard lock(mutex_);
  return endings_;
}

}  // namespace flume
