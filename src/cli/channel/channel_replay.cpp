#include "cli/channel/channel_replay.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "cli/channel/dead_letter_file.h"
#include "runtime/dead_letters.h"
#include "runtime/stored_window.h"

namespace flume::cli {
namespace {

using runtime::dead_letter_header::kChannel;
using runtime::dead_letter_header::kPrefix;
using storage::SegmentLog;

/// Of one put.
constexpr std::uint32_t kMostEvents = 1000;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;
constexpr std::string_view kVersion = "1 ";

/// The event as it was before it became a dead letter.
Status add_original(const EventView& letter, BatchBuilder& builder) {
  letter.each_header([&builder](std::string_view key, std::string_view value) {
    if (!key.starts_with(kPrefix)) builder.header(key, value);
  });
  return builder.body(letter.body());
}

bool is_full(const BatchBuilder& builder) { return builder.size() >= kMostEvents || builder.bytes() >= kMostBytes; }

bool is_replayed_file(std::string_view name) {
  if (!name.ends_with(kReplayedSuffix)) return false;
  name.remove_suffix(kReplayedSuffix.size());
  return name.ends_with(kLetterFileSuffix);
}

Result<std::uint64_t> read_count(std::string_view value) {
  std::uint64_t count = 0;
  const char* begin = value.data() + std::min(value.size(), kVersion.size());
  const char* end = value.data() + value.size();
  const auto [at, error] = std::from_chars(begin, end, count);
  if (!value.starts_with(kVersion) || error != std::errc() || at != end)
    return corrupt("the bookmark of " + std::string(kReplayOwner) + " is of a version that is not known: '" + std::string(value) + "'");
  return count;
}

}  // namespace

bool ChannelReplay::is_of_channel(const EventView& letter) const {
  if (channel_.empty()) return true;
  const auto of = letter.header(kChannel);
  return of && *of == channel_;
}

Status ChannelReplay::note(std::string_view key, std::optional<std::string_view> value) {
  const KeyValue change{key, value};
  const BookmarkDelta delta{kReplayOwner, {&change, 1}};
  return target_.note({&delta, 1}, Durability::Synced, nullptr);
}

Result<std::vector<std::string>> ChannelReplay::letters_in(Files& files, const std::string& folder) {
  const auto names = files.list(folder);
  if (!names) return names.status();
  std::vector<std::string> paths;
  std::size_t replayed = 0;
  for (const std::string& name : *names) {
    if (name.ends_with(kLetterFileSuffix)) paths.push_back(folder + "/" + name);
    if (name.ends_with(".tmp")) tell_(folder + "/" + name + " is still being written, or its agent was killed: its next start finishes it");
    if (is_replayed_file(name)) ++replayed;
  }
  std::sort(paths.begin(), paths.end());
  if (!paths.empty()) return paths;
  if (replayed != 0) {
    tell_("no dead letters are left in " + folder + ": " + std::to_string(replayed) + " of its files were put back earlier");
    return paths;
  }
  ++replayed_.problems;
  tell_("there are no dead letters in " + folder + ": " +
        (names->empty() ? "it is empty" : "none of what is there ends in " + std::string(kLetterFileSuffix)));
  return paths;
}

Status ChannelReplay::from_files(Files& files, const std::string& path) {
  const auto info = files.info(path);
  if (!info) return info.status();
  std::vector<std::string> paths{path};
  if (info->is_directory) {
    auto letters = letters_in(files, path);
    if (!letters) return std::move(letters).status();
    paths = *std::move(letters);
  }
  for (const std::string& letters : paths) {
    const Status done = replay_file(files, letters);
    if (done.ok()) continue;
    if (done.kind() != ErrorKind::Corrupt) return done;
    ++replayed_.problems;
    tell_(letters + ": " + done.message());
  }
  return {};
}

Status ChannelReplay::replay_file(Files& files, const std::string& path) {
  auto letters = DeadLetterFile::open(files, path);
  if (!letters) return std::move(letters).status();
  const std::string key = (*letters)->identity();
  const Bookmark bookmark = target_.bookmark(kReplayOwner);
  std::uint64_t there = 0;
  if (const auto entry = bookmark.find(key); entry != bookmark.end()) {
    const auto count = read_count(entry->second);
    if (!count) return count.status();
    there = *count;
  }
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  std::uint64_t seen = 0;
  const auto put = [&]() -> Status {
    if (builder.empty()) return {};
    const std::string value = std::string(kVersion) + std::to_string(seen);
    const KeyValue change{key, value};
    const BookmarkDelta delta{kReplayOwner, {&change, 1}};
    EventBatch batch = builder.take();
    const std::uint64_t events = batch.size();
    FLUME_TRY(target_.put(batch, {&delta, 1}));
    replayed_.events += events;
    return {};
  };
  for (;;) {
    const auto next = (*letters)->next();
    if (!next) {
      FLUME_TRY(put());
      return next.status();
    }
    if (!*next) break;
    // A sink, and so its file, is of one channel.
    if (seen == 0 && !is_of_channel(**next)) {
      ++replayed_.others;
      tell_(path + " is of channel " + std::string((*next)->header(kChannel).value_or("(none)")) + ": left alone; --all takes it, too");
      return {};
    }
    if (seen++ < there) continue;
    FLUME_TRY(add_original(**next, builder));
    if (is_full(builder)) FLUME_TRY(put());
  }
  FLUME_TRY(put());
  // First the name, then what is known of it: in between, it is only known without need.
  FLUME_TRY(files.rename(path, path + std::string(kReplayedSuffix), false));
  FLUME_TRY(files.sync_directory(parent_directory(path)));
  return note(key, std::nullopt);
}

Status ChannelReplay::finish_window(SegmentLog& letters) {
  const ChannelIdentity identity = letters.identity();
  const std::string key = runtime::window_key_prefix(identity) + "0";
  const Bookmark bookmark = target_.bookmark(kReplayOwner);
  const auto entry = bookmark.find(key);
  if (entry == bookmark.end()) return {};
  const auto ids = runtime::read_window(identity, entry->second);
  if (!ids) return ids.status();
  if (ids->empty()) {
    return invalid_config(
        "an earlier replay was broken off, and the dead letters' channel does not go back to it (from a backup?): "
        "which of them are there already is not known. To go on all the same: bookmarks rm " +
        std::string(kReplayOwner) + " " + key);
  }
  FLUME_TRY(letters.settle(*ids, {}));
  return note(key, std::nullopt);
}

Status ChannelReplay::from_channel(SegmentLog& letters) {
  FLUME_TRY(finish_window(letters));
  const ChannelIdentity identity = letters.identity();
  const std::string key = runtime::window_key_prefix(identity) + "0";
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder reading(*pool);
  BatchBuilder builder(*pool);
  Ranges ids;
  const auto move = [&]() -> Status {
    if (builder.empty()) return {};
    const std::string value = runtime::window_value(identity, ids);
    const KeyValue change{key, value};
    const BookmarkDelta delta{kReplayOwner, {&change, 1}};
    EventBatch batch = builder.take();
    const std::uint64_t events = batch.size();
    FLUME_TRY(target_.put(batch, {&delta, 1}));
    FLUME_TRY(letters.settle(ids, {}));
    replayed_.events += events;
    ids.clear();
    return {};
  };
  auto position = letters.find(letters.watermark());
  if (!position) return std::move(position).status();
  for (const EventId end = letters.end_id(); position->id < end;) {
    const storage::LogPosition before = *position;
    auto read = letters.read(*position, kMostBytes, end, reading);
    if (!read) return std::move(read).status();
    if (read->damage) return corrupt("the dead letters are damaged: repair their channel first: " + to_string(*read->damage));
    for (const storage::StoredEvents& stored : read->events) {
      EventId id = stored.first;
      for (const EventView letter : stored.events) {
        const IdRange this_one{id, id + 1};
        ++id;
        if (!letters.gone_among(Ranges(this_one)).empty()) continue;
        if (!is_of_channel(letter)) {
          ++replayed_.others;
          continue;
        }
        FLUME_TRY(add_original(letter, builder));
        ids.add(this_one);
        if (is_full(builder) || ids.range_count() == runtime::kMostWindowRanges) FLUME_TRY(move());
      }
    }
    if (read->events.empty() && position->segment == before.segment && position->offset == before.offset) break;
  }
  FLUME_TRY(move());
  return target_.bookmark(kReplayOwner).contains(key) ? note(key, std::nullopt) : Status();
}

}  // namespace flume::cli
