#include "output/leftover_lists.h"

#include "output/state_file_journal.h"

namespace flume::output {

void tell_leftover_lists(Files& files, const std::string& state_folder, const std::set<std::string>& sinks, const Log& log) {
  const auto names = files.list(state_folder);
  if (!names) return;  // no folder: no lists
  for (const std::string& name : *names) {
    if (!name.ends_with(kStateFileSuffix)) continue;
    const std::string sink = name.substr(0, name.size() - kStateFileSuffix.size());
    if (sinks.contains(sink)) continue;
    const std::string path = state_folder + "/" + name;
    const auto values = StateFileJournal::read(files, path, log);
    const auto records = values ? decode_journal(*values) : values.status();
    if (!records) {
      log.warn("the list of unfinished files of a sink that is not in the configuration cannot be read; it is left as it is",
               {{"sink", sink}, {"list", path}, {"reason", records.status()}});
    } else if (!records->empty()) {
      log.warn("a sink that is not in the configuration has left unfinished files: one of its name and type finishes them at its start",
               {{"sink", sink}, {"files", records->size()}, {"first", records->begin()->second.names.in_use_path()}, {"list", path}});
    } else if (const Status removed = files.remove(path); !removed.ok()) {
      log.debug("an empty list of unfinished files stays", {{"list", path}, {"reason", removed}});
    }
  }
}

}  // namespace flume::output
