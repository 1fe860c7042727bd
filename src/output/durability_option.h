// The value of hdfs.durability and sink.durability. Plain data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "flume/channel.h"
#include "flume/options.h"

namespace flume {

/// What events survive when the channel forgets them: flush, the end of the agent; sync, power loss.
enum class OutputDurability : std::uint8_t { Flush, Sync };

inline std::span<const EnumName<OutputDurability>> enum_names(OutputDurability) {
  static constexpr std::array kNames{EnumName<OutputDurability>{"flush", OutputDurability::Flush},
                                     EnumName<OutputDurability>{"sync", OutputDurability::Sync}};
  return kNames;
}

inline Durability to_durability(OutputDurability option) {
  return option == OutputDurability::Sync ? Durability::Synced : Durability::Written;
}

}  // namespace flume
