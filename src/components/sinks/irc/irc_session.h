// One connection to an IRC server, registered and in its channel. Answers the server's PINGs by itself. What was sent counts as
// arrived when the server answers a PING that was sent behind it. Lives in its loop's thread; destroying it closes the connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flume/net.h"
#include "net/awaitables.h"
#include "net/task.h"

namespace flume {

struct IrcLogin {
  std::string host;
  std::uint16_t port = 6667;
  std::string nick;
  std::string user;      ///< empty: the nick
  std::string name;      ///< empty: the nick
  std::string password;  ///< empty: none
  std::string channel;   ///< with its #
};

class IrcSession {
 public:
  /// Registers and joins. Errors are Retryable, name host and port, and quote what the server says.
  static Task<Result<std::unique_ptr<IrcSession>>> open(Dialer& dialer, EventLoop& loop, IrcLogin login, Deadline deadline);

  IrcSession(EventLoop& loop, std::unique_ptr<Stream> stream, IrcLogin login);
  IrcSession(const IrcSession&) = delete;
  IrcSession& operator=(const IrcSession&) = delete;
  ~IrcSession() = default;

  /// ok: the server has read all of them. After an error the session is of no use any more, and some may have arrived.
  Task<Status> send(std::vector<std::string> messages, Deadline deadline);
  /// Says good-bye, as far as there is time.
  Task<Status> quit(Deadline deadline);
  /// Any thread.
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_.load(std::memory_order_acquire); }
  /// Bytes that a message may have: the server puts our full name in front of it when it tells the others.
  [[nodiscard]] std::size_t most_message_bytes() const;

 private:
  enum class Stage : std::uint8_t { Registering, Joining, Joined };

  Task<Status> enter(Deadline deadline);
  Task<> read_all();
  Task<> write_all();
  void take_line(std::string_view line);
  void take_reply(std::string_view code, const std::vector<std::string_view>& parameters);
  void say(std::string_view line);
  void break_off(Status why);

  const IrcLogin login_;
  const std::string place_;  // host and port
  Connection connection_;
  Signal changed_;
  std::string unwritten_;
  std::string nick_;  // as the server knows us
  Stage stage_ = Stage::Registering;
  std::uint64_t pings_ = 0;
  std::uint64_t pongs_ = 0;
  Status broken_;
  std::atomic<bool> is_broken_ = false;
  RunningTask reading_;  // last: they use all else
  RunningTask writing_;
};

}  // namespace flume
