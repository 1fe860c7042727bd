// What components get in a configuration test instead of the world: a clock that stands, files that can only be read, no network
// and no log. Owned by whoever runs the test; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "flume/net.h"
#include "net/asio_network.h"

namespace flume::cli {

/// Wall time stands; whoever waits is at the end of its wait at once.
class StandingClock final : public Clock {
 public:
  explicit StandingClock(WallTime wall) : wall_(wall) {}
  [[nodiscard]] WallTime wall() const override { return wall_; }
  [[nodiscard]] Instant steady() const override { return steady_; }
  bool park(Parker&, Deadline deadline) override;

 private:
  const WallTime wall_;
  Instant steady_{};
};

/// The configuration and what --conf holds; every change is refused.
class ReadOnlyFiles final : public Files {
 public:
  explicit ReadOnlyFiles(Files& files) : files_(files) {}
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite) override;
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override;
  Result<FileInfo> info(const std::string& path) override { return files_.info(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override { return files_.list(directory); }
  Status sync_directory(const std::string& directory) override;
  Result<std::uint64_t> free_space(const std::string& path) override { return files_.free_space(path); }
  Status check_writable(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<std::string> network_file_system(const std::string& path) override { return files_.network_file_system(path); }

 private:
  Files& files_;
};

/// Loops can be had; nobody can be listened for or connected to.
class NoNetwork final : public Listener, public Dialer {
 public:
  std::unique_ptr<EventLoop> make_loop() override { return loops_.make_loop(); }
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                  AcceptHandlers handlers) override;
  Result<std::unique_ptr<DatagramSocket>> open_datagrams(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                         std::size_t buffer_bytes) override;
  [[nodiscard]] std::unique_ptr<Dialing> connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline,
                                                 Callback callback) override;

 private:
  AsioNetwork loops_;
};

/// What is worth saying about a test stands in its outcome.
class NoLog final : public LogTarget {
 public:
  [[nodiscard]] bool enabled(LogLevel, std::string_view) const noexcept override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) noexcept override {}
};

}  // namespace flume::cli
