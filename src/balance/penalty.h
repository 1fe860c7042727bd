// How long a sink of a group, or a host of a client, is benched after failures in a row (Flume's FailoverSinkProcessor and
// OrderSelector). Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace flume {

/// After `failures` (from 1) in a row: a second, doubled with each of them, `ceiling` at most. Not negative.
inline std::chrono::milliseconds penalty(std::uint32_t failures, std::chrono::milliseconds ceiling) {
  constexpr std::uint32_t kMostDoublings = 30;
  const std::chrono::milliseconds doubled(std::int64_t{1000} << std::min(failures, kMostDoublings));
  return std::max(std::min(doubled, ceiling), std::chrono::milliseconds(0));
}

}  // namespace flume
