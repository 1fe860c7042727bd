#include "net/host_names.h"

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace flume {
namespace {

/// What was not answered in time is asked for again sooner.
constexpr Instant::duration kKeptUnanswered = std::chrono::seconds(30);

}  // namespace

std::string name_of_address_by_system(const std::string& address) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (auto& v4 = reinterpret_cast<sockaddr_in&>(storage); ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    size = sizeof(v4);
  } else if (auto& v6 = reinterpret_cast<sockaddr_in6&>(storage); ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    size = sizeof(v6);
  } else {
    return {};
  }
  std::array<char, NI_MAXHOST> name{};
  const auto* const from = reinterpret_cast<const sockaddr*>(&storage);
  return ::getnameinfo(from, size, name.data(), name.size(), nullptr, 0, NI_NAMEREQD) == 0 ? name.data() : "";
}

/// The queue of what is to be looked up, and the threads that do it: nothing can stop a resolver that waits for its server, so
/// they are let go and keep this alive.
class HostNames::Workers : public std::enable_shared_from_this<Workers> {
 public:
  using Found = std::function<void(const std::string& address, const std::string& name)>;

  Workers(EventLoop& loop, ReverseLookUp look_up, Found found) : look_up_(std::move(look_up)), loop_(&loop), found_(std::move(found)) {}

  void ask(const std::string& address) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(address);
      if (threads_ >= kMostThreads) return;
      ++threads_;
    }
    try {
      std::thread([self = shared_from_this()] { self->work(); }).detach();
    } catch (const std::system_error&) {
      // No thread to be had: whoever waits has the address when the patience ends.
      const std::lock_guard lock(mutex_);
      --threads_;
    }
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
    queue_.clear();
  }

 private:
  void work() {
    for (;;) {
      std::string address;
      {
        const std::lock_guard lock(mutex_);
        if (queue_.empty()) {
          --threads_;
          return;
        }
        address = std::move(queue_.front());
        queue_.pop_front();
      }
      const std::string name = look_up_(address);
      const std::lock_guard lock(mutex_);
      if (loop_ == nullptr) continue;
      loop_->post([self = shared_from_this(), address, name] {
        if (self->loop_ != nullptr) self->found_(address, name);
      });
    }
  }

  const ReverseLookUp look_up_;
  std::mutex mutex_;
  EventLoop* loop_;  // null: let go, in the loop's thread
  const Found found_;
  std::deque<std::string> queue_;
  std::size_t threads_ = 0;
};

HostNames::HostNames(EventLoop& loop, ReverseLookUp look_up)
    : loop_(loop),
      workers_(std::make_shared<Workers>(loop, std::move(look_up), [this](const std::string& address, const std::string& name) {
        found(address, name.empty() ? address : name, kKept);
      })) {}

HostNames::~HostNames() { workers_->let_go(); }

void HostNames::find(const std::string& address, Callback callback) {
  Entry* const entry = entry_of(address);
  if (entry == nullptr) return callback(address);
  if (entry->is_known) return callback(entry->name);
  entry->callbacks.push_back(std::move(callback));
}

const std::string& HostNames::name_or_address(const std::string& address) {
  const Entry* const entry = entry_of(address);
  return entry == nullptr ? address : entry->name;
}

HostNames::Entry* HostNames::entry_of(const std::string& address) {
  const auto known = entries_.find(address);
  if (known != entries_.end() && (!known->second.is_known || loop_.now() < known->second.until)) return &known->second;
  if (known != entries_.end()) entries_.erase(known);
  make_room();
  if (entries_.size() >= kMostKept) return nullptr;
  Entry& entry = entries_[address];
  entry.name = address;
  entry.patience = loop_.make_timer();
  entry.patience->set(loop_.in(kPatience), [this, address] { found(address, address, kKeptUnanswered); });
  workers_->ask(address);
  return &entry;
}

void HostNames::found(const std::string& address, const std::string& name, Instant::duration kept) {
  const auto place = entries_.find(address);
  if (place == entries_.end()) return;
  Entry& entry = place->second;
  entry.name = name;
  entry.is_known = true;
  entry.until = loop_.now() + kept;
  const std::unique_ptr<LoopTimer> done = std::move(entry.patience);
  // They may change the table.
  for (const Callback& callback : std::exchange(entry.callbacks, {})) callback(name);
}

void HostNames::make_room() {
  if (entries_.size() < kMostKept) return;
  // Half of what nobody waits for goes: senders of any number of addresses cannot fill the memory.
  std::size_t spare = kMostKept / 2;
  std::erase_if(entries_, [&](const auto& each) {
    if (spare == 0 || !each.second.is_known) return false;
    --spare;
    return true;
  });
}

}  // namespace flume
