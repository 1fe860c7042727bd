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
using thrift_requests::Event;
using thrift_requests::TProtocol;
using thrift_requests::TType;

class ThriftSourceTest : public SourceBench, public testing::WithParamInterface<Encoding> {
 protected:
  ThriftSourceTest() : SourceBench("thrift") {}

  void start() {
    SourceBench::start({{"bind", "0.0.0.0"}, {"port", "4353"}, {"protocol", GetParam() == Encoding::Compact ? "compact" : "binary"}});
  }
  std::unique_ptr<SimPeer> connect() { return SourceBench::connect(4353); }
  std::vector<std::string> answers(const SimPeer& client) const { return thrift_requests::answers(GetParam(), client.received()); }
  static std::string append(std::int32_t sequence, const Event& event) { return thrift_requests::append(GetParam(), sequence, event); }
  static std::string batch(std::int32_t sequence, const std::vector<Event>& events) {
    return thrift_requests::append_batch(GetParam(), sequence, events);
  }
  static std::string call(const std::string& method, const std::function<void(TProtocol&)>& write) {
    return thrift_requests::framed(thrift_requests::call(GetParam(), method, 7, write));
  }
  /// The source closes the connection on these bytes, tells why, and goes on for others.
  void expect_refused(std::string_view bytes, const std::string& why) {
    const auto client = connect();
    client->send(bytes);
    client->shutdown_write();
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    EXPECT_EQ(client->received(), "");
    EXPECT_NE(services_.log.count(LogLevel::Warn, why), 0U) << why;
    EXPECT_THAT(channel_.bodies(), IsEmpty());
    EXPECT_EQ(counters_.open_connections.get(), 0);
  }
};

std::string encoding_name(const testing::TestParamInfo<Encoding>& tested) {
  return tested.param == Encoding::Compact ? "compact" : "binary";
}
INSTANTIATE_TEST_SUITE_P(Encodings, ThriftSourceTest, testing::Values(Encoding::Compact, Encoding::Binary), encoding_name);

TEST_P(ThriftSourceTest, an_event_is_answered_when_it_is_stored) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send(append(5, {{{"host", "a"}}, "one"}));
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "");
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("5 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_THAT(channel_.headers("host"), ElementsAre("a"));
  EXPECT_EQ(counters_.append_received.get(), 1);
  EXPECT_EQ(counters_.append_accepted.get(), 1);
  EXPECT_EQ(counters_.open_connections.get(), 1);
}

TEST_P(ThriftSourceTest, a_batch_has_one_answer) {
  start();
  const auto client = connect();
  client->send(batch(1, {{{}, "one"}, {{{"a", "1"}, {"b", ""}}, ""}, {{}, "thr\0ee"s}}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "", "thr\0ee"s));
  EXPECT_THAT(channel_.headers("a"), ElementsAre("<none>", "1", "<none>"));
  EXPECT_THAT(channel_.headers("b"), ElementsAre("<none>", "", "<none>"));
  EXPECT_EQ(counters_.append_batch_received.get(), 1);
  EXPECT_EQ(counters_.append_batch_accepted.get(), 1);
}

TEST_P(ThriftSourceTest, an_empty_batch_is_fine) {
  start();
  const auto client = connect();
  client->send(batch(1, {}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 0"));
}

TEST_P(ThriftSourceTest, requests_come_in_any_pieces_and_are_answered_in_order) {
  start();
  const auto client = connect();
  client->fragment(1);
  client->send(append(1, {{{"k", "v"}}, "one"}) + batch(2, {{{}, "two"}, {{}, "three"}}) + append(3, {{}, "four"}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 0", "2 0", "3 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "three", "four"));
}

TEST_P(ThriftSourceTest, a_connection_that_is_cut_at_any_byte_stores_whole_requests_only) {
  start();
  const std::string first = append(1, {{{"k", "v"}}, "one"});
  const std::string both = first + batch(2, {{{}, "two"}, {{{"x", "y"}}, "three"}});
  for (std::size_t cut = 0; cut <= both.size(); ++cut) {
    const std::size_t before = channel_.bodies().size();
    const auto client = connect();
    client->send(std::string_view(both).substr(0, cut));
    client->shutdown_write();
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    const std::size_t whole = cut == both.size() ? 2 : cut >= first.size() ? 1 : 0;
    EXPECT_EQ(answers(*client).size(), whole) << cut;
    EXPECT_EQ(channel_.bodies().size() - before, whole == 2 ? 3 : whole) << cut;
  }
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_P(ThriftSourceTest, an_unknown_method_is_refused_as_thrift_does_and_the_connection_kept) {
  start();
  const auto client = connect();
  client->send(append(1, {{}, "one"}) + call("flush", [](TProtocol&) {}) + append(2, {{}, "two"}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 0", "7 error 1: Invalid method name: 'flush'", "2 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  EXPECT_FALSE(client->is_closed());
}

TEST_P(ThriftSourceTest, an_event_without_a_required_field_refuses_its_request) {
  start();
  const auto client = connect();
  client->send(call("appendBatch", [](TProtocol& out) {
    out.writeFieldBegin("events", TType::T_LIST, 1);
    out.writeListBegin(TType::T_STRUCT, 2);
    thrift_requests::write_event(out, {{}, "whole"});
    out.writeStructBegin("");
    thrift_requests::write_texts(out, 1, {{"k", "v"}});
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeListEnd();
  }));
  client->send(append(8, {{}, "next"}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("7 error 7: Required field 'body' is missing in an event", "8 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("next"));
  EXPECT_EQ(counters_.event_read_fail.get(), 1);
}

TEST_P(ThriftSourceTest, fields_of_a_later_version_are_skipped) {
  start();
  const auto client = connect();
  client->send(call("append", [](TProtocol& out) {
    thrift_requests::write_texts(out, 9, {{"not", "known"}});
    out.writeFieldBegin("event", TType::T_STRUCT, 1);
    out.writeStructBegin("");
    thrift_requests::write_text(out, 2, "body first");
    thrift_requests::write_text(out, 40, "later");
    thrift_requests::write_texts(out, 1, {{"k", "v"}});
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeFieldEnd();
  }));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("7 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("body first"));
  EXPECT_THAT(channel_.headers("k"), ElementsAre("v"));
}

TEST_P(ThriftSourceTest, an_event_may_have_thousands_of_headers) {
  start();
  Event event{{}, "body"};
  for (int i = 0; i < 5000; ++i) event.headers["h" + std::to_string(i)] = std::to_string(i);
  const auto client = connect();
  client->send(append(1, event) + append(2, {{{"h1", "few"}}, "next"}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 0", "2 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("body", "next"));
  EXPECT_THAT(channel_.headers("h1"), ElementsAre("1", "few"));
  EXPECT_THAT(channel_.headers("h4999"), ElementsAre("4999", "<none>"));
}

TEST_P(ThriftSourceTest, large_events_pass) {
  start();
  const auto client = connect();
  const std::string large(8'000'000, 'x');
  client->send(append(1, {{}, large}) + append(2, {{}, "small"}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 0", "2 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre(large, "small"));
}

TEST_P(ThriftSourceTest, a_full_channel_is_failed_after_three_seconds_and_nothing_is_read_meanwhile) {
  start();
  channel_.set_full(true);
  const auto client = connect();
  client->send(append(1, {{}, "one"}));
  loop_.advance(2900ms);
  EXPECT_THAT(answers(*client), IsEmpty());
  loop_.advance(200ms);
  EXPECT_THAT(answers(*client), ElementsAre("1 1"));
  EXPECT_EQ(counters_.channel_write_fail.get(), 1);
  channel_.set_full(false);
  client->send(append(2, {{}, "one"}));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre("1 1", "2 0"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_EQ(counters_.append_received.get(), 2);
  EXPECT_EQ(counters_.append_accepted.get(), 1);
}

TEST_P(ThriftSourceTest, what_is_no_thrift_is_refused_and_named) {
  start();
  expect_refused("GET / HTTP/1.1\r\n\r\n", "the peer seems to speak HTTP");
  expect_refused("\x16\x03\x01\x02\0\1"s, "the peer seems to speak TLS");
  expect_refused("\x80\x01\0\1\0\0\0\6append"s, "without frames");
  expect_refused("\x7F\xFF\xFF\xFF", "above the 16384000 that are taken");
  expect_refused("\xFF\xFF\xFF\xFF", "above the 16384000 that are taken");
  expect_refused("\0\0\0\0"s, "damaged Thrift message");
  expect_refused("\0\0\0\4nope"s, "Thrift message");
  expect_refused("\0\0\0\xC8half"s, "in the middle of a message");
  EXPECT_EQ(counters_.event_read_fail.get(), 8);
}

TEST_P(ThriftSourceTest, a_claim_of_more_than_the_frame_holds_takes_no_memory) {
  start();
  // Lists, maps and texts of 2^31 - 1 elements.
  const bool is_compact = GetParam() == Encoding::Compact;
  const std::string head = thrift_requests::call(GetParam(), "appendBatch", 1, [](TProtocol&) {});
  const std::string no_end = head.substr(0, head.size() - 1);
  const std::string most = is_compact ? "\xFF\xFF\xFF\xFF\x07"s : "\x7F\xFF\xFF\xFF"s;
  const std::string list = no_end + (is_compact ? "\x19\xFC" : "\x0F\0\1\x0C"s) + most;
  const std::string event = no_end + (is_compact ? "\x19\x1C" : "\x0F\0\1\x0C\0\0\0\1"s);
  const std::string map = event + (is_compact ? "\x1B" + most + "\x88" : "\x0D\0\1\x0B\x0B"s + most);
  const std::string body = event + (is_compact ? "\x28" : "\x0B\0\2"s) + most;
  for (const std::string& message : {list, map, body}) {
    const auto client = connect();
    client->send(thrift_requests::framed(message));
    client->shutdown_write();
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    EXPECT_THAT(channel_.bodies(), IsEmpty());
  }
  EXPECT_EQ(counters_.event_read_fail.get(), 3);
}

TEST_P(ThriftSourceTest, nesting_has_an_end) {
  start();
  const auto client = connect();
  client->send(call("append", [](TProtocol& out) {
    for (int i = 0; i < 1000; ++i) {
      out.writeFieldBegin("", TType::T_STRUCT, 9);
      out.writeStructBegin("");
    }
    for (int i = 0; i < 1000; ++i) {
      out.writeFieldStop();
      out.writeStructEnd();
    }
  }));
  loop_.run_until_idle();
  EXPECT_THAT(answers(*client), ElementsAre(HasSubstr("7 error 7")));
}

TEST_P(ThriftSourceTest, a_client_that_goes_before_its_answer_harms_nobody) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send(append(1, {{}, "one"}));
  loop_.run_until_idle();
  client->cut();
  loop_.run_until_idle();
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_P(ThriftSourceTest, a_stop_stores_and_answers_what_has_arrived) {
  start();
  const auto client = connect();
  client->send(append(1, {{}, "one"}));
  source_->stop(loop_.in(5s));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_THAT(answers(*client), ElementsAre("1 0"));
  EXPECT_TRUE(client->is_closed());
}

using ThriftSourceBytesTest = ThriftSourceTest;
INSTANTIATE_TEST_SUITE_P(Compact, ThriftSourceBytesTest, testing::Values(Encoding::Compact), encoding_name);

// By hand from the specification of the compact protocol.
TEST_P(ThriftSourceBytesTest, requests_and_answers_are_those_of_the_specification) {
  start();
  const auto client = connect();
  client->send(
      "\0\0\0\x18\x82\x21\x01\x06"
      "append"
      "\x1C\x1B\x01\x88\x01k\x01v\x18\x02hi\0\0"s);
  loop_.run_until_idle();
  EXPECT_EQ(client->received(),
            "\0\0\0\x0E\x82\x41\x01\x06"
            "append"
            "\x05\0\0\0"s);
  EXPECT_THAT(channel_.bodies(), ElementsAre("hi"));
  EXPECT_THAT(channel_.headers("k"), ElementsAre("v"));
}

TEST(ThriftSourceOptions, kerberos_is_refused_and_an_unknown_protocol_too) {
  const ComponentInfo& info = builtin_component(Kind::Source, "org.apache.flume.source.ThriftSource");
  const Keys keys{{"bind", "0.0.0.0"}, {"port", "1"}};
  EXPECT_TRUE(parse_options(info, keys).ok());
  Keys kerberos = keys;
  kerberos.insert(kerberos.end(), {{"kerberos", "true"}, {"agent-principal", "flume/host"}, {"agent-keytab", "/k"}});
  EXPECT_THAT(parse_options(info, kerberos).status().message(), HasSubstr("kerberos: comes later"));
  Keys json = keys;
  json.emplace_back("protocol", "json");
  EXPECT_THAT(parse_options(info, json).status().message(), HasSubstr("protocol"));
}

}  // namespace
}  // namespace flume
