#include "components/sources/exec/line_batcher.h"

#include <utility>

namespace flume {
namespace {

// Long lines: a batch that waits for its last event holds no more memory than this and one line.
constexpr std::uint64_t kMostBytes = 16 * 1024 * 1024;

}  // namespace

Status LineBatcher::filled(std::size_t bytes) {
  read_at_ = clock_.steady();
  lines_.filled(bytes);
  while (const auto body = lines_.next()) {
    if (Status added = add(*body); !added.ok()) {
      abandon();
      return added;
    }
  }
  if (!builder_.empty() && read_at_ - oldest_ >= limits_.age) return flush();
  return {};
}

Status LineBatcher::flush() {
  if (builder_.empty()) return {};
  return store_.store(builder_.take());
}

Status LineBatcher::finish() {
  while (const auto body = lines_.rest()) FLUME_TRY(add(*body));
  return flush();
}

Status LineBatcher::add(const LineCharset::Body& body) {
  if (builder_.empty()) oldest_ = read_at_;
  FLUME_TRY(builder_.body(body.bytes));
  ++events_;
  if (body.is_cut && !is_in_cut_line_) {
    cut_lines_.increment();
    if (!std::exchange(has_cut_, true)) log_.warn("a line is longer than maxLineLength; it comes in pieces", {{"event", events_}});
  }
  is_in_cut_line_ = body.is_cut;
  if (builder_.size() >= limits_.events || builder_.bytes() >= kMostBytes) return flush();
  return {};
}

void LineBatcher::abandon() {
  std::uint64_t lines = 0;
  while (lines_.next()) ++lines;
  while (lines_.rest()) ++lines;
  if (lines != 0) store_.lost(lines);
}

}  // namespace flume
