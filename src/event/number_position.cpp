#include "flume/number_position.h"

#include <algorithm>

#include "flume/options.h"

namespace flume {
namespace {

constexpr std::string_view kNext = "1:next";  // state version 1: the next number to give

}  // namespace

Status NumberPosition::resume(ChannelWriter& writer) {
  if (is_known_) return {};
  auto bookmarks = writer.bookmarks(owner_);
  if (!bookmarks) return std::move(bookmarks).status();
  of_channels_.clear();
  for (const Bookmark& bookmark : *bookmarks) {
    const auto stored = bookmark.find(kNext);
    std::int64_t next = 0;
    if (stored != bookmark.end()) {
      FLUME_TRY(option_text::parse_integer(stored->second, 0, INT64_MAX, next).with_context("bookmark of " + owner_));
    } else if (!bookmark.empty()) {
      return fatal("bookmark of " + owner_ + ": '" + bookmark.begin()->first +
                   "' is of another version of this program; it is left as it is");
    }
    of_channels_.push_back(next);
  }
  next_ = of_channels_.empty() ? 0 : *std::min_element(of_channels_.begin(), of_channels_.end());
  is_known_ = true;
  return {};
}

std::int64_t NumberPosition::batch_of(std::int64_t most, std::int64_t end) const {
  std::int64_t count = end <= next_ ? 0 : std::min(most, end - next_);
  for (const std::int64_t ahead : of_channels_) {
    if (ahead > next_) count = std::min(count, ahead - next_);
  }
  return count;
}

Status NumberPosition::store(ChannelWriter& writer, EventBatch events, std::int64_t count, std::stop_token stop) {
  ChannelSet lacking;
  for (std::size_t i = 0; i < of_channels_.size(); ++i) {
    if (of_channels_[i] <= next_) lacking.add(i);
  }
  const std::string value = std::to_string(next_ + count);
  const KeyValue entry{kNext, value};
  const BookmarkDelta delta{owner_, {&entry, 1}};
  auto write = writer.prepare(std::move(events), {.set = {&delta, 1}, .only = lacking});
  if (!write) return std::move(write).status();
  is_known_ = false;
  FLUME_TRY(write->store_or_wait(std::move(stop)));
  is_known_ = true;
  next_ += count;
  return {};
}

}  // namespace flume
