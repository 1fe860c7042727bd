// The keys of a sink that say what becomes of the events that it refuses: `badEvents`, `deadLetter`. Pure; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/option_reader.h"

namespace flume::config {

/// Whether the plan has the channel that `entry` names; tells it when not.
using FindChannel = std::function<bool(const Property& entry, const std::string& full_key)>;

/// Fills what `sink` has of them; its channel is known (or empty). False when a key is wrong, which is told: the sink is left out.
bool read_bad_events(const KeyScope& scope, const FindChannel& find_channel, TypeLookup& types, PlannedSink& sink);

/// "file:/a", "file:///a", "/a" -> "/a"; empty when that is no absolute path of this machine.
[[nodiscard]] std::string local_path(std::string_view value);

}  // namespace flume::config
