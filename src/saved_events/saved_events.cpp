#include "saved_events/saved_events.h"

#include <utility>

#include "saved_events/save_file_reader.h"
#include "saved_events/save_file_writer.h"

namespace flume::saved_events {
namespace {

constexpr int kMostAside = 1000;

/// The names in the folder survive a power loss, and so does the folder, which may be new. Of the folders above it those count
/// that this account may read.
Status sync_path_to(Files& files, const std::string& folder) {
  FLUME_TRY(files.sync_directory(folder));
  std::string below = folder;
  for (std::string above = parent_directory(below); above != below; above = parent_directory(below)) {
    if (!files.sync_directory(above).ok()) break;
    below = above;
  }
  return {};
}

}  // namespace

std::string file_name_of(std::string_view channel) {
  std::string name;
  for (const char c : channel) {
    if (c == '/' || c == '%') {
      name += c == '/' ? "%2F" : "%25";
    } else {
      name += c;
    }
  }
  return name;
}

Result<std::string> set_aside(Files& files, const std::string& path) {
  for (int number = 1; number <= kMostAside; ++number) {
    std::string aside = path + std::string(kAsideSuffix) + std::to_string(number);
    const Status renamed = files.rename(path, aside, false);
    if (renamed.cause() == Cause::Exists) continue;
    if (!renamed.ok()) return renamed;
    // After a power loss it may have its old name again: then it is set aside again.
    files.sync_directory(parent_directory(path)).ignore();
    return aside;
  }
  return retryable(path + ": cannot be set aside, since " + std::to_string(kMostAside) + " files are already; remove some", Cause::Exists);
}

SavedEvents::SavedEvents(const Services& services)
    : services_(services),
      saved_(services.state_folder.empty() ? "" : services.state_folder + "/" + file_name_of(services.name) + std::string(kSavedSuffix)),
      unfinished_(saved_ + std::string(kUnfinishedSuffix)),
      mark_(saved_ + std::string(kMarkSuffix)) {}

Status SavedEvents::set_aside_leftovers() {
  for (const std::string& path : {unfinished_, mark_}) {
    const auto info = services_.files.info(path);
    if (!info) {
      if (info.cause() == Cause::NotFound) continue;
      return info.status();
    }
    const auto aside = set_aside(services_.files, path);
    if (!aside) return aside.status();
    if (path == mark_) {
      services_.log.error(
          "the agent ended while it took back the events that an earlier stop had saved: they are not taken again, as some may have been "
          "delivered. To deliver all of them, stop the agent and give the file the other name",
          {{"path", *aside}, {"name", saved_}});
    } else {
      services_.log.error(
          "the agent was ended while it saved the events of this channel: the file is not complete, and its events are lost",
          {{"path", *aside}});
    }
  }
  return {};
}

Status SavedEvents::mark() {
  FLUME_TRY(services_.files.rename(saved_, mark_, false));
  Status synced = services_.files.sync_directory(services_.state_folder);
  // A mark that may not be there after a power loss is none.
  if (!synced.ok()) services_.files.rename(mark_, saved_, false).ignore();
  return synced;
}

Result<std::vector<EventBatch>> SavedEvents::take() {
  std::vector<EventBatch> none;
  if (!has_folder()) return none;
  FLUME_TRY(set_aside_leftovers());
  auto file = read_save_file(services_.files, saved_);
  if (!file) {
    Status why = std::move(file).status();
    if (why.cause() == Cause::NotFound) return none;
    if (why.kind() != ErrorKind::Corrupt && why.cause() != Cause::Io) {
      return std::move(why).with_context("the events that the last stop saved cannot be read (move the file away to start without them)");
    }
    const auto aside = set_aside(services_.files, saved_);
    if (!aside) return aside.status();
    const std::string_view sentence = why.cause() == Cause::Unsupported
                                          ? "the events that the last stop saved are of a newer version, and are not delivered: the file "
                                            "is kept. To deliver them, stop the "
                                            "agent, give the file the other name, and start the version that wrote it"
                                          : "the events that the last stop saved are damaged, and are not delivered: the file is kept. If "
                                            "there is a sound copy, stop the "
                                            "agent and put it in the other name's place";
    services_.log.error(sentence, {{"reason", why}, {"path", *aside}, {"name", saved_}});
    return none;
  }
  FLUME_TRY(mark().with_context("the events that the last stop saved cannot be marked as used"));
  services_.log.info("the events that the last stop saved are taken back",
                     {{"events", file->header.events}, {"saved_by", file->header.channel}});
  return std::move(file->blocks);
}

void SavedEvents::taken() {
  if (!has_folder()) return;
  Status removed = services_.files.remove(mark_);
  if (removed.cause() == Cause::NotFound) return;
  if (removed.ok()) removed = services_.files.sync_directory(services_.state_folder);
  if (!removed.ok()) {
    services_.log.warn("the file of saved events, which are in the channel now, cannot be removed: remove it, its events are not needed",
                       {{"path", mark_}, {"reason", removed}});
  }
}

Result<std::uint64_t> SavedEvents::save(std::span<const Slice> events, Deadline deadline) {
  if (!has_folder()) return retryable("there is no state folder to save events to");
  if (events.empty()) return std::uint64_t{0};
  Files& files = services_.files;
  FLUME_TRY(files.make_directories(services_.state_folder));
  auto written = write_save_file(files, services_.clock, unfinished_, services_.name, events, deadline);
  if (!written) {
    // It holds nothing that can be read; a full disk shall not stay full for it.
    if (written.cause() != Cause::Exists) files.remove(unfinished_).ignore();
    return std::move(written).status();
  }
  if (Status renamed = files.rename(unfinished_, saved_, false); !renamed.ok()) {
    const auto aside = set_aside(files, unfinished_);
    return std::move(renamed).with_context("the events are in " + (aside ? *aside : unfinished_) +
                                           ", and will not be taken back by themselves");
  }
  if (const Status synced = sync_path_to(files, services_.state_folder); !synced.ok()) {
    services_.log.warn("the events are saved, but a power loss could still take them", {{"path", saved_}, {"reason", synced}});
  }
  if (!written->why_not_all.ok()) {
    services_.log.error("not all events could be saved", {{"saved", written->events}, {"path", saved_}, {"reason", written->why_not_all}});
  }
  return written->events;
}

}  // namespace flume::saved_events
