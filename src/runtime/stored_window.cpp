#include "runtime/stored_window.h"

#include <algorithm>
#include <charconv>

namespace flume::runtime {
namespace {

constexpr std::string_view kVersion = "1 ";

/// The number at the start of `text`, which it is cut from.
bool cut_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool cut_character(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string window_key_prefix(const ChannelIdentity& channel) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string prefix;
  for (const std::uint8_t byte : channel.uuid) {
    prefix += kDigits[byte >> 4U];
    prefix += kDigits[byte & 15U];
  }
  return prefix + '.';
}

std::string window_value(const ChannelIdentity& channel, const Ranges& ids) {
  const std::uint64_t epoch = channel.epochs.empty() ? 0 : channel.epochs.back();
  return std::string(kVersion) + std::to_string(epoch) + ' ' + to_string(ids);
}

Result<Ranges> read_window(const ChannelIdentity& channel, std::string_view value) {
  const Status bad(ErrorKind::Corrupt,
                   "not a list of stored events of a version that is known: '" + std::string(value.substr(0, 80)) + "'");
  if (!value.starts_with(kVersion)) return bad;
  value.remove_prefix(kVersion.size());
  std::uint64_t epoch = 0;
  if (!cut_number(value, epoch) || !cut_character(value, ' ')) return bad;
  Ranges ids;
  do {
    std::uint64_t first = 0;
    if (!cut_number(value, first)) return bad;
    std::uint64_t last = first;
    if (cut_character(value, '-') && !cut_number(value, last)) return bad;
    if (last < first || last == UINT64_MAX) return bad;
    ids.add({first, last + 1});
  } while (cut_character(value, ','));
  if (!value.empty()) return bad;
  const bool is_of_its_past = std::find(channel.epochs.begin(), channel.epochs.end(), epoch) != channel.epochs.end();
  return is_of_its_past ? ids : Ranges();
}

}  // namespace flume::runtime
