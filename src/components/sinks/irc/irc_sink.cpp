// irc: each event is a message to a channel of an IRC server. For small flows that people read.
// Differs from Flume: a batch counts as delivered when the server has answered a PING behind it, not when it was handed to the socket; long
// bodies become several messages instead of a cut one; line ends in a body cannot become commands.
// At least once: a connection that breaks in mid-batch makes the batch come again.
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "components/sinks/irc/irc_session.h"
#include "components/sinks/irc/irc_text.h"
#include "flume/component.h"
#include "flume/metrics.h"
#include "net/loop_caller.h"

namespace flume {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr std::uint32_t kMostEvents = 20;  // servers slow down or close who says much at once

struct IrcOptions {
  std::string hostname;
  Port port{6667};
  std::string nick;
  Secret password;
  std::string user;
  std::string name;
  std::string chan;
  bool splits_lines = false;
  std::string split_chars = "\n";
};

constexpr auto kIrcOptions =
    options(option<&IrcOptions::hostname>("hostname", "The IRC server.", {.required = true}),
            option<&IrcOptions::port>("port", "Its port.", {.minimum = 1}),
            option<&IrcOptions::nick>("nick", "Nickname of the agent.", {.required = true}),
            option<&IrcOptions::chan>("chan", "The channel, without its #.", {.required = true}),
            option<&IrcOptions::password>("password", "Password of the server."),
            option<&IrcOptions::user>("user", "User name; the nick when unset."),
            option<&IrcOptions::name>("name", "Real name; the nick when unset."),
            option<&IrcOptions::splits_lines>("splitlines", "Send each line of a body as a message of its own."),
            option<&IrcOptions::split_chars>("splitchars", "Where lines end: each of these characters.", {.default_text = "\\n"}));

OptionProblems check(const IrcOptions& options) {
  OptionProblems problems;
  const auto must_be_word = [&](std::string_view key, const std::string& text) {
    if (!text.empty() && !is_irc_word(text))
      problems.push_back({{key}, "'" + text + "' is no word of IRC: it must have no blanks and no : in front"});
  };
  must_be_word("nick", options.nick);
  must_be_word("user", options.user);
  must_be_word("chan", options.chan);
  if (options.nick.size() > 64) problems.push_back({{"nick"}, "is longer than any server allows"});
  if (options.chan.size() > 200) problems.push_back({{"chan"}, "is longer than any server allows"});
  if (!options.password.text.empty() && !is_irc_word(options.password.text)) {
    problems.push_back({{"password"}, "has a blank, or a : in front, and cannot be sent"});
  }
  return problems;
}

class IrcSink final : public Sink {
 public:
  IrcSink(const IrcOptions& options, const Services& services)
      : options_(options), log_(services.log), clock_(services.clock), dialer_(services.dialer), listener_(services.listener) {}
  IrcSink(const IrcSink&) = delete;
  IrcSink& operator=(const IrcSink&) = delete;
  ~IrcSink() override { close(); }

  Status start(SinkContext& context) override { return connect(context); }

  [[nodiscard]] TakeLimit limits() const override { return {.events = kMostEvents}; }

  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override {
    if (session_ == nullptr || session_->is_broken()) FLUME_TRY(connect(delivery.context()));
    std::vector<std::string> messages;
    for (const EventView event : batch) {
      auto of_event = irc_messages(event.body(), options_.splits_lines ? options_.split_chars : "", session_->most_message_bytes());
      messages.insert(messages.end(), std::make_move_iterator(of_event.begin()), std::make_move_iterator(of_event.end()));
    }
    Status sent = caller_->call(session_->send(std::move(messages), clock_.in(kPatience)));
    if (sent.ok()) return Outcome::Delivered;
    close();
    delivery.context().counters().connection_closed.increment();
    return sent;
  }

  void stop(SinkContext& context, Deadline deadline) override {
    if (session_ == nullptr) return;
    caller_->call(session_->quit(deadline)).ignore();  // the server finds out anyway
    close();
    context.counters().connection_closed.increment();
  }

 private:
  Status connect(SinkContext& context) {
    close();
    caller_ = make_loop_caller(listener_.make_loop());
    const IrcLogin login{options_.hostname, options_.port.number,   options_.nick,      options_.user,
                         options_.name,     options_.password.text, "#" + options_.chan};
    auto opened = caller_->call(IrcSession::open(dialer_, caller_->loop(), login, clock_.in(kPatience)));
    if (!opened) {
      close();
      context.counters().connection_failed.increment();
      return std::move(opened).status();
    }
    session_ = *std::move(opened);
    context.counters().connection_created.increment();
    log_.info("in the channel", {{"server", host_and_port(login.host, login.port)}, {"channel", login.channel}, {"nick", login.nick}});
    return {};
  }

  void close() {
    if (caller_ == nullptr) return;
    caller_->run_in_loop([this] { session_.reset(); });
    caller_.reset();
  }

  const IrcOptions options_;
  const Log log_;
  Clock& clock_;
  Dialer& dialer_;
  Listener& listener_;
  std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<IrcSession> session_;  // lives in the caller's loop
};

}  // namespace

namespace components {
extern const ComponentInfo sink_irc;
constinit const ComponentInfo sink_irc =
    describe<IrcSink, kIrcOptions, check>("irc", "Sends each event as a message to an IRC channel.", {"org.apache.flume.sink.irc.IRCSink"});
}  // namespace components
}  // namespace flume
