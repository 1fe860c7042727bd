#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/sinks/irc/irc_text.h"
#include "flume/sink.h"
#include "support/batch_of.h"
#include "support/configured.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// An IRC server with one client, as far as the sink needs it. What it answers can be changed, line by line.
class ScriptedIrcServer {
 public:
  using Answer = std::function<std::string(const IrcLine&)>;

  explicit ScriptedIrcServer(SimNetwork& network, SimEventLoop& loop) {
    socket_ = *network.listen("irc.example.net", 6667, loop, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                ++connections;
                                received_.clear();
                                stream_ = std::move(stream);
                                read_later();
                              }});
  }
  void hang_up() { stream_.reset(); }

  /// For these commands instead of the usual.
  std::map<std::string, Answer, std::less<>> answers;
  std::vector<std::string> messages;
  std::vector<std::string> lines;
  int connections = 0;

 private:
  void read_later() {
    stream_->wait_readable([this] { read(); });
  }
  void read() {
    std::array<std::byte, 1000> buffer;
    const auto got = stream_->read_some(buffer);
    if (!got || got->state == Transfer::State::End) return hang_up();
    if (got->state == Transfer::State::Moved) received_.append(reinterpret_cast<const char*>(buffer.data()), got->bytes);
    for (std::size_t end = 0; stream_ && (end = received_.find("\r\n")) != std::string::npos;) {
      const std::string line = received_.substr(0, end);
      received_.erase(0, end + 2);
      take(line);
    }
    if (stream_) read_later();
  }
  void take(const std::string& text) {
    lines.push_back(text);
    const IrcLine line = parse_irc_line(text);
    const auto other = answers.find(line.command);
    if (other != answers.end()) return say(other->second(line));
    if (line.command == "USER")
      say(":irc.example.net 001 flume :Welcome\r\nPING :are-you-there\r\n:irc.example.net 422 flume :No MOTD\r\n");
    if (line.command == "JOIN") say(":flume!flume@host JOIN :#ops\r\n");
    if (line.command == "PING") say(":irc.example.net PONG irc.example.net :" + std::string(line.parameters.at(0)) + "\r\n");
    if (line.command == "PRIVMSG") messages.emplace_back(line.parameters.at(1));
  }
  void say(const std::string& text) {
    if (text == "hang up") return hang_up();
    const ByteView piece = std::as_bytes(std::span(text));
    ASSERT_TRUE(stream_->write_some(std::span(&piece, 1)).ok());
  }

  std::unique_ptr<ListeningSocket> socket_;
  std::unique_ptr<Stream> stream_;
  std::string received_;
};

class IrcSinkTest : public testing::Test {
 protected:
  IrcSinkTest() { services_.network.share_loop(loop_); }
  void make(Keys keys = {}) {
    keys.insert(keys.begin(), {{"hostname", "irc.example.net"}, {"nick", "flume"}, {"chan", "ops"}});
    sink_ = configured<Sink>(Kind::Sink, "irc", keys, services_.of("sinks.k1", "k1"));
  }
  Status start() {
    make();
    return sink_->start(context_);
  }
  Result<Outcome> deliver(const std::vector<std::string>& bodies) {
    const Ranges ids{};
    Delivery delivery(context_, ids, false);
    return sink_->deliver(batch_of_bodies(bodies), delivery);
  }

  TestServices services_;
  SimEventLoop loop_{services_.clock};
  ScriptedIrcServer server_{services_.network, loop_};
  LoneSinkContext context_;
  std::unique_ptr<Sink> sink_;
};

TEST_F(IrcSinkTest, registers_joins_and_says_what_comes) {
  make({{"password", "secret"}, {"user", "agent"}, {"name", "The agent"}});
  ASSERT_TRUE(sink_->start(context_).ok());
  EXPECT_TRUE(delivered(*sink_, batch_of_bodies({"one", "two\nthree"})));
  EXPECT_THAT(server_.messages, ElementsAre("one", "two three"));
  EXPECT_THAT(std::vector(server_.lines.begin(), server_.lines.begin() + 3),
              ElementsAre("PASS secret", "NICK flume", "USER agent 0 * :The agent"));
  EXPECT_THAT(server_.lines, testing::Contains("PONG :are-you-there"));
  EXPECT_EQ(context_.counters().connection_created.get(), 1);
}

TEST_F(IrcSinkTest, lines_can_be_messages_of_their_own) {
  make({{"splitlines", "true"}});
  EXPECT_TRUE(delivered(*sink_, batch_of_bodies({"one\ntwo\n"})));
  EXPECT_THAT(server_.messages, ElementsAre("one", "two"));
}

TEST_F(IrcSinkTest, long_bodies_become_several_messages_that_fit_in_a_line) {
  make();
  const std::string body(2000, 'x');
  EXPECT_TRUE(delivered(*sink_, batch_of_bodies({body})));
  std::string all;
  for (const std::string& message : server_.messages) all += message;
  EXPECT_EQ(all, body);
  for (const std::string& line : server_.lines) EXPECT_LE(line.size() + 2, kIrcLineBytes);
}

TEST_F(IrcSinkTest, a_nick_in_use_is_told) {
  server_.answers["NICK"] = [](const IrcLine&) { return ":irc.example.net 433 * flume :Nickname is already in use\r\n"; };
  server_.answers["USER"] = [](const IrcLine&) { return ""; };
  const Status started = start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.kind(), ErrorKind::Retryable);
  EXPECT_EQ(started.message(), "irc.example.net:6667: the server says: Nickname is already in use (433); choose another nick");
  EXPECT_EQ(context_.counters().connection_failed.get(), 1);
}

TEST_F(IrcSinkTest, a_channel_that_cannot_be_joined_is_told) {
  server_.answers["JOIN"] = [](const IrcLine&) { return ":irc.example.net 474 flume #ops :Cannot join channel (+b)\r\n"; };
  EXPECT_THAT(start().message(), HasSubstr("Cannot join channel (+b) (474)"));
}

TEST_F(IrcSinkTest, a_server_that_says_nothing_is_given_up_in_time) {
  server_.answers["USER"] = [](const IrcLine&) { return ""; };
  const Instant before = services_.clock.steady();
  EXPECT_THAT(start().message(), HasSubstr("did not accept the nick in time"));
  EXPECT_LE(services_.clock.steady() - before, 30s);
}

TEST_F(IrcSinkTest, nobody_there_is_told) {
  make({{"port", "6668"}});
  EXPECT_THAT(sink_->start(context_).message(), HasSubstr("irc.example.net:6668"));
}

TEST_F(IrcSinkTest, a_batch_is_delivered_only_when_the_server_confirms_it) {
  ASSERT_TRUE(start().ok());
  server_.answers["PING"] = [](const IrcLine&) { return "hang up"; };
  const auto outcome = deliver({"one"});
  ASSERT_FALSE(outcome.ok());
  EXPECT_THAT(outcome.status().message(), HasSubstr("closed the connection"));
  server_.answers.clear();
  EXPECT_TRUE(delivered(*sink_, batch_of_bodies({"one"})));
  EXPECT_EQ(server_.connections, 2);
}

TEST_F(IrcSinkTest, a_message_that_the_server_refuses_comes_again) {
  ASSERT_TRUE(start().ok());
  server_.answers["PRIVMSG"] = [](const IrcLine&) { return ":irc.example.net 404 flume #ops :Cannot send to channel\r\n"; };
  const auto outcome = deliver({"one"});
  ASSERT_FALSE(outcome.ok());
  EXPECT_THAT(outcome.status().message(), HasSubstr("Cannot send to channel (404)"));
}

TEST_F(IrcSinkTest, a_kick_is_noticed_and_mended_by_coming_again) {
  ASSERT_TRUE(start().ok());
  server_.answers["PRIVMSG"] = [](const IrcLine&) { return ":op!op@host KICK #ops flume :too loud\r\n"; };
  EXPECT_THAT(deliver({"one"}).status().message(), HasSubstr("kicked from #ops: too loud"));
  server_.answers.clear();
  EXPECT_TRUE(delivered(*sink_, batch_of_bodies({"one"})));
}

TEST_F(IrcSinkTest, a_connection_that_broke_in_between_is_made_anew) {
  ASSERT_TRUE(start().ok());
  server_.hang_up();
  loop_.run_until_idle();
  EXPECT_TRUE(delivered(*sink_, batch_of_bodies({"one"})));
  EXPECT_THAT(server_.messages, ElementsAre("one"));
}

TEST_F(IrcSinkTest, says_good_bye) {
  ASSERT_TRUE(start().ok());
  sink_->stop(context_, Deadline(services_.clock.steady() + 5s));
  loop_.run_until_idle();
  EXPECT_EQ(server_.lines.back(), "QUIT");
}

TEST_F(IrcSinkTest, something_that_is_no_irc_server_is_given_up) {
  server_.answers["NICK"] = [](const IrcLine&) { return std::string(100'000, 'x'); };
  server_.answers["USER"] = [](const IrcLine&) { return ""; };
  EXPECT_THAT(start().message(), HasSubstr("no IRC server"));
}

TEST(IrcOptions, words_must_be_words) {
  const ComponentInfo& irc = builtin_component(Kind::Sink, "irc");
  const auto refusal = [&](const Keys& keys) {
    Keys all{{"hostname", "h"}, {"nick", "n"}, {"chan", "c"}};
    all.insert(all.end(), keys.begin(), keys.end());
    const auto options = parse_options(irc, all);
    return options ? std::string() : options.status().message();
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_THAT(refusal({{"nick", "two words"}}), HasSubstr("no word of IRC"));
  EXPECT_THAT(refusal({{"chan", "a b"}}), HasSubstr("no word of IRC"));
  const std::string of_password = refusal({{"password", "se cret"}});
  EXPECT_THAT(of_password, HasSubstr("cannot be sent"));
  EXPECT_EQ(of_password.find("se cret"), std::string::npos);
}

}  // namespace
}  // namespace flume
