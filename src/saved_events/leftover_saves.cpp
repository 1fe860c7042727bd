#include "saved_events/leftover_saves.h"

#include "saved_events/save_file_reader.h"
#include "saved_events/saved_events.h"

namespace flume::saved_events {

void tell_leftover_saves(Files& files, const std::string& state_folder, const std::set<std::string>& channels, const Log& log) {
  const auto names = files.list(state_folder);
  if (!names) return;  // no folder: no files
  std::set<std::string> cared_for;
  for (const std::string& channel : channels) {
    const std::string saved = file_name_of(channel) + std::string(kSavedSuffix);
    for (const std::string_view suffix : {std::string_view(), kUnfinishedSuffix, kMarkSuffix})
      cared_for.insert(saved + std::string(suffix));
  }
  const std::set<std::string> sorted(names->begin(), names->end());
  for (const std::string& name : sorted) {
    const std::size_t suffix = name.rfind(kSavedSuffix);
    if (suffix == std::string::npos || cared_for.contains(name)) continue;
    const std::string path = state_folder + "/" + name;
    const auto header = read_save_file_header(files, path);
    if (!header) {
      log.warn("a file of saved events that nobody takes back cannot be read; it is left as it is",
               {{"path", path}, {"reason", header.status()}});
    } else if (name.find(kAsideSuffix, suffix) != std::string::npos) {
      log.warn("a file of saved events was set aside at an earlier start, and its events are not delivered",
               {{"path", path}, {"channel", header->channel}, {"events", header->events}});
    } else {
      log.warn(
          "saved events belong to no memory channel of the configuration: to deliver them, stop the agent, name the file after a memory "
          "channel (NAME.saved-events), and start the agent",
          {{"path", path}, {"channel", header->channel}, {"events", header->events}});
    }
  }
}

}  // namespace flume::saved_events
