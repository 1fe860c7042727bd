// A context of libssl that follows its files: made anew when one of them has changed, looked at no more often than every few
// seconds, and only when somebody asks for it. New files that cannot be read keep the old context, and are told of once.
// Any thread; reads files in the thread that asks.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "net/tls/tls_handles.h"

namespace flume::tls {

class WatchedContext {
 public:
  using Make = std::function<Result<SslContext>()>;
  static constexpr Instant::duration kBetweenLooks = std::chrono::seconds(5);

  WatchedContext(Files& files, const Clock& clock, Log log, std::vector<std::string> paths, Make make);

  /// Makes the first one. Call it once, before current().
  Status open();
  /// The newest that could be made.
  [[nodiscard]] SslContext current();

 private:
  using Stamp = std::optional<FileInfo>;  // of a file that is not there: nothing
  [[nodiscard]] std::vector<Stamp> stamps() const;
  void look();

  Files& files_;
  const Clock& clock_;
  const Log log_;
  const std::vector<std::string> paths_;
  const Make make_;
  std::mutex mutex_;
  SslContext context_;         // guarded by mutex_
  std::vector<Stamp> stamps_;  // guarded by mutex_
  Instant looked_{};           // guarded by mutex_
};

}  // namespace flume::tls
