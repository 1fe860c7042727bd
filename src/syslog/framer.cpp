#include "syslog/framer.h"

#include <algorithm>
#include <cstring>

namespace flume::syslog {
namespace {

constexpr std::size_t kLongestPriority = 5;  // <191>

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What stands at the head of a message.
struct CountPrefix {
  enum { None, Unfinished, Counted } state = None;
  std::size_t size = 0;   // with the blank
  std::size_t count = 0;  // bytes behind it
};

/// Precondition: data is not empty.
CountPrefix read_count(std::string_view data) noexcept {
  CountPrefix prefix;
  if (data[0] < '1' || data[0] > '9') return prefix;
  std::size_t at = 0;
  const auto unfinished = [&] { return at == data.size(); };
  while (!unfinished() && is_digit(data[at])) {
    if (at == Framer::kMostCountDigits) return prefix;
    prefix.count = prefix.count * 10 + static_cast<std::size_t>(data[at++] - '0');
  }
  if (!unfinished() && data[at] != ' ') return prefix;
  prefix.size = at + 1;
  at = std::min(prefix.size, data.size());
  if (!unfinished() && data[at++] != '<') return prefix;
  std::size_t digits = 0;
  while (!unfinished() && is_digit(data[at])) {
    if (++digits > 3) return prefix;
    ++at;
  }
  if (unfinished()) {
    prefix.state = CountPrefix::Unfinished;
    return prefix;
  }
  if (digits == 0 || data[at] != '>' || at + 1 > prefix.size + prefix.count) return prefix;
  prefix.state = CountPrefix::Counted;
  return prefix;
}

}  // namespace

Framer::Framer(std::size_t longest, Framing framing) noexcept : longest_(std::max(longest, kLeastLongest)), framing_(framing) {}

std::size_t Framer::longest_tail() const noexcept { return std::max(longest_, kMostCountDigits + 1 + kLongestPriority); }

inline Frame Framer::take_line(std::string_view& data, std::size_t size, std::size_t end) noexcept {
  const Frame frame{data.substr(0, size), size == end};
  data.remove_prefix(end);
  scanned_ = 0;
  is_rest_ = frame.is_cut;
  return frame;
}

std::optional<Frame> Framer::next(std::string_view& data) noexcept {
  for (;;) {
    if (counted_left_ != 0) {
      const std::optional<Frame> piece = next_counted(data);
      if (!piece || !piece->text.empty()) return piece;
      continue;  // only the newline was left over
    }
    while (!data.empty() && data.front() == '\n') {
      data.remove_prefix(1);
      is_rest_ = false;
    }
    if (data.empty()) return std::nullopt;
    if (framing_ == Framing::Auto && !is_rest_ && scanned_ == 0) {
      const CountPrefix prefix = read_count(data);
      if (prefix.state == CountPrefix::Unfinished) return std::nullopt;
      if (prefix.state == CountPrefix::Counted) {
        data.remove_prefix(prefix.size);
        counted_left_ = prefix.count;
        continue;
      }
    }
    const std::size_t looked_at = std::min(data.size(), longest_);
    if (const void* found = std::memchr(data.data() + scanned_, '\n', looked_at - scanned_); found != nullptr) {
      const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
      return take_line(data, size, size + 1);
    }
    if (looked_at == longest_) return take_line(data, longest_, longest_);
    scanned_ = looked_at;
    return std::nullopt;
  }
}

std::optional<Frame> Framer::next_counted(std::string_view& data) noexcept {
  const std::size_t size = std::min(counted_left_, longest_);
  if (data.size() < size) return std::nullopt;
  Frame frame{data.substr(0, size), size < counted_left_};
  data.remove_prefix(size);
  counted_left_ -= size;
  if (!frame.is_cut && frame.text.ends_with('\n')) frame.text.remove_suffix(1);
  return frame;
}

std::optional<Frame> Framer::finish(std::string_view& tail) noexcept {
  const bool is_cut = counted_left_ != 0;
  scanned_ = 0;
  counted_left_ = 0;
  is_rest_ = false;
  if (!is_cut) tail.remove_prefix(std::min(tail.find_first_not_of('\n'), tail.size()));
  if (tail.empty()) return std::nullopt;
  const Frame frame{tail, is_cut};
  tail = {};
  return frame;
}

}  // namespace flume::syslog
