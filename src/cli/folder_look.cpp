#include "cli/folder_look.h"

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace flume::cli {
namespace {

Result<FolderFacts> facts_of(Files& files, const std::string& folder) {
  FolderFacts facts;
  facts.nearest = folder;
  for (;;) {
    const auto info = files.info(facts.nearest);
    if (info) break;
    std::string above = parent_directory(facts.nearest);
    if (info.cause() != Cause::NotFound || above == facts.nearest) return info.status();
    facts.nearest = std::move(above);
  }
  facts.is_there = facts.nearest == folder;
  facts.writable = files.check_writable(facts.nearest);
  const auto free_bytes = files.free_space(facts.nearest);
  if (!free_bytes) return free_bytes.status();
  facts.free_bytes = *free_bytes;
  // Not known is as good as local: nothing is told of it.
  if (auto network = files.network_file_system(facts.nearest)) facts.network = *std::move(network);
  return facts;
}

}  // namespace

struct FolderLook::Shared {
  Parker done;
  std::mutex mutex;
  std::optional<Result<FolderFacts>> facts;  // guarded by mutex
};

FolderLook::FolderLook(std::shared_ptr<Files> files, std::string folder) : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_, files = std::move(files), folder = std::move(folder)] {
    Result<FolderFacts> facts = facts_of(*files, folder);
    {
      const std::lock_guard lock(shared->mutex);
      shared->facts = std::move(facts);
    }
    shared->done.unpark();
  }).detach();
}

Result<FolderFacts> FolderLook::wait(Clock& clock, Deadline deadline) {
  clock.park(shared_->done, deadline);
  const std::lock_guard lock(shared_->mutex);
  if (!shared_->facts) return retryable("no answer", Cause::Timeout);
  return *std::move(shared_->facts);
}

}  // namespace flume::cli
