// Names of peers by their addresses, looked up beside the event loop, which never waits for a resolver. Answers are kept
// for a while, the unknown too. Lives in its loop's thread; look-ups that are under way when it goes end by themselves.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "flume/net.h"

namespace flume {

/// "10.0.0.7" -> "web7.example.com"; empty when it has no name. Blocks. Any thread.
using ReverseLookUp = std::function<std::string(const std::string& address)>;
/// getnameinfo(): /etc/hosts, DNS, whatever the system is set to.
std::string name_of_address_by_system(const std::string& address);

class HostNames {
 public:
  /// `name`: the address itself when it has none, or the resolver did not answer in time: as Java's getHostName().
  using Callback = std::function<void(const std::string& name)>;
  static constexpr Instant::duration kPatience = std::chrono::seconds(5);
  static constexpr Instant::duration kKept = std::chrono::minutes(5);
  static constexpr std::size_t kMostKept = 10'000;
  static constexpr std::size_t kMostThreads = 4;

  explicit HostNames(EventLoop& loop, ReverseLookUp look_up = name_of_address_by_system);
  HostNames(const HostNames&) = delete;
  HostNames& operator=(const HostNames&) = delete;
  ~HostNames();

  /// Calls back once, at once if the name is known, else from the loop.
  void find(const std::string& address, Callback callback);
  /// What is known now; the address while it is still looked up. Valid as long as the argument, and until the next call.
  const std::string& name_or_address(const std::string& address);

 private:
  struct Entry {
    std::string name;  // the address until it is known
    bool is_known = false;
    Instant until{};  // looked up again afterwards
    std::vector<Callback> callbacks{};
    std::unique_ptr<LoopTimer> patience{};
  };
  class Workers;

  /// Null: too many are looked up now.
  Entry* entry_of(const std::string& address);
  void found(const std::string& address, const std::string& name, Instant::duration kept);
  void make_room();

  EventLoop& loop_;
  std::unordered_map<std::string, Entry> entries_;
  const std::shared_ptr<Workers> workers_;
};

}  // namespace flume
