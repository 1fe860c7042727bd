#include "net/tls/watched_context.h"

#include <algorithm>
#include <utility>

namespace flume::tls {
namespace {

bool is_same(const std::optional<FileInfo>& a, const std::optional<FileInfo>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->modified == b->modified && a->size == b->size && a->inode == b->inode && a->device == b->device;
}

}  // namespace

WatchedContext::WatchedContext(Files& files, const Clock& clock, Log log, std::vector<std::string> paths, Make make)
    : files_(files), clock_(clock), log_(std::move(log)), paths_(std::move(paths)), make_(std::move(make)) {}

Status WatchedContext::open() {
  const std::lock_guard lock(mutex_);
  // Before the files are read: a change in between shows at the next look.
  stamps_ = stamps();
  looked_ = clock_.steady();
  auto made = make_();
  if (!made) return std::move(made).status();
  context_ = *std::move(made);
  return {};
}

SslContext WatchedContext::current() {
  const std::lock_guard lock(mutex_);
  if (clock_.steady() - looked_ >= kBetweenLooks) look();
  return share(context_);
}

void WatchedContext::look() {
  looked_ = clock_.steady();
  std::vector<Stamp> now = stamps();
  if (std::ranges::equal(now, stamps_, is_same)) return;
  stamps_ = std::move(now);
  auto made = make_();
  if (made) {
    context_ = *std::move(made);
    log_.info("certificates were read anew, as a file has changed", {{"file", paths_.front()}});
  } else {
    log_.error("changed certificates cannot be used, the old ones stay in use", {{"error", made.status()}});
  }
}

std::vector<WatchedContext::Stamp> WatchedContext::stamps() const {
  std::vector<Stamp> all;
  for (const std::string& path : paths_) {
    const auto info = files_.info(path);
    all.push_back(info ? Stamp(*info) : std::nullopt);
  }
  return all;
}

}  // namespace flume::tls
