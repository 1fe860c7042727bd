#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/flume_rpc/frame.h"
#include "clients/flume_rpc/response.h"
#include "support/batch_of.h"
#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using rpc::Match;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string handshake(std::optional<std::string> text = std::nullopt, rpc::ProtocolHash client = rpc::kFlumeHash,
                      rpc::ProtocolHash server = rpc::kFlumeHash) {
  std::string bytes;
  rpc::put_handshake(bytes, {.client_hash = client, .client_protocol = std::move(text), .server_hash = server});
  return bytes;
}

std::string encoded(const std::vector<std::string>& bodies) {
  const EventBatch batch = batch_of_bodies(bodies);
  std::vector<iovec> pieces;
  batch.avro_iov(pieces);
  std::string bytes;
  for (const iovec& piece : pieces) bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  return bytes;
}

std::string head_of(std::string_view method) {
  std::string head;
  rpc::put_metadata(head, {});
  rpc::put_bytes(head, method);
  return head;
}

std::string batch_call(const std::vector<std::string>& bodies) {
  std::string call = head_of(rpc::kAppendBatch);
  if (!bodies.empty()) rpc::put_long(call, static_cast<std::int64_t>(bodies.size()));
  call += encoded(bodies);
  rpc::put_long(call, 0);
  return call;
}

std::string append_call(const std::string& body) { return head_of(rpc::kAppend) + encoded({body}); }

std::string frame_of(std::int32_t serial, const std::vector<std::string>& buffers) {
  std::string frame;
  rpc::put_int32(frame, static_cast<std::uint32_t>(serial));
  rpc::put_int32(frame, static_cast<std::uint32_t>(buffers.size()));
  for (const std::string& buffer : buffers) {
    rpc::put_int32(frame, static_cast<std::uint32_t>(buffer.size()));
    frame += buffer;
  }
  return frame;
}

struct Received {
  std::int32_t serial;
  std::string message;
};

/// All frames that the source has answered.
std::vector<Received> answers_in(const std::string& bytes) {
  std::vector<Received> answers;
  for (ByteView rest = as_bytes(bytes); !rest.empty();) {
    rpc::FrameParser parser({});
    std::string message;
    while (!parser.is_complete()) {
      const auto own = parser.next(rest);
      if (!own || (own->empty() && !parser.is_complete())) {
        ADD_FAILURE() << "no whole answer";
        return answers;
      }
      message += as_text(*own);
    }
    answers.push_back({parser.serial(), message});
  }
  return answers;
}

/// What the answer to a handshake says; `message` is advanced behind it.
rpc::HandshakeResponse handshake_in(std::string_view& message) {
  rpc::WireReader reader(message);
  rpc::HandshakeResponse response;
  EXPECT_TRUE(rpc::read_handshake(reader, response)) << reader.problem().message();
  message = reader.rest();
  return response;
}

/// "ok", "failed", or the error of an answer; that of a first one behind its handshake.
std::string result_in(std::string_view message, bool has_handshake = false) {
  if (has_handshake) handshake_in(message);
  const std::string frame = frame_of(0, {std::string(message)});
  rpc::ResponseReader reader;
  ByteView bytes = as_bytes(frame);
  const auto answer = reader.feed(bytes, rpc::ResponseReader::Expected::Call);
  if (!answer) return answer.status().message();
  if ((*answer)->error) return *(*answer)->error;
  return (*answer)->status == rpc::AppendStatus::Ok ? "ok" : "failed";
}

class AvroSourceTest : public SourceBench {
 protected:
  AvroSourceTest() : SourceBench("avro") {}
  void start(Keys keys = {}) {
    keys.insert(keys.begin(), {{"bind", "0.0.0.0"}, {"port", "4141"}});
    SourceBench::start(keys);
  }
  std::unique_ptr<SimPeer> connect() { return SourceBench::connect(4141); }
};

TEST_F(AvroSourceTest, a_batch_is_stored_and_answered_as_java_answers) {
  start();
  const auto client = connect();
  client->send(frame_of(5, {handshake() + batch_call({"one", "two"})}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  EXPECT_EQ(client->received(), "\0\0\0\5\0\0\0\3\0\0\0\4\0\0\0\0\0\0\0\1\0\0\0\0\2\0\0"sv);
  EXPECT_EQ(counters_.append_batch_received.get(), 1);
  EXPECT_EQ(counters_.append_batch_accepted.get(), 1);
}

TEST_F(AvroSourceTest, later_calls_of_a_connection_have_no_handshake) {
  start();
  const auto client = connect();
  client->send(frame_of(1, {handshake() + append_call("one")}) + frame_of(2, {append_call("two")}) +
               frame_of(3, {batch_call({"three", "four"})}));
  loop_.run_until_idle();
  const auto answers = answers_in(client->received());
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(result_in(answers[0].message, true), "ok");
  EXPECT_EQ(result_in(answers[1].message), "ok");
  EXPECT_EQ(answers[2].serial, 3);
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(channel_.batch_sizes().size(), 1U) << "what came together is stored together";
}

TEST_F(AvroSourceTest, messages_come_in_any_pieces) {
  start();
  const auto client = connect();
  client->fragment(1);
  const std::string call = handshake() + batch_call({"one", std::string(3000, 'x')});
  client->send(frame_of(1, {call.substr(0, 10), "", call.substr(10, 100), call.substr(110)}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", std::string(3000, 'x')));
}

TEST_F(AvroSourceTest, a_client_of_another_protocol_has_to_tell_its_text_first) {
  start();
  const rpc::ProtocolHash other{1, 2, 3};
  const auto client = connect();
  client->send(frame_of(1, {handshake(std::nullopt, other, other) + append_call("one")}));
  loop_.run_until_idle();
  auto answers = answers_in(client->received());
  ASSERT_EQ(answers.size(), 1U);
  std::string_view message = answers[0].message;
  const auto none = handshake_in(message);
  EXPECT_EQ(none.match, Match::None);
  EXPECT_EQ(none.server_protocol, rpc::protocol_text());
  EXPECT_EQ(none.server_hash, rpc::own_hash());
  EXPECT_EQ(message, "");
  EXPECT_THAT(channel_.bodies(), IsEmpty()) << "the call was not looked at";

  client->send(frame_of(2, {handshake(std::string(rpc::protocol_text()), other, rpc::own_hash()) + append_call("one")}));
  loop_.run_until_idle();
  answers = answers_in(client->received());
  message = answers[1].message;
  EXPECT_EQ(handshake_in(message).match, Match::Both);
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));

  const auto next = connect();  // its hash is known now; what it thinks of us is wrong
  next->send(frame_of(1, {handshake(std::nullopt, other, other) + append_call("two")}));
  loop_.run_until_idle();
  const auto of_next = answers_in(next->received());
  message = of_next[0].message;
  EXPECT_EQ(handshake_in(message).match, Match::Client);
  EXPECT_EQ(result_in(message), "ok");
}

TEST_F(AvroSourceTest, an_unknown_method_is_an_error_and_the_connection_stays) {
  start();
  const auto client = connect();
  client->send(frame_of(1, {handshake() + std::string("\0\6foo", 5)}) + frame_of(2, {append_call("two")}));
  loop_.run_until_idle();
  const auto answers = answers_in(client->received());
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(result_in(answers[0].message, true), "org.apache.avro.AvroRuntimeException: No such remote message: foo");
  EXPECT_EQ(result_in(answers[1].message), "ok");
}

TEST_F(AvroSourceTest, a_ping_is_answered_by_the_handshake_alone) {
  start();
  const auto client = connect();
  client->send(frame_of(1, {handshake() + std::string(2, '\0')}));
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\0"sv);
}

TEST_F(AvroSourceTest, an_empty_batch_is_fine) {
  start();
  const auto client = connect();
  client->send(frame_of(1, {handshake() + batch_call({})}));
  loop_.run_until_idle();
  EXPECT_EQ(result_in(answers_in(client->received()).at(0).message, true), "ok");
}

TEST_F(AvroSourceTest, a_broken_event_fails_its_call_and_nothing_else) {
  start();
  const auto client = connect();
  std::string broken = batch_call({"never", "half"});
  broken.resize(broken.size() - 3);
  client->send(frame_of(1, {handshake() + append_call("one")}) + frame_of(2, {broken}) + frame_of(3, {append_call("two")}));
  loop_.run_until_idle();
  const auto answers = answers_in(client->received());
  ASSERT_EQ(answers.size(), 3U);
  std::map<std::int32_t, std::string> results;
  for (const Received& answer : answers) results[answer.serial] = result_in(answer.message, answer.serial == 1);
  EXPECT_EQ(results[1], "ok");
  EXPECT_NE(results[2], "ok");
  EXPECT_NE(results[2], "failed");
  EXPECT_EQ(results[3], "ok");
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  EXPECT_EQ(counters_.event_read_fail.get(), 1);
}

TEST_F(AvroSourceTest, a_full_channel_is_answered_with_failed_in_time) {
  start();
  channel_.set_full(true);
  const auto client = connect();
  client->send(frame_of(1, {handshake() + batch_call({"one"})}));
  loop_.advance(2900ms);
  EXPECT_EQ(client->received(), "");
  loop_.advance(200ms);
  EXPECT_EQ(result_in(answers_in(client->received()).at(0).message, true), "failed");
  channel_.set_full(false);
  client->send(frame_of(2, {batch_call({"one"})}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

TEST_F(AvroSourceTest, other_protocols_on_its_port_are_recognised) {
  start();
  const auto http = connect();
  http->send("GET / HTTP/1.1\r\n\r\n");
  const auto tls = connect();
  tls->send("\x16\x03\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv);
  loop_.run_until_idle();
  EXPECT_TRUE(http->is_closed());
  EXPECT_TRUE(tls->is_closed());
  EXPECT_TRUE(services_.log.contains("HTTP"));
  EXPECT_TRUE(services_.log.contains("looks like TLS"));
}

TEST_F(AvroSourceTest, frames_that_claim_too_much_close_the_connection_at_once) {
  start();
  for (const std::string_view hostile :
       {"\0\0\0\1\0\0\0\1\x7F\xFF\xFF\xFF"sv, "\0\0\0\1\x7F\xFF\xFF\xFF"sv, "\0\0\0\1\xFF\xFF\xFF\xFF"sv}) {
    const auto client = connect();
    client->send(hostile);
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
  }
}

TEST_F(AvroSourceTest, a_connection_that_breaks_anywhere_stores_whole_calls_only) {
  start();
  const std::string first = frame_of(1, {handshake() + batch_call({"one", "two"})});
  const std::string bytes = first + frame_of(2, {batch_call({"three", "four"})});
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto client = connect();
    client->send(std::string_view(bytes).substr(0, size));
    client->shutdown_write();
    loop_.run_until_idle();
    EXPECT_TRUE(client->is_closed());
    const std::size_t calls = (size >= first.size() ? 1U : 0U) + (size == bytes.size() ? 1U : 0U);
    EXPECT_EQ(answers_in(client->received()).size(), calls) << size;
  }
  EXPECT_EQ(channel_.bodies().size(), 2 * (bytes.size() - first.size() + 1) + 2);
}

TEST_F(AvroSourceTest, rules_decide_who_may_connect) {
  start({{"ipFilter", "true"}, {"ipFilterRules", "deny:ip:*"}});
  const auto client = connect();
  loop_.run_until_idle();
  EXPECT_TRUE(client->is_closed());
  EXPECT_TRUE(services_.log.contains("ipFilterRules"));
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_F(AvroSourceTest, rules_of_names_wait_for_the_name) {
  start({{"ipFilter", "true"}, {"ipFilterRules", "allow:name:*"}});
  const auto client = connect();
  client->send(frame_of(1, {handshake() + append_call("one")}));
  loop_.advance(10s);
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

TEST(AvroSourceOptions, bad_rules_are_refused) {
  const ComponentInfo& avro = builtin_component(Kind::Source, "avro");
  const Keys keys{{"bind", "0.0.0.0"}, {"port", "4141"}, {"ipFilter", "true"}};
  EXPECT_FALSE(parse_options(avro, keys).ok());
  Keys bad = keys;
  bad.emplace_back("ipFilterRules", "permit:ip:*");
  EXPECT_THAT(parse_options(avro, bad).status().message(), HasSubstr("'permit:ip:*' is no rule"));
}

}  // namespace
}  // namespace flume
