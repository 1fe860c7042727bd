// Whose turn it is among several that do the same work: sinks of a group, hosts of a client. One after the other or at random, and
// who fails may be benched for a while. Source: org.apache.flume.util.OrderSelector and its round robin and random kinds.
// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "flume/clock.h"

namespace flume {

struct TurnSettings {
  enum class Kind : std::uint8_t { RoundRobin, Random };
  Kind kind = Kind::RoundRobin;
  bool has_bench = false;
  std::chrono::milliseconds longest_bench{30'000};  ///< 0: this default
};

class Turns {
 public:
  explicit Turns(const TurnSettings& settings);

  /// So many take turns, by their places 0, 1, ...; what was known of them is forgotten.
  void begin(std::size_t members) { members_.assign(members, {}); }
  /// Appends who is to be tried with the next piece of work, in this order: all but the benched ones.
  void order(Instant now, std::vector<std::size_t>& members);
  /// What became of the work; the turn moves once for each order(), however many were tried.
  void took() { move_on(); }
  void failed(std::size_t member, Instant now);
  /// When a bench ends next; Instant::max(): nobody is benched.
  [[nodiscard]] Instant next_change(Instant now) const;

 private:
  struct Member {
    std::uint32_t failures = 0;  ///< in a row
    Instant failed_at = Instant::min();
    Instant benched_until = Instant::min();
  };
  void move_on();

  const TurnSettings settings_;
  const std::chrono::milliseconds ceiling_;
  std::mt19937 random_;
  std::vector<Member> members_;
  std::size_t head_ = 0;  // whose turn it is, among those that are not benched
  bool has_been_asked_ = false;
};

}  // namespace flume
