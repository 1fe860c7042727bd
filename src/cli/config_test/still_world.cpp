#include "cli/config_test/still_world.h"

#include <algorithm>

namespace flume::cli {
namespace {

Status not_in_a_test(const std::string& path) { return retryable(path + ": a configuration test changes nothing", Cause::Permission); }

}  // namespace

bool StandingClock::park(Parker&, Deadline deadline) {
  // Who waits for ever would wait for another thread, and there is none.
  if (!deadline.is_never()) steady_ = std::max(steady_, deadline.when());
  return deadline.is_never();
}

Result<std::unique_ptr<File>> ReadOnlyFiles::open(const std::string& path, OpenMode mode, std::uint32_t permissions) {
  if (mode != OpenMode::Read) return not_in_a_test(path);
  return files_.open(path, mode, permissions);
}
Status ReadOnlyFiles::rename(const std::string& from, const std::string&, bool) { return not_in_a_test(from); }
Status ReadOnlyFiles::remove(const std::string& path) { return not_in_a_test(path); }
Status ReadOnlyFiles::make_directories(const std::string& path) { return not_in_a_test(path); }
Status ReadOnlyFiles::sync_directory(const std::string& directory) { return not_in_a_test(directory); }
Status ReadOnlyFiles::check_writable(const std::string& directory) { return not_in_a_test(directory); }
Result<std::unique_ptr<FileLock>> ReadOnlyFiles::lock(const std::string& path) { return not_in_a_test(path); }

Result<std::unique_ptr<ListeningSocket>> NoNetwork::listen(const std::string& host, std::uint16_t port, EventLoop&, AcceptHandlers) {
  return not_in_a_test(host_and_port(host, port));
}

Result<std::unique_ptr<DatagramSocket>> NoNetwork::open_datagrams(const std::string& host, std::uint16_t port, EventLoop&, std::size_t) {
  return not_in_a_test(host_and_port(host, port));
}

std::unique_ptr<Dialing> NoNetwork::connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline, Callback callback) {
  loop.post([callback = std::move(callback), why = not_in_a_test(host_and_port(host, port))] { callback(why); });
  return std::make_unique<Dialing>();
}

}  // namespace flume::cli
