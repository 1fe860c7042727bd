// Channel selectors: which channels get an event. The answer depends on the event only (never on order or time), so
// that a source that repeats a batch after a crash routes it as before. Used by one thread per chain.
#pragma once

#include <cstdint>
#include <optional>

#include "flume/event.h"

namespace flume {

/// A set of a source's channels: bit i = the i-th name of its `channels` list. At most 64.
class ChannelSet {
 public:
  static constexpr std::size_t kMaxChannels = 64;
  constexpr ChannelSet() noexcept = default;
  static constexpr ChannelSet all() noexcept { return ChannelSet(~std::uint64_t{0}); }
  static constexpr ChannelSet first(std::size_t n) noexcept {
    return ChannelSet(n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1);
  }
  constexpr void add(std::size_t channel) noexcept { bits_ |= std::uint64_t{1} << channel; }
  constexpr void remove(std::size_t channel) noexcept { bits_ &= ~(std::uint64_t{1} << channel); }
  [[nodiscard]] constexpr bool contains(std::size_t channel) const noexcept { return (bits_ >> channel & 1) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr ChannelSet operator&(ChannelSet a, ChannelSet b) noexcept { return ChannelSet(a.bits_ & b.bits_); }
  friend constexpr ChannelSet operator|(ChannelSet a, ChannelSet b) noexcept { return ChannelSet(a.bits_ | b.bits_); }
  friend constexpr bool operator==(ChannelSet, ChannelSet) noexcept = default;

 private:
  constexpr explicit ChannelSet(std::uint64_t bits) noexcept : bits_(bits) {}
  std::uint64_t bits_ = 0;
};

/// Where events go: a failure of a required channel fails the write, of an optional one is logged and counted.
struct Route {
  ChannelSet required;
  ChannelSet optional;
  friend bool operator==(const Route&, const Route&) = default;
};

class ChannelSelector {
 public:
  virtual ~ChannelSelector() = default;
  /// The source's channel names, in list order; called once before anything else. An error names the key.
  virtual Status bind(const std::vector<std::string>& channels) = 0;
  /// The route of every event, when it is the same for all: no event is looked at.
  [[nodiscard]] virtual std::optional<Route> route_of_all() const { return std::nullopt; }
  [[nodiscard]] virtual Route route(const EventView& event) const = 0;
};

}  // namespace flume
