// Files of saved events that no channel of the configuration takes back: the start of an agent names them, with the number of
// their events and the way to get these delivered. Called by the program, before the channels start.
#pragma once

#include <set>
#include <string>

#include "flume/files.h"
#include "flume/log.h"

namespace flume::saved_events {

/// Looks through the agent's state folder. `channels`: those of the configuration that take their saved events back. Also names
/// files that were set aside. Nothing is changed.
void tell_leftover_saves(Files& files, const std::string& state_folder, const std::set<std::string>& channels, const Log& log);

}  // namespace flume::saved_events
