#include "power/power_failure.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "flume/batch_builder.h"
#include "flume/log.h"
#include "power/log_contents.h"
#include "power/watched_files.h"
#include "storage/segment_log.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace flume::power {
namespace {

using storage::SegmentLog;
using Random = std::mt19937_64;

const std::vector<std::string> kFolders{"/data", "/more"};
constexpr std::uint64_t kSlotBytes = std::uint64_t{14} << 10;
constexpr std::uint64_t kAll = std::uint64_t{1} << 20;  // of a write that fails all the same

/// Nobody listens: what is stored is read from the disk.
class NoObserver final : public storage::LogObserver {
 public:
  void stored(EventId, EventBatch&, storage::LogPosition) override {}
};

class NoLog final : public LogTarget {
 public:
  [[nodiscard]] bool enabled(LogLevel, std::string_view) const noexcept override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) noexcept override {}
};

storage::LogSettings settings_of(const Work& work, std::uint64_t seed) {
  storage::LogSettings settings;
  settings.folders.assign(kFolders.begin(), kFolders.begin() + work.folders);
  settings.slot_bytes = kSlotBytes;
  settings.has_thread = false;
  settings.rules = work.rules;
  settings.syncs_puts = work.syncs_puts;
  settings.seed = seed | 1;
  settings.keys = work.keys;
  return settings;
}

class Simulation {
 public:
  Simulation(std::uint64_t seed, const Work& work, std::unique_ptr<SimFiles> files, LogContents begun, int depth)
      : seed_(seed), work_(work), random_(seed), files_(std::move(files)), watched_(*files_, [this] { at_change(); }), depth_(depth) {
    states_.push_back(std::move(begun));
  }

  Outcome run() {
    open(/*is_new=*/depth_ == 0);
    for (int step = 0; step < work_.steps && log_ && outcome_.violation.empty(); ++step) {
      work();
      if (outcome_.violation.empty() && chance(12)) kill();
    }
    if (log_ && outcome_.violation.empty()) {
      at_change();
      outcome_.rolls += log_->figures().segments;
      files_->clear_faults();
      log_->close();
      if (work_.flips_bits && log_->failure().ok()) flip_bits();
    }
    log_.reset();
    return outcome_;
  }

 private:
  bool chance(std::uint64_t one_in) { return random_() % one_in == 0; }
  LogContents& last() { return states_.back(); }

  void violated(const std::string& what) {
    if (outcome_.violation.empty())
      outcome_.violation = "seed " + std::to_string(seed_) + ", depth " + std::to_string(depth_) + ": " + what;
  }

  // --- the work ---

  void work() {
    if (!log_->failure().ok()) return restart_after_failed_sync();
    if (chance(25)) {
      ++outcome_.failed_writes;
      files_->inject({.operation = SimFiles::Operation::Write,
                      .error_number = 28,
                      .skip = random_() % 2,
                      .written_bytes = chance(4) ? kAll : random_() % 600});
    } else if (chance(60)) {
      ++outcome_.failed_syncs;
      files_->inject({.operation = SimFiles::Operation::Sync, .error_number = 5, .skip = random_() % 2});
    }
    switch (random_() % 10) {
      case 0:
      case 1:
      case 2:
        return put();
      case 3:
        return put_group();
      case 4:
      case 5:
      case 6:
        return take();
      case 7:
        return note();
      case 8:
        return hold();
      default:
        return settle();
    }
  }

  EventBatch batch(LogContents& state) {
    // Sizes repeat, so that a record fits just where an earlier one was.
    const std::uint64_t count = 1 + random_() % 3;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string body = "e" + std::to_string(seed_ % 1000) + "." + std::to_string(++bodies_) + " ";
      body.resize(chance(15) ? 1500 : 90, '.');
      builder_.header("h", "v");
      builder_.body(body).ignore();  // far below every limit
      state.live[state.next_id++] = body;
    }
    return builder_.take();
  }

  /// The bookmark of one owner, as it will be.
  struct Delta {
    std::string owner;
    std::string key = "position";
    std::string value;
    KeyValue entry;
    BookmarkDelta delta;
    void point() {
      entry = {key, value};
      delta = {owner, {&entry, 1}};
    }
    [[nodiscard]] std::span<const BookmarkDelta> span() const {
      return owner.empty() ? std::span<const BookmarkDelta>() : std::span(&delta, 1);
    }
  };
  std::unique_ptr<Delta> delta(LogContents& state, const std::string& owner) {
    auto made = std::make_unique<Delta>();
    if (chance(3)) return made;
    made->owner = owner;
    made->value = std::to_string(++bodies_);
    made->point();
    state.bookmarks[owner][made->key] = made->value;
    return made;
  }

  /// Sometimes ids are passed over, as those of events that stayed in memory: the id that the next put is to have.
  std::optional<EventId> pass_over(LogContents& state) {
    if (!chance(4)) return std::nullopt;
    state.next_id += random_() % 5;
    passed_over_.push_back(state);
    return state.next_id;
  }

  /// Tells what becomes of an operation whose outcome is the last state.
  void ended(const Status& status, bool is_synced) {
    if (status.ok()) {
      written_ = states_.size() - 1;
      if (is_synced) {
        synced_ = written_;
        in_doubt_.clear();
        passed_over_.clear();
      }
      return;
    }
    for (LogContents& state : std::exchange(passed_over_, {})) in_doubt_.push_back(std::move(state));
    // It may be on the disk all the same, wholly, until a later one is synced.
    in_doubt_.push_back(std::move(states_.back()));
    states_.pop_back();
    builder_.abort();
  }

  void put() {
    LogContents next = last();
    const auto first = pass_over(next);
    EventBatch events = batch(next);
    const auto change = delta(next, "source");
    states_.push_back(std::move(next));
    ended(log_->put(events, change->span(), first), work_.syncs_puts);
  }

  /// Several puts in one write.
  void put_group() {
    const auto stream = std::make_shared<std::atomic<bool>>(false);
    std::vector<std::unique_ptr<Delta>> deltas;
    const std::size_t first = states_.size();
    std::size_t stored = 0;
    bool has_failed = false;
    for (int i = 0; i < 3; ++i) {
      LogContents next = last();
      const auto first_id = pass_over(next);
      EventBatch events = batch(next);
      deltas.push_back(delta(next, "source"));
      states_.push_back(std::move(next));
      const Status queued = log_->put_async(
          events, deltas.back()->span(), stream,
          [&](const Status& status, const EventBatch&) {
            if (status.ok() && has_failed) violated("a put was stored behind one of the same source that was not");
            status.ok() ? ++stored : static_cast<std::size_t>(has_failed = true);
          },
          first_id);
      if (!queued.ok()) {
        states_.pop_back();
        break;
      }
    }
    log_->drive();
    if (stored != 0) {
      written_ = first + stored - 1;
      if (work_.syncs_puts) {
        synced_ = written_;
        in_doubt_.clear();
      }
    }
    const bool is_all_synced = work_.syncs_puts && first + stored == states_.size();
    for (LogContents& state : std::exchange(passed_over_, {})) {
      if (!is_all_synced) in_doubt_.push_back(std::move(state));
    }
    for (std::size_t i = first + stored; i < states_.size(); ++i) in_doubt_.push_back(states_[i]);
    states_.resize(first + stored);
  }

  Ranges some_live(std::size_t most, bool also_held) {
    Ranges held;
    for (const auto& [owner, ids] : last().holds) held.add(ids);
    Ranges ids;
    for (const auto& [id, body] : last().live) {
      if (ids.count() == most) break;
      if ((also_held || !held.contains(id)) && !chance(6)) ids.add({id, id + 1});
    }
    return ids;
  }

  static void deliver(LogContents& state, const Ranges& ids) {
    std::erase_if(state.live, [&](const auto& entry) { return ids.contains(entry.first); });
    for (auto& [owner, held] : state.holds) held.remove(ids);
    std::erase_if(state.holds, [](const auto& entry) { return entry.second.empty(); });
  }

  void take() {
    const Ranges ids = chance(4) ? some_live(1000, false) : some_live(1 + random_() % 12, false);
    if (ids.empty()) return;
    LogContents next = last();
    deliver(next, ids);
    const auto change = delta(next, "k1");
    const bool is_synced = chance(4);
    states_.push_back(std::move(next));
    ended(log_->take(ids, change->span(), is_synced ? Durability::Synced : Durability::Written), is_synced);
  }

  void settle() {
    const Ranges ids = some_live(1 + random_() % 3, true);
    LogContents next = last();
    deliver(next, ids);
    const auto change = delta(next, "k2");
    states_.push_back(std::move(next));
    ended(log_->settle(ids, change->span()), work_.syncs_puts);
  }

  void note() {
    LogContents next = last();
    const auto change = delta(next, chance(2) ? "k1" : "k2");
    const bool is_synced = chance(3);
    states_.push_back(std::move(next));
    ended(log_->note(change->span(), is_synced ? Durability::Synced : Durability::Written, nullptr), is_synced);
  }

  void hold() {
    const std::string owner = chance(2) ? "k1" : "k2";
    LogContents next = last();
    next.holds.erase(owner);
    Hold hold{owner, {}};
    if (!chance(3)) {
      hold.ids = some_live(3, false);
      for (const auto& [other, ids] : next.holds) hold.ids.remove(ids);
      if (!hold.ids.empty()) next.holds[owner] = hold.ids;
    }
    states_.push_back(std::move(next));
    ended(log_->note({}, Durability::Written, &hold), false);
  }

  // --- crashes ---

  /// The states that a log may be in that has at least the first `least + 1`.
  [[nodiscard]] std::optional<LogContents> match(const LogContents& found, std::size_t least) const {
    for (std::size_t i = states_.size(); i-- > least;) {
      if (states_[i] == found) return states_[i];
    }
    for (const LogContents& state : in_doubt_) {
      if (state == found) return state;
    }
    return std::nullopt;
  }

  std::string why_none(const LogContents& found, std::size_t least) const {
    return "found " + to_string(found) + "\n  promised " + to_string(states_[least]) + "\n  asked for " + to_string(states_.back());
  }

  Result<std::unique_ptr<SegmentLog>> open_log(Files& files) {
    return SegmentLog::open(settings_of(work_, random_()), files, clock_, Log(no_log_, "channels.c1"), observer_);
  }

  void open(bool is_new) {
    is_opening_ = true;
    auto opened = open_log(watched_);
    is_opening_ = false;
    if (!opened) return violated("cannot be opened: " + opened.status().message());
    log_ = *std::move(opened);
    check_identity(*log_);
    if (is_new) return;
    const auto found = observe(*log_);
    if (!found) return violated("is damaged: " + found.status().message());
    const auto state = match(*found, written_);
    if (!state) return violated("after kill -9 " + why_none(*found, written_));
    // What is shown now must be there for ever.
    states_ = {*state};
    in_doubt_.clear();
    passed_over_.clear();
    written_ = synced_ = 0;
  }

  void check_identity(SegmentLog& log) {
    const ChannelIdentity identity = log.identity();
    if (identity_.uuid != ChannelUuid() && identity.uuid != identity_.uuid) violated("another channel");
    if (!identity_.epochs.empty() &&
        std::find(identity.epochs.begin(), identity.epochs.end(), identity_.epochs.back()) == identity.epochs.end()) {
      violated("the lineage does not know its last epoch");
    }
    identity_ = identity;
  }
  using ChannelUuid = storage::ChannelUuid;

  void kill() {
    ++outcome_.kills;
    files_->crash_process();
    log_.reset();
    files_->clear_faults();
    open(false);
  }

  /// A failed sync ends the log; what is in the page cache may be there or not.
  void restart_after_failed_sync() {
    log_.reset();
    files_->clear_faults();
    open(false);
  }

  void at_change() {
    if ((!log_ && !(is_opening_ && chance(4))) || is_checking_ || !outcome_.violation.empty()) return;
    is_checking_ = true;
    for (int i = 0; i < work_.cuts_at_each_point; ++i) cut();
    is_checking_ = false;
  }

  void cut() {
    auto image = files_->image_after_power_loss(sim::PowerCut::from_seed(random_()));
    const bool is_nested = depth_ < work_.nesting && chance(60);
    std::unique_ptr<SimFiles> untouched;
    if (is_nested) untouched = image->image_after_power_loss({.pattern = sim::PowerCut::Pattern::All});
    ++outcome_.images;
    if (work_.folders > 1 && log_ && chance(8)) return unmount(*image);
    LogContents found_state;
    {
      auto opened = open_log(*image);
      if (!opened) return violated("cannot be opened after a power cut: " + opened.status().message());
      const auto found = observe(**opened);
      if (!found) return violated("is damaged after a power cut: " + found.status().message());
      auto state = match(*found, synced_);
      for (const LogContents& passed : passed_over_) {
        if (passed == *found) state = passed;
      }
      if (!state) return violated("after a power cut " + why_none(*found, synced_));
      if (identity_.uuid != ChannelUuid() && (*opened)->identity().uuid != identity_.uuid)
        return violated("another channel after a power cut");
      found_state = *state;
    }
    if (!is_nested) return;
    Work less = work_;
    less.steps = 8;
    less.flips_bits = false;
    Simulation nested(random_(), less, std::move(untouched), std::move(found_state), depth_ + 1);
    outcome_.add(nested.run());
  }

  void unmount(SimFiles& image) {
    ++outcome_.unmounted;
    const std::string& folder = kFolders[random_() % kFolders.size()];
    for (const auto names = image.list(folder); const std::string& name : *names) image.remove(folder + "/" + name).ignore();
    const auto opened = open_log(image);
    if (opened) return violated("the log opens without " + folder);
    if (opened.cause() != Cause::NotFound) violated("without " + folder + ": " + opened.status().message());
  }

  void flip_bits() {
    const std::string& folder = kFolders[random_() % static_cast<std::uint64_t>(work_.folders)];
    const auto names = files_->list(folder);
    for (int i = 0; i < 6 && names && outcome_.violation.empty(); ++i) {
      auto image = files_->image_after_power_loss({.pattern = sim::PowerCut::Pattern::All});
      const std::string path = folder + "/" + (*names)[random_() % names->size()];
      std::string content = image->content(path).value_or("");
      if (content.empty() || storage::slot_number(path.substr(folder.size() + 1)) == 0) continue;
      const std::uint64_t at = random_() % content.size();
      content[at] = static_cast<char>(content[at] ^ (1 << random_() % 8));
      image->add_file(path, content);
      ++outcome_.flips;
      auto opened = open_log(*image);
      const auto found = opened ? observe(**opened) : Result<LogContents>(opened.status());
      if (!found) {
        ++outcome_.reported_flips;
      } else if (*found != last()) {
        violated("a bit flipped in " + path + " at " + std::to_string(at) + " is not reported, but " +
                 why_none(*found, states_.size() - 1));
      }
    }
  }

  const std::uint64_t seed_;
  const Work work_;
  Random random_;
  SimClock clock_;
  NoLog no_log_;
  NoObserver observer_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::unique_ptr<SimFiles> files_;
  WatchedFiles watched_;
  const int depth_;
  std::vector<LogContents> states_;       // after each operation asked for
  std::vector<LogContents> in_doubt_;     // after operations that failed
  std::vector<LogContents> passed_over_;  // between the passing over of ids and the put that it was for
  std::size_t synced_ = 0;                // the last one that was acknowledged as synced,
  std::size_t written_ = 0;               // and as written
  std::uint64_t bodies_ = 0;
  ChannelIdentity identity_;
  bool is_checking_ = false;
  bool is_opening_ = false;
  Outcome outcome_;
  std::unique_ptr<SegmentLog> log_;
};

}  // namespace

void Outcome::add(const Outcome& other) {
  images += other.images;
  flips += other.flips;
  reported_flips += other.reported_flips;
  kills += other.kills;
  failed_writes += other.failed_writes;
  failed_syncs += other.failed_syncs;
  rolls += other.rolls;
  unmounted += other.unmounted;
  if (violation.empty()) violation = other.violation;
}

Outcome run(std::uint64_t seed, const Work& work) { return Simulation(seed, work, std::make_unique<SimFiles>(), LogContents(), 0).run(); }

}  // namespace flume::power
