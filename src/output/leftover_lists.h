// Lists of unfinished files (state_file_journal.h) whose sink is not in the configuration any more: nobody would finish these
// files, so the start of an agent names them. Called by the program, before the sinks start.
#pragma once

#include <set>
#include <string>

#include "flume/files.h"
#include "flume/log.h"

namespace flume::output {

/// Looks through the agent's state folder. `sinks`: the names in the configuration. A list without files is removed; one with
/// files is told and stays, because a sink of its name, if there is one again, finishes them.
void tell_leftover_lists(Files& files, const std::string& state_folder, const std::set<std::string>& sinks, const Log& log);

}  // namespace flume::output
