#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"
#include "support/thrift_requests.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using thrift::Encoding;
using thrift_requests::TProtocol;
using thrift_requests::TType;

struct Entry {
  std::optional<std::string> category;
  std::optional<std::string> message;
};

class ScribeSourceTest : public SourceBench {
 protected:
  ScribeSourceTest() : SourceBench("org.apache.flume.source.scribe.ScribeSource") {}

  void start(const Keys& keys = {}) { SourceBench::start(keys); }
  std::unique_ptr<SimPeer> connect() { return SourceBench::connect(1499); }
  static std::vector<std::string> answers(const SimPeer& client) {
    return thrift_requests::answers(Encoding::OldBinary, client.received());
  }
  static std::string log(std::int32_t sequence, const std::vector<Entry>& entries, Encoding encoding = Encoding::OldBinary) {
    return thrift_requests::framed(thrift_requests::call(encoding, "Log", sequence, [&](TProtocol& out) {
      out.writeFieldBegin("messages", TType::T_LIST, 1);
      out.writeListBegin(TType::T_STRUCT, static_cast<std::uint32_t>(entries.size()));
      for (const Entry& entry : entries) {
        out.writeStructBegin("LogEntry");
        if (entry.category) thrift_requests::write_text(out, 1, *entry.category);
        if (entry.message) thrift_requests::write_text(out, 2, *entry.message);
        out.writeFieldStop();
        out.writeStructEnd();
      }
      out.writeListEnd();
      out.writeFieldEnd();
    }));
  }
};

TEST_F(ScribeSourceTest, entries_are_events_and_answered_when_they_are_stored) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send(log(3, {{"web", "one"}, {"", "two\n"}, {std::nullopt, "three"}, {"app", std::nullopt}}));
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "");
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("3 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two\n", "three", ""));
  EXPECT_THAT(channel_.headers("category"), ElementsAre("web", "", "<none>", "app"));
}

TEST_F(ScribeSourceTest, answers_have_no_version_whatever_the_request_has) {
  start();
  const auto client = connect();
  client->send(log(1, {{"a", "one"}}) + log(1, {{"a", "two"}}, Encoding::Binary));
  loop_.run_until_idle();
  const std::string answer = "\0\0\0\x14\0\0\0\3Log\2\0\0\0\1\x08\0\0\0\0\0\0\0"s;
  EXPECT_EQ(client->received(), answer + answer);
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
}

TEST_F(ScribeSourceTest, a_full_channel_is_to_be_tried_later) {
  start();
  channel_.set_full(true);
  const auto client = connect();
  client->send(log(1, {{"a", "one"}}));
  loop_.advance(2900ms);
  EXPECT_THAT(answers(*client), IsEmpty());
  loop_.advance(200ms);
  EXPECT_THAT(answers(*client), ElementsAre("1 1"));
  channel_.set_full(false);
  client->send(log(2, {{"a", "one"}}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 1", "2 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

TEST_F(ScribeSourceTest, it_goes_on_after_what_it_does_not_know) {
  start();
  const auto client = connect();
  client->fragment(1);
  client->send(thrift_requests::framed(thrift_requests::call(Encoding::OldBinary, "getStatus", 7, [](TProtocol&) {})) +
               thrift_requests::framed(thrift_requests::call(Encoding::OldBinary, "Log", 8,
                                                             [](TProtocol& out) {
                                                               out.writeFieldBegin("", TType::T_LIST, 1);
                                                               out.writeListBegin(TType::T_I32, 1);
                                                               out.writeI32(1);
                                                               out.writeListEnd();
                                                             })) +
               log(9, {}) + log(10, {{"a", "one"}}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client),
              ElementsAre("7 error 1: Invalid method name: 'getStatus'", "8 error 7: a list has no structs", "9 0", "10 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_EQ(counters_.event_read_fail.get(), 1);
}

TEST_F(ScribeSourceTest, a_request_above_the_limit_or_damaged_closes_the_connection) {
  start({{"maxReadBufferBytes", "100"}});
  const std::string whole = log(1, {{"a", "one"}});
  for (const std::string& bytes :
       {log(1, {{"a", std::string(100, 'x')}}), "GET / HTTP/1.1\r\n\r\n"s, thrift_requests::framed("\0\0\0\x7F"s),
        thrift_requests::framed(whole.substr(4, whole.size() - 8)), whole.substr(0, whole.size() - 1)}) {
    const auto client = connect();
    client->send(bytes);
    client->shutdown_write();
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    EXPECT_EQ(client->received(), "");
  }
  EXPECT_THAT(channel_.bodies(), IsEmpty());
  EXPECT_EQ(counters_.event_read_fail.get(), 5);
  EXPECT_NE(services_.log.count(LogLevel::Warn, "above the 100 that are taken"), 0U);
}

TEST_F(ScribeSourceTest, listens_where_it_is_told) {
  start({{"port", "2499"}, {"bind", "10.0.0.1"}, {"workerThreads", "9"}});
  EXPECT_EQ(connect(), nullptr);
  EXPECT_NE(services_.network.connect(2499), nullptr);
}

}  // namespace
}  // namespace flume
