// The keys of the spillable memory channel: its own, and those of the file channel for the overflow.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "components/channels/file/file_options.h"
#include "components/channels/memory/memory_channel.h"
#include "flume/component.h"

namespace flume {

struct SpillableMemoryOptions {
  std::int64_t memory_capacity = 10'000;
  std::int64_t overflow_capacity = 100'000'000;
  std::chrono::seconds overflow_timeout{3};
  std::int64_t overflow_deactivation_threshold = 5;
  std::int64_t byte_capacity_buffer_percentage = 20;
  std::optional<Bytes> byte_capacity;
  Bytes avg_event_size{500};
  FileOptions overflow;

  // Known for Flume's sake.
  std::string capacity;
  std::string keep_alive;

  [[nodiscard]] std::uint64_t total_capacity() const noexcept {
    return static_cast<std::uint64_t>(memory_capacity) + static_cast<std::uint64_t>(overflow_capacity);
  }
  /// Of the memory side.
  [[nodiscard]] MemoryLimits memory_limits(std::uint64_t default_bytes) const noexcept;
  /// Of the overflow, with what is forced.
  [[nodiscard]] FileOptions overflow_options() const;
  [[nodiscard]] storage::LogSettings log_settings(const std::string& home) const;
};

OptionProblems check(const SpillableMemoryOptions& options);

}  // namespace flume
