#include "output/leftovers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "output/state_file_journal.h"

namespace flume::output {
namespace {

/// Of a folder; then it is left out.
constexpr std::chrono::seconds kLongestListing{1};
/// To read a file to its last whole record takes time: events shall come between.
constexpr std::size_t kAdoptedAtOnce = 16;
constexpr std::chrono::seconds kBetweenAdoptions{1};
constexpr std::size_t kMostUnfinished = 1000;
/// Then the file system has other troubles, and each try may hold up events.
constexpr int kMostFailedListings = 3;
constexpr std::size_t kShownPaths = 3;

std::string finish_command(const LeftoverPattern& pattern) {
  std::string command = "flume-ng tool fs -finish";
  if (pattern.in_use_suffix != ".tmp") command += " --suffix '" + pattern.in_use_suffix + "'";
  if (!pattern.in_use_prefix.empty()) command += " --prefix '" + pattern.in_use_prefix + "'";
  return command + " PATH...";
}

}  // namespace

Leftovers::Leftovers(FileSystem& file_system, OutputFiles& files, const Services& services, LeftoverSearch search,
                     const LeftoverPattern& pattern, bool adopts)
    : file_system_(file_system),
      files_(files),
      services_(services),
      search_(std::move(search)),
      command_(finish_command(pattern)),
      adopts_(adopts) {}

Instant Leftovers::tick(SinkContext& context) {
  if (is_over_) return Instant::max();
  if (!std::exchange(has_begun_, true)) read_lists_of_others();
  if (!search_.is_over()) {
    look();
    if (!search_.is_over()) return services_.clock.steady();
  }
  if (adopts_) return adopt(context);
  tell();
  is_over_ = true;
  return Instant::max();
}

void Leftovers::read_lists_of_others() {
  if (services_.state_folder.empty()) return;
  const auto names = services_.files.list(services_.state_folder);
  if (!names) return;  // no folder: no lists
  const std::string own = services_.name + std::string(kStateFileSuffix);
  for (const std::string& name : *names) {
    if (!name.ends_with(kStateFileSuffix) || name == own) continue;
    const auto values = StateFileJournal::read(services_.files, services_.state_folder + "/" + name, services_.log);
    const auto records = values ? decode_journal(*values) : values.status();
    if (!records) continue;  // its sink tells why
    for (const auto& [id, record] : *records) of_others_.insert(record.names.in_use_path());
  }
}

void Leftovers::look() {
  auto found = search_.step(file_system_, services_.clock.in(kLongestListing));
  if (!found) {
    services_.log.info("a folder is not looked through for files that an earlier agent left", {{"reason", found.status()}});
    if (++failed_listings_ == kMostFailedListings) search_.give_up();
    return;
  }
  for (FileNames& names : *found) {
    // Looked at now: what is the sink's own at this moment is in its list.
    if (!files_.knows(names) && !of_others_.contains(names.in_use_path())) found_.push_back(std::move(names));
  }
}

void Leftovers::tell() const {
  if (found_.empty()) return;
  std::string paths;
  for (std::size_t i = 0; i < std::min(found_.size(), kShownPaths); ++i) paths += (i == 0 ? "" : " ") + found_[i].in_use_path();
  services_.log.warn(
      "files in use that this agent does not know of: an earlier one left them, or another one writes them. When nobody does, "
      "finish them by this command, or by hdfs.adoptLeftovers = true for one start",
      {{"files", found_.size()}, {"first", paths}, {"command", command_}, {"all_folders_seen", !search_.was_cut_short()}});
}

Instant Leftovers::adopt(SinkContext& context) {
  if (adopted_ == 0 && !found_.empty())
    services_.log.info("files in use that nobody names are adopted, to be finished",
                       {{"files", found_.size()}, {"first", found_.front().in_use_path()}, {"all_folders_seen", !search_.was_cut_short()}});
  for (std::size_t i = 0; i < kAdoptedAtOnce && adopted_ < found_.size() && files_.unfinished() < kMostUnfinished; ++i) {
    const FileNames& names = found_[adopted_];
    if (const Status adopted = files_.adopt(context, names); !adopted.ok()) {
      services_.log.warn("a file in use that nobody names could not be adopted; the next start tries again",
                         {{"path", names.in_use_path()}, {"reason", adopted}});
    }
    ++adopted_;
  }
  is_over_ = adopted_ == found_.size();
  return is_over_ ? Instant::max() : services_.clock.in(kBetweenAdoptions).when();
}

}  // namespace flume::output
