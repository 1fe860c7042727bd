#include "support/sink_bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "components/channels/file/file_channel.h"

namespace flume::conformance {
namespace {

Status stopped(std::string_view what) { return retryable(std::string(what) + ": the process is no more", Cause::Io); }

class StoppableFile final : public File {
 public:
  StoppableFile(std::unique_ptr<File> file, StopPoint& stop) : file_(std::move(file)), stop_(stop) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (stop_.is_stopped()) return stopped("read");
    return file_->read_at(offset, buffer);
  }
  Status write_at(std::uint64_t offset, ByteView data) override {
    if (stop_.next()) return file_->write_at(offset, data);
    if (stop_.has_just_stopped()) FLUME_TRY(file_->write_at(offset, data.first(data.size() / 2)));
    return stopped("write");
  }
  Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    if (stop_.next()) return file_->write_at(offset, pieces);
    return stopped("write");
  }
  Status sync() override { return stop_.next() ? file_->sync() : stopped("sync"); }
  Result<std::uint64_t> size() override {
    if (stop_.is_stopped()) return stopped("size");
    return file_->size();
  }
  Status truncate(std::uint64_t size) override { return stop_.next() ? file_->truncate(size) : stopped("truncate"); }
  Status close() override { return stop_.is_stopped() ? stopped("close") : file_->close(); }

 private:
  const std::unique_ptr<File> file_;
  StopPoint& stop_;
};

}  // namespace

Result<std::unique_ptr<File>> StoppableFiles::open(const std::string& path, OpenMode mode, std::uint32_t permissions) {
  const bool changes = mode == OpenMode::CreateNew || mode == OpenMode::CreateOrOpen;
  if (changes ? !stop_.next() : stop_.is_stopped()) return stopped("open " + path);
  auto file = files_.open(path, mode, permissions);
  if (!file) return file;
  return std::unique_ptr<File>(std::make_unique<StoppableFile>(*std::move(file), stop_));
}
Status StoppableFiles::rename(const std::string& from, const std::string& to, bool overwrite) {
  return stop_.next() ? files_.rename(from, to, overwrite) : stopped("rename");
}
Status StoppableFiles::remove(const std::string& path) { return stop_.next() ? files_.remove(path) : stopped("remove"); }
Status StoppableFiles::make_directories(const std::string& path) {
  return stop_.next() ? files_.make_directories(path) : stopped("make directory");
}
Result<FileInfo> StoppableFiles::info(const std::string& path) {
  if (stop_.is_stopped()) return stopped("look at " + path);
  return files_.info(path);
}
Result<std::vector<std::string>> StoppableFiles::list(const std::string& directory) {
  if (stop_.is_stopped()) return stopped("list");
  return files_.list(directory);
}
Status StoppableFiles::sync_directory(const std::string& directory) {
  return stop_.next() ? files_.sync_directory(directory) : stopped("sync directory");
}
Result<std::uint64_t> StoppableFiles::free_space(const std::string& path) { return files_.free_space(path); }
Status StoppableFiles::check_writable(const std::string& directory) {
  return stop_.is_stopped() ? stopped("check") : files_.check_writable(directory);
}

SinkBench::SinkBench(ChannelKind kind, MakeSink make) : kind_(kind), make_(std::move(make)) { open_channel(); }
SinkBench::~SinkBench() = default;

void SinkBench::open_channel() {
  taker_.reset();
  putter_.reset();
  channel_.reset();
  if (kind_ != ChannelKind::File) {
    auto simulated = std::make_unique<SimDurableChannel>(services.clock,
                                                         SimDurableChannel::Settings{.capacity = 100'000, .transaction_capacity = 10'000});
    simulated_ = simulated.get();
    channel_ = std::move(simulated);
    return;
  }
  storage::LogSettings settings;
  settings.folders = {"/channel"};
  settings.slot_bytes = std::uint64_t{16} << 10;
  settings.has_thread = false;
  settings.seed = ++channel_seed_;
  channel_ = std::make_unique<FileChannel>(FileOptions(), services_of("channels.c1", "c1"), settings);
  if (const Status started = channel_->start(); !started.ok()) {
    std::fprintf(stderr, "the file channel does not start: %s\n", started.message().c_str());
    std::abort();
  }
}

Services SinkBench::services_of(std::string_view component, std::string_view name) {
  Services lent = services.of(component, name, files_);
  lent.hadoop = {.user_name = "flume"};
  return lent;
}

void SinkBench::put(std::string_view body, const std::vector<std::pair<std::string, std::string>>& headers) {
  BatchBuilder builder(*pool_);
  for (const auto& [key, value] : headers) builder.header(key, value);
  if (!builder.body(body).ok()) std::abort();
  if (!putter_) putter_ = *channel_->putter("r1");
  EventBatch batch = builder.take();
  if (!putter_->put(batch, {}, Deadline::immediate(), {}).ok()) std::abort();
}

Status SinkBench::start() {
  if (!taker_) taker_ = *channel_->taker(owner_);
  sink_ = make_(services_of("sinks.k1", "k1"));
  ticks_ = {};
  return sink_->start(*this);
}

bool SinkBench::round() {
  auto taken = taker_->take(sink_->limits(), Deadline::immediate(), {});
  if (taken && taken->empty() && !waiting_.empty()) taken = take_waiting();
  if (!taken || taken->empty()) return false;
  TakeTransaction take = *std::move(taken);
  const Ranges all = take.ids();
  ticks_.had_events(services.clock.steady());
  Delivery delivery(*this, all, false, &waiting_);
  auto outcome = sink_->deliver(take.events(), delivery);
  Ranges part;
  if (outcome && *outcome == Outcome::Delivered) {
    last_error_ = delivery.set_aside_ids().empty() ? Status() : retryable(delivery.why_set_aside());
    part = all;
    part.remove(delivery.set_aside_ids());
    for (const Delivery::Rejected& bad : delivery.rejected()) {
      const EventId id = all.at(bad.index);
      part.remove(IdRange{id, id + 1});
    }
  } else {
    last_error_ = outcome ? retryable("not delivered") : outcome.status();
    part = delivery.delivered_ids();
  }
  for (const Delivery::Rejected& bad : delivery.rejected()) rejections_.push_back(bad.reason);
  if (!delivery.set_aside_ids().empty()) {
    waiting_.add(delivery.set_aside_ids());
    if (!hold_both().ok()) waiting_.remove(delivery.set_aside_ids());
  }
  std::vector<KeyValue> set;
  for (const Delivery::BookmarkEntry& entry : delivery.bookmark_entries()) set.push_back({entry.key, entry.value});
  bool is_committed = false;
  if ((!part.empty() || !set.empty()) && stop.next()) {
    const BookmarkDelta delta{owner_, set};
    const Status status = take.commit({&delta, set.empty() || kind_ == ChannelKind::Memory ? 0U : 1U}, delivery.durability(),
                                      part.count() == all.count() ? nullptr : &part);
    is_committed = status.ok();
    if (!is_committed) last_error_ = status;
    if (is_committed) waiting_.remove(part);
  }
  take.give_back();
  if (is_committed) sink_->committed(*this);
  if (!is_committed || part.count() != all.count()) sink_->given_back(*this);
  return true;
}

void SinkBench::tick() {
  const Instant now = services.clock.steady();
  if (sink_ && !stop.is_stopped() && ticks_.is_due(now)) ticks_.answered(now, sink_->tick(*this));
}

bool SinkBench::drain(int most) {
  for (int i = 0; i < most; ++i) {
    if (stop.is_stopped()) return false;
    tick();
    if (!round()) return true;
    services.clock.advance(last_error_.ok() ? std::chrono::milliseconds(10) : std::chrono::milliseconds(5000));
  }
  return false;
}

void SinkBench::pass(std::chrono::seconds time, std::chrono::seconds step) {
  for (std::chrono::seconds gone{0}; gone < time; gone += step) {
    services.clock.advance(step);
    tick();
  }
}

void SinkBench::stop_sink() {
  if (sink_ && !stop.is_stopped()) sink_->stop(*this, stop_deadline_);
  sink_.reset();
  agent_stop_ = {};
  stop_deadline_ = Deadline::never();
}

void SinkBench::begin_stop(Deadline deadline) {
  stop_deadline_ = deadline;
  agent_stop_.request_stop();
}

void SinkBench::crash(Crash crash, std::uint64_t seed) {
  stop.stop_after(0);  // what destructors still try does not happen
  static_cast<void>(stop.next());
  sink_.reset();
  taker_.reset();
  putter_.reset();
  if (kind_ == ChannelKind::File) channel_.reset();
  if (crash == Crash::Process) {
    services.files.crash_process();
  } else {
    services.files.crash_power(seed);
  }
  services.files.clear_faults();
  if (kind_ != ChannelKind::Durable) {
    stop.stop_after(StopPoint::kNever);
    open_channel();
  } else if (crash == Crash::Process) {
    simulated_->crash_process();
  } else {
    simulated_->crash_power();
  }
  // What was set aside is taken like all others: the runner's tests are about what it does with such events.
  held_by_sink_ = channel_->held(owner_);
  held_by_sink_.remove(waiting_);
  const bool was_waiting = !std::exchange(waiting_, {}).empty();
  stop.stop_after(StopPoint::kNever);
  if (was_waiting && !hold_both().ok()) std::abort();
}

Result<Bookmark> SinkBench::bookmark() {
  if (kind_ == ChannelKind::Memory) return Bookmark{};
  return channel_->bookmark(owner_);
}
Status SinkBench::note(std::span<const KeyValue> set, Durability durability) {
  if (!stop.next()) return stopped("note");
  if (kind_ == ChannelKind::Memory) return {};
  const BookmarkDelta delta{owner_, set};
  return channel_->note({&delta, 1}, durability);
}
Status SinkBench::hold(const Ranges& ids) {
  held_by_sink_ = ids;
  return hold_both();
}
Status SinkBench::hold_both() {
  Hold held{owner_, held_by_sink_};
  held.ids.add(waiting_);
  return stop.next() ? channel_->note({}, Durability::Written, &held) : stopped("hold");
}
Result<TakeTransaction> SinkBench::take_waiting() {
  Ranges first;
  std::uint64_t room = sink_->limits().events;
  for (const IdRange& range : waiting_) {
    const std::uint64_t some = std::min(range.size(), room);
    if (some != 0) first.add({range.lo, range.lo + some});
    room -= some;
  }
  return take_exactly(first);
}
Status SinkBench::settle(const Ranges& ids, std::span<const KeyValue> set) {
  const BookmarkDelta delta{owner_, set};
  return stop.next() ? channel_->settle(ids, {&delta, set.empty() ? 0U : 1U}) : stopped("settle");
}
Result<TakeTransaction> SinkBench::take_exactly(const Ranges& ids) {
  return taker_->take({.events = UINT32_MAX}, Deadline::immediate(), {}, &ids);
}

}  // namespace flume::conformance
