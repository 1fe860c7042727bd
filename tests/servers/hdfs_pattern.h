// The bytes of the files that hdfs_probe and hdfs_recorder.py write: checkable at every offset. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace flume::hdfs {

/// Bytes repeat after so many. It is prime: bytes that were moved by whole chunks, packets or blocks do not match.
inline constexpr std::size_t kPatternPeriod = 65521;

/// The first `size` bytes of each file. hdfs_probe.py makes the same.
inline std::string pattern_bytes(std::size_t size) {
  std::string bytes;
  bytes.reserve(size);
  std::uint32_t state = 1;
  while (bytes.size() < size && bytes.size() < kPatternPeriod) {
    state = state * 1664525U + 1013904223U;
    bytes.push_back(static_cast<char>(state >> 24U));
  }
  while (bytes.size() < size) bytes.push_back(bytes[bytes.size() - kPatternPeriod]);
  return bytes;
}

}  // namespace flume::hdfs
