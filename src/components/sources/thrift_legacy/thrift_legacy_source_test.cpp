#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"
#include "support/thrift_requests.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using thrift::Encoding;
using thrift_requests::TMessageType;
using thrift_requests::TProtocol;
using thrift_requests::TType;

struct LegacyEvent {
  std::int64_t timestamp = 1700000000123;
  std::int32_t priority = 2;
  std::string body;
  std::map<std::string, std::string> fields{};
};

void write_number(TProtocol& out, std::int16_t field, std::int64_t number) {
  out.writeFieldBegin("", TType::T_I64, field);
  out.writeI64(number);
  out.writeFieldEnd();
}

std::string append_with(const std::function<void(TProtocol&)>& write_fields) {
  return thrift_requests::call(
      Encoding::Binary, "append", 1,
      [&](TProtocol& out) {
        out.writeFieldBegin("evt", TType::T_STRUCT, 1);
        write_fields(out);
        out.writeFieldStop();
      },
      TMessageType::T_ONEWAY);
}

std::string append(const LegacyEvent& event) {
  return append_with([&](TProtocol& out) {
    thrift_requests::write_texts(out, 6, event.fields);
    write_number(out, 1, event.timestamp);
    out.writeFieldBegin("", TType::T_I32, 2);
    out.writeI32(event.priority);
    thrift_requests::write_text(out, 3, event.body);
    write_number(out, 4, 42);
    thrift_requests::write_text(out, 5, "old-host");
  });
}

class ThriftLegacySourceTest : public SourceBench {
 protected:
  ThriftLegacySourceTest() : SourceBench("org.apache.flume.source.thriftLegacy.ThriftLegacySource") {}
  void SetUp() override { start({{"host", "0.0.0.0"}, {"port", "35861"}}); }
  std::unique_ptr<SimPeer> connect() { return SourceBench::connect(35861); }
};

TEST_F(ThriftLegacySourceTest, an_event_has_flumes_headers_and_no_answer) {
  const auto client = connect();
  client->send(append({.body = "one", .fields = {{"k", "v"}, {"bad", "a\xFF"}}}));
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "");
  EXPECT_FALSE(client->is_closed());
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  for (const auto& [header, value] : std::map<std::string, std::string>{{"host", "old-host"},
                                                                        {"timestamp", "1700000000123"},
                                                                        {"pri", "WARN"},
                                                                        {"nanos", "42"},
                                                                        {"FlumeOG", "yes"},
                                                                        {"k", "v"},
                                                                        {"bad", "a\xEF\xBF\xBD"}}) {
    EXPECT_THAT(channel_.headers(header), ElementsAre(value)) << header;
  }
}

TEST_F(ThriftLegacySourceTest, its_own_fields_win_but_for_the_mark_of_the_old_flume) {
  const auto client = connect();
  client->send(append({.priority = 9, .body = "one", .fields = {{"host", "mine"}, {"FlumeOG", "no"}}}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.headers("host"), ElementsAre("mine"));
  EXPECT_THAT(channel_.headers("FlumeOG"), ElementsAre("yes"));
  EXPECT_THAT(channel_.headers("pri"), ElementsAre("9"));
}

TEST_F(ThriftLegacySourceTest, what_an_event_has_not_is_left_out) {
  const auto client = connect();
  client->send(append_with([](TProtocol&) {}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre(""));
  for (const char* header : {"host", "timestamp", "pri", "nanos"}) EXPECT_THAT(channel_.headers(header), ElementsAre("<none>"));
}

TEST_F(ThriftLegacySourceTest, messages_come_in_any_pieces_and_close_is_answered) {
  const auto client = connect();
  client->fragment(1);
  client->send(append({.body = "one"}) + append({.body = std::string(3000, 'x')}) +
               thrift_requests::call(Encoding::Binary, "flush", 5, [](TProtocol&) {}) +
               thrift_requests::call(Encoding::Binary, "close", 6, [](TProtocol&) {}) + append({.body = "two"}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", std::string(3000, 'x'), "two"));
  const std::string closed = "\x80\x01\0\2\0\0\0\5close\0\0\0\6\0"s;
  EXPECT_THAT(client->received(), testing::EndsWith(closed));
  EXPECT_THAT(client->received(), HasSubstr("Invalid method name: 'flush'"));
}

TEST_F(ThriftLegacySourceTest, a_connection_that_is_cut_at_any_byte_stores_whole_events_only) {
  const std::string first = append({.body = "one", .fields = {{"k", "v"}}});
  const std::string both = first + append({.body = "two"});
  for (std::size_t cut = 0; cut <= both.size(); ++cut) {
    const std::size_t before = channel_.bodies().size();
    const auto client = connect();
    client->send(std::string_view(both).substr(0, cut));
    client->shutdown_write();
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    EXPECT_EQ(channel_.bodies().size() - before, cut == both.size() ? 2U : cut >= first.size() ? 1U : 0U) << cut;
  }
}

TEST_F(ThriftLegacySourceTest, what_is_no_event_ends_the_connection_and_keeps_those_before_it) {
  const std::vector<std::string> bad{"GET / HTTP/1.1\r\n\r\n", "\0\0\0\x20\x82\x21\x01\x06"s,
                                     thrift_requests::call(Encoding::Binary, "append", 1, [](TProtocol&) {}),
                                     append_with([](TProtocol& out) {
                                       out.writeFieldBegin("", TType::T_MAP, 6);
                                       out.writeMapBegin(TType::T_I32, TType::T_I32, 1);
                                       out.writeI32(1);
                                       out.writeI32(2);
                                     })};
  for (const std::string& bytes : bad) {
    const auto client = connect();
    client->send(append({.body = "before"}) + bytes);
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    EXPECT_EQ(client->received(), "");
  }
  EXPECT_EQ(channel_.bodies().size(), bad.size());
  EXPECT_EQ(counters_.event_read_fail.get(), static_cast<std::int64_t>(bad.size()));
}

TEST_F(ThriftLegacySourceTest, a_full_channel_stops_the_reading_and_loses_nothing) {
  const auto client = connect();
  channel_.set_full(true);
  client->send(append({.body = "one"}));
  loop_.run_until_idle();
  client->send(append({.body = "two"}));
  loop_.advance(10min);
  EXPECT_THAT(channel_.bodies(), IsEmpty());
  channel_.set_full(false);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace flume
