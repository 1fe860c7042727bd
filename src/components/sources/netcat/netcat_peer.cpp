#include "components/sources/netcat/netcat_peer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "text/utf8.h"

namespace flume {
namespace {

/// In Java's chars. Precondition: valid UTF-8.
std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    length += (byte & 0xC0U) != 0x80U ? 1 : 0;
    length += byte >= 0xF0U ? 1 : 0;
  }
  return length;
}

}  // namespace

std::size_t NetcatPeer::take(std::string_view bytes, bool is_end) {
  if (!decoder_) return take_lines(bytes, is_end);
  decoder_->decode(bytes, decoded_);
  if (is_end) decoder_->finish(decoded_);
  decoded_.erase(0, take_lines(decoded_, is_end));
  return bytes.size();
}

std::size_t NetcatPeer::take_lines(std::string_view text, bool is_end) {
  std::size_t begin = 0;
  bool is_too_long = false;
  while (!is_too_long && begin < text.size()) {
    const void* const found = std::memchr(text.data() + begin, '\n', text.size() - begin);
    if (found == nullptr) break;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    is_too_long = !add(text.substr(begin, end - begin), true);
    begin = end + 1;
  }
  const std::string_view rest = text.substr(std::min(begin, text.size()));
  if (!is_too_long && is_end && !rest.empty()) {
    is_too_long = !add(rest, false);
    begin = text.size();
  } else if (!is_too_long && rest.size() >= protocol_.longest_line) {
    // As long as Flume's buffer, and still no line end. A UTF-8 character has up to three bytes for each of Java's.
    valid_.clear();
    append_valid_utf8(rest, Utf8End::Keep, valid_);
    is_too_long = utf16_length(valid_) >= protocol_.longest_line;
  }
  submit();
  if (is_too_long) refuse_line();
  return begin;
}

bool NetcatPeer::add(std::string_view line, bool has_line_end) {
  if (!is_valid_utf8(line)) {
    valid_.clear();
    append_valid_utf8(line, Utf8End::Replace, valid_);
    line = valid_;
  }
  const std::size_t longest = protocol_.longest_line - (has_line_end ? 1 : 0);
  if (line.size() > longest && utf16_length(line) > longest) return false;
  if (!place().intake.builder().body(line).ok()) return false;
  ++lines_;
  return true;
}

void NetcatPeer::submit() {
  const std::uint32_t lines = std::exchange(lines_, 0);
  if (lines == 0) return;
  if (!protocol_.is_answered) return place().intake.submit();
  ++pending_;
  expect_answer();
  place().intake.submit([this, lines, alive = lifetime()](const Status& stored) {
    if (!alive.expired()) answer(lines, stored);
  });
}

void NetcatPeer::answer(std::uint32_t lines, const Status& stored) {
  const std::string each = stored.ok() ? "OK\n" : "FAILED: " + stored.message() + "\n";
  std::string all;
  all.reserve(each.size() * lines);
  for (std::uint32_t i = 0; i < lines; ++i) all += each;
  write(all);
  if (--pending_ == 0 && !last_words_.empty()) write(std::exchange(last_words_, {}));
  answered();
}

void NetcatPeer::refuse_line() {
  place().log.warn("a line is longer than max-line-length; the connection is closed",
                   {{"peer", place().stream->peer()}, {"max-line-length", protocol_.longest_line}});
  place().context.counters().event_read_fail.increment();
  // Flume says so even to clients that get no other answer.
  last_words_ = "FAILED: Event exceeds the maximum length (" + std::to_string(protocol_.longest_line) + " chars, including newline)\n";
  if (pending_ == 0) write(std::exchange(last_words_, {}));
  close_soon();
}

}  // namespace flume
