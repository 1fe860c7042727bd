#include "components/channels/spillable_memory/spillable_memory_options.h"

#include <algorithm>

namespace flume {

MemoryLimits SpillableMemoryOptions::memory_limits(std::uint64_t default_bytes) const noexcept {
  const auto slot_bytes = static_cast<std::uint64_t>(avg_event_size.count);
  const double bytes = byte_capacity ? static_cast<double>(byte_capacity->count) : static_cast<double>(default_bytes);
  return {{static_cast<std::uint64_t>(memory_capacity), body_slots(bytes, byte_capacity_buffer_percentage, slot_bytes)},
          slot_bytes,
          static_cast<std::uint32_t>(overflow.transaction_capacity),
          std::chrono::seconds(0)};
}

FileOptions SpillableMemoryOptions::overflow_options() const {
  FileOptions options = overflow;
  options.capacity = static_cast<std::int64_t>(std::min<std::uint64_t>(total_capacity(), INT64_MAX));
  options.keep_alive = std::chrono::seconds(0);
  return options;
}

storage::LogSettings SpillableMemoryOptions::log_settings(const std::string& home) const {
  storage::LogSettings settings = overflow.log_settings(home);
  settings.syncs_puts = false;
  return settings;
}

OptionProblems check(const SpillableMemoryOptions& options) {
  OptionProblems problems;
  if (options.total_capacity() == 0) {
    problems.push_back({{}, "memoryCapacity and overflowCapacity are both 0: there is no place for events"});
  } else if (options.overflow_capacity != 0 &&
             static_cast<std::uint64_t>(options.overflow.transaction_capacity) > options.total_capacity()) {
    problems.push_back({{},
                        "transactionCapacity is " + std::to_string(options.overflow.transaction_capacity) +
                            ", but memoryCapacity and overflowCapacity together only " + std::to_string(options.total_capacity()) +
                            ": a full transaction could never be stored. Raise one of them or lower transactionCapacity"});
  } else if (options.overflow_capacity == 0 && options.overflow.transaction_capacity > options.memory_capacity) {
    problems.push_back({{},
                        "transactionCapacity is " + std::to_string(options.overflow.transaction_capacity) + ", but memoryCapacity only " +
                            std::to_string(options.memory_capacity) + ", and there is no overflow: larger transactions are refused",
                        true});
  }
  if (options.byte_capacity_buffer_percentage > 100) {
    problems.push_back(
        {{"byteCapacityBufferPercentage"},
         std::to_string(options.byte_capacity_buffer_percentage) + ": leaves nothing of byteCapacity; as in Flume bodies have no limit",
         true});
  } else if (options.byte_capacity_buffer_percentage < 0) {
    problems.push_back(
        {{"byteCapacityBufferPercentage"},
         std::to_string(options.byte_capacity_buffer_percentage) + ": less than 0; as in Flume bodies may have more than byteCapacity",
         true});
  }
  for (OptionProblem& problem : check_storage(options.overflow)) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace flume
