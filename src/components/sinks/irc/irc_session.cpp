#include "components/sinks/irc/irc_session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "components/sinks/irc/irc_text.h"

namespace flume {
namespace {

constexpr std::size_t kLongestLine = std::size_t{16} << 10U;  // with what newer servers put in front
constexpr std::string_view kPingToken = "flume-";
/// ":nick!user@host " of the longest that servers allow, and our nick, which is known.
constexpr std::size_t kMostUserAndHost = 10 + 64 + 4;

std::string last_of(const std::vector<std::string_view>& parameters) {
  return parameters.empty() ? std::string("no reason given") : std::string(parameters.back());
}

bool is_error(std::string_view code) { return code.size() == 3 && (code.front() == '4' || code.front() == '5'); }

}  // namespace

IrcSession::IrcSession(EventLoop& loop, std::unique_ptr<Stream> stream, IrcLogin login)
    : login_(std::move(login)),
      place_(host_and_port(login_.host, login_.port)),
      connection_(loop, std::move(stream)),
      changed_(loop),
      nick_(login_.nick) {
  reading_ = RunningTask::start(loop, read_all());
  writing_ = RunningTask::start(loop, write_all());
}

Task<Result<std::unique_ptr<IrcSession>>> IrcSession::open(Dialer& dialer, EventLoop& loop, IrcLogin login, Deadline deadline) {
  Result<std::unique_ptr<Stream>> stream = co_await dial(dialer, login.host, login.port, loop, deadline);
  if (!stream) co_return std::move(stream).status();
  auto session = std::make_unique<IrcSession>(loop, *std::move(stream), std::move(login));
  FLUME_CO_TRY(co_await session->enter(deadline));
  co_return std::move(session);
}

Task<Status> IrcSession::enter(Deadline deadline) {
  if (!login_.password.empty()) say("PASS " + login_.password);
  say("NICK " + login_.nick);
  say("USER " + (login_.user.empty() ? login_.nick : login_.user) + " 0 * :" + (login_.name.empty() ? login_.nick : login_.name));
  while (stage_ != Stage::Joined) {
    if (!broken_.ok()) co_return broken_;
    const bool is_in_time = co_await changed_.wait(deadline);
    if (!is_in_time) {
      const char* const what =
          stage_ == Stage::Registering ? ": the server did not accept the nick in time" : ": no answer to JOIN in time";
      co_return retryable(place_ + what, Cause::Timeout);
    }
  }
  co_return Status();
}

Task<Status> IrcSession::send(std::vector<std::string> messages, Deadline deadline) {
  for (const std::string& message : messages) say("PRIVMSG " + login_.channel + " :" + message);
  const std::uint64_t ping = ++pings_;
  say("PING " + std::string(kPingToken) + std::to_string(ping));
  while (broken_.ok() && pongs_ < ping) {
    const bool is_in_time = co_await changed_.wait(deadline);
    if (!is_in_time) break_off(retryable(place_ + ": the server did not confirm the messages in time", Cause::Timeout));
  }
  co_return broken_;
}

Task<Status> IrcSession::quit(Deadline deadline) {
  if (!broken_.ok()) co_return broken_;
  say("QUIT");
  while (broken_.ok() && !unwritten_.empty()) {
    const bool is_in_time = co_await changed_.wait(deadline);
    if (!is_in_time) break;
  }
  co_return Status();
}

std::size_t IrcSession::most_message_bytes() const {
  const std::size_t around = std::string_view(":!@ PRIVMSG  :\r\n").size() + login_.nick.size() + kMostUserAndHost + login_.channel.size();
  return kIrcLineBytes - around;
}

void IrcSession::say(std::string_view line) {
  unwritten_.append(line).append("\r\n");
  changed_.notify_all();
}

void IrcSession::break_off(Status why) {
  if (broken_.ok()) broken_ = std::move(why);
  is_broken_.store(true, std::memory_order_release);
  changed_.notify_all();
}

Task<> IrcSession::write_all() {
  for (;;) {
    while (unwritten_.empty()) co_await changed_.wait(Deadline::never());
    const std::string bytes = std::exchange(unwritten_, {});
    Status written = co_await connection_.write_all(std::as_bytes(std::span(bytes)), Deadline::never());
    if (!written.ok()) {
      break_off(std::move(written));
      co_return;
    }
    changed_.notify_all();
  }
}

Task<> IrcSession::read_all() {
  std::string received;
  std::array<std::byte, 4096> buffer;
  for (;;) {
    Result<std::size_t> got = co_await connection_.read_some(buffer, Deadline::never());
    if (!got || *got == 0) {
      break_off(got ? retryable(place_ + ": the server closed the connection", Cause::Disconnected) : std::move(got).status());
      co_return;
    }
    received.append(reinterpret_cast<const char*>(buffer.data()), *got);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = received.find('\n', begin)) != std::string::npos; begin = end + 1) {
      std::string_view line = std::string_view(received).substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      take_line(line);
    }
    received.erase(0, begin);
    if (received.size() > kLongestLine) {
      break_off(retryable(place_ + ": no IRC server: a line without an end", Cause::Unsupported));
      co_return;
    }
  }
}

void IrcSession::take_line(std::string_view line) {
  const IrcLine said = parse_irc_line(line);
  if (said.command == "PING") {
    say("PONG :" + (said.parameters.empty() ? std::string() : std::string(said.parameters.back())));
  } else if (said.command == "PONG") {
    const std::string_view token = said.parameters.empty() ? std::string_view() : said.parameters.back();
    std::uint64_t number = 0;
    if (!token.starts_with(kPingToken)) return;
    std::from_chars(token.data() + kPingToken.size(), token.data() + token.size(), number);
    pongs_ = std::max(pongs_, number);
    changed_.notify_all();
  } else if (said.command == "JOIN" && said.prefix.substr(0, said.prefix.find('!')) == nick_) {
    stage_ = Stage::Joined;
    changed_.notify_all();
  } else if (said.command == "KICK" && said.parameters.size() > 1 && said.parameters[1] == nick_) {
    break_off(retryable(place_ + ": kicked from " + login_.channel + ": " + last_of(said.parameters)));
  } else if (said.command == "ERROR") {
    break_off(retryable(place_ + ": the server says: " + last_of(said.parameters), Cause::Disconnected));
  } else {
    take_reply(said.command, said.parameters);
  }
}

void IrcSession::take_reply(std::string_view code, const std::vector<std::string_view>& parameters) {
  if (code == "001" && stage_ == Stage::Registering) {
    stage_ = Stage::Joining;
    if (!parameters.empty()) nick_ = parameters.front();  // some servers cut it
    say("JOIN " + login_.channel);
    return;
  }
  if (code == "422") return;  // it has no message of the day
  if (!is_error(code)) return;
  std::string what = place_ + ": the server says: " + last_of(parameters) + " (" + std::string(code) + ")";
  if (code == "433") what += "; choose another nick";
  // Before the channel is entered every error means that it will not be; afterwards these mean that a message did not arrive.
  const bool is_refused_message = code == "401" || code == "403" || code == "404" || code == "412";
  if (stage_ != Stage::Joined || is_refused_message) break_off(retryable(std::move(what)));
}

}  // namespace flume
