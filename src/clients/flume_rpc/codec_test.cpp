#include <openssl/evp.h>

#include "clients/flume_rpc/request.h"
#include "clients/flume_rpc/response.h"
#include "support/batch_of.h"

namespace flume::rpc {
namespace {

using testing::HasSubstr;

const std::vector<TestEvent> kEvents = {{{}, ""},
                                        {{{"host", "a"}, {"timestamp", "1700000000000"}}, "first"},
                                        {{{"", ""}}, std::string("\0\xff", 2)},
                                        {{}, std::string(300'000, 'x')}};

std::string wire_of(const EncodedRequest& request) {
  std::string bytes;
  for (const ByteView piece : request.pieces()) bytes += as_text(piece);
  return bytes;
}

/// The same message as Java cuts it.
std::string cut_into_buffers(const std::string& message, std::size_t size) {
  const std::string payload = message.substr(12);
  std::string cut = message.substr(0, 4);
  put_int32(cut, static_cast<std::uint32_t>((payload.size() + size - 1) / size));
  for (std::size_t at = 0; at < payload.size(); at += size) {
    const std::string piece = payload.substr(at, size);
    put_int32(cut, static_cast<std::uint32_t>(piece.size()));
    cut += piece;
  }
  return cut;
}

std::string with_greeting(const HandshakeRequest& handshake, const std::string& message) {
  std::string payload;
  put_handshake(payload, handshake);
  payload += message.substr(12);
  std::string whole;
  put_frame(whole, 7, payload.size());
  return whole + payload;
}

struct Taken {
  Request request;
  std::vector<TestEvent> events;
};

class RequestTest : public testing::Test {
 protected:
  /// All requests of the bytes, which come in pieces of `piece`; `is_direct`: where the reader wants them.
  std::vector<Taken> read(std::string_view wire, std::size_t piece, bool is_direct = false) {
    std::vector<Taken> taken;
    std::size_t at = 0;
    while (at < wire.size()) {
      const std::span<std::byte> direct = is_direct ? reader_.direct() : std::span<std::byte>();
      bool is_complete = false;
      if (!direct.empty()) {
        const std::size_t size = std::min({direct.size(), piece, wire.size() - at});
        std::memcpy(direct.data(), wire.data() + at, size);
        at += size;
        directly_ += size;
        is_complete = reader_.received(size);
      } else {
        ByteView bytes = as_bytes(wire.substr(at, piece));
        const std::size_t before = bytes.size();
        const auto fed = reader_.feed(bytes, room_);
        if (!fed) {
          problem_ = fed.status();
          return taken;
        }
        at += before - bytes.size();
        is_complete = *fed;
      }
      if (!is_complete) continue;
      taken.push_back({reader_.request(), {}});
      if (!reader_.request().method.empty()) {
        const auto count = adopt_events(reader_.request(), builder_);
        if (!count) {
          problem_ = count.status();
          return taken;
        }
        taken.back().events = events_of(builder_.take());
        EXPECT_EQ(*count, taken.back().events.size());
      }
      reader_.next_request();
      reader_.greeted();
    }
    return taken;
  }
  Status problem_of(std::string_view wire, std::size_t piece = 1U << 20) {
    problem_ = Status();
    read(wire, piece);
    return problem_;
  }

  SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  BuilderRoom room_{builder_};
  RequestReader reader_{{}};
  std::size_t directly_ = 0;
  Status problem_;
};

TEST(Protocol, its_own_hash_is_that_of_its_text) {
  ProtocolHash digest{};
  ASSERT_EQ(EVP_Digest(protocol_text().data(), protocol_text().size(), digest.data(), nullptr, EVP_md5(), nullptr), 1);
  EXPECT_EQ(digest, own_hash());
  EXPECT_TRUE(check_client_protocol(protocol_text()).ok());
}

TEST(Protocol, a_client_with_other_events_is_told_so) {
  const std::string text(protocol_text());
  const auto with = [&](const std::string& what, const std::string& by) {
    std::string other = text;
    other.replace(other.find(what), what.size(), by);
    return check_client_protocol(other);
  };
  EXPECT_TRUE(with(R"({"name":"body","type":"bytes"})", R"({"name":"body","type":"bytes","doc":"any"})").ok());
  EXPECT_THAT(with(R"("type":"bytes")", R"("type":"string")").message(), HasSubstr("is not {map<string> headers; bytes body}"));
  EXPECT_THAT(with(R"("name":"body")", R"("name":"content")").message(), HasSubstr("is not {map"));
  EXPECT_THAT(with("AvroFlumeEvent\",\"fields", "Other\",\"fields").message(), HasSubstr("has no AvroFlumeEvent"));
  EXPECT_THAT(with(R"({"type":"map","values":"string"})", R"({"type":"map","values":"unknown"})").message(), HasSubstr("AvroFlumeEvent"));
  EXPECT_THAT(check_client_protocol("{").message(), HasSubstr("not JSON"));
  EXPECT_FALSE(check_client_protocol(std::string(60'000, '[')).ok());
  EXPECT_FALSE(check_client_protocol(R"({"types":[7,{"name":7},{"name":"AvroFlumeEvent"}]})").ok());
}

TEST_F(RequestTest, events_come_as_they_went_however_the_bytes_are_cut) {
  const std::string message = wire_of(encode_append_batch(42, {{"who", "me"}}, batch_of(kEvents)));
  const std::string wire =
      with_greeting(first_greeting(), message) + message + cut_into_buffers(message, 8192) + cut_into_buffers(message, 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, std::size_t{100'000}, wire.size()}) {
    for (const bool is_direct : {false, true}) {
      reader_ = RequestReader({.message_bytes = 1U << 20, .buffers = 1U << 20});
      const std::vector<Taken> taken = read(wire, piece, is_direct);
      ASSERT_TRUE(problem_.ok()) << problem_.message();
      ASSERT_EQ(taken.size(), 4U);
      EXPECT_EQ(taken[0].request.serial, 7);
      EXPECT_EQ(taken[0].request.handshake->client_hash, kFlumeHash);
      EXPECT_EQ(taken[1].request.serial, 42);
      EXPECT_FALSE(taken[1].request.handshake);
      for (const Taken& each : taken) {
        EXPECT_EQ(each.request.method, "appendBatch");
        EXPECT_EQ(each.request.metadata, (Metadata{{"who", "me"}}));
        EXPECT_EQ(each.events, kEvents);
      }
    }
  }
  EXPECT_GT(directly_, 100'000U);
}

TEST_F(RequestTest, events_are_received_where_they_stay) {
  const std::string message =
      with_greeting(first_greeting(), wire_of(encode_append_batch(1, {}, batch_of_bodies({std::string(50'000, 'a'), "b"}))));
  ByteView bytes = as_bytes(std::string_view(message).substr(0, 1000));
  ASSERT_FALSE(*reader_.feed(bytes, room_));
  const std::span<std::byte> place = reader_.direct();
  ASSERT_EQ(place.size(), message.size() - 1000);
  std::memcpy(place.data(), message.data() + 1000, place.size());
  ASSERT_TRUE(reader_.received(place.size()));
  const char* received_at = reader_.request().events.data();
  ASSERT_EQ(*adopt_events(reader_.request(), builder_), 2U);
  const EventBatch batch = builder_.take();
  EXPECT_EQ(batch[0].avro().data(), received_at);
  EXPECT_EQ(batch[1].body(), "b");
}

TEST_F(RequestTest, a_batch_goes_on_the_wire_as_it_lies_in_memory) {
  const EventBatch batch = batch_of(kEvents);
  const EncodedRequest request = encode_append_batch(1, {}, batch);
  const std::vector<ByteView> pieces = request.pieces();
  ASSERT_EQ(pieces.size(), 2 + batch.slices().size());
  EXPECT_EQ(static_cast<const void*>(pieces[1].data()), batch[0].avro().data());
  std::size_t around = 0;
  for (const ByteView piece : {pieces.front(), pieces.back()}) around += piece.size();
  EXPECT_LE(around, kMostAround);
}

TEST_F(RequestTest, a_single_event_and_no_events_and_a_greeting_alone) {
  const EventBatch one = batch_of({kEvents[1]});
  std::string append;
  put_metadata(append, {});
  put_bytes(append, kAppend);
  append += one[0].avro();
  std::string wire = encode_greeting(1, first_greeting());
  put_frame(wire, 2, append.size());
  wire += append + wire_of(encode_append_batch(3, {}, {}));
  const std::vector<Taken> taken = read(wire, 5);
  ASSERT_TRUE(problem_.ok()) << problem_.message();
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_EQ(taken[0].request.method, "");
  EXPECT_EQ(taken[1].request.method, "append");
  EXPECT_EQ(taken[1].events, std::vector<TestEvent>{kEvents[1]});
  EXPECT_THAT(taken[2].events, testing::IsEmpty());
}

TEST_F(RequestTest, an_array_may_come_in_several_blocks_with_or_without_their_sizes) {
  const EventBatch batch = batch_of({kEvents[1], kEvents[2]});
  std::string call;
  put_metadata(call, {});
  put_bytes(call, kAppendBatch);
  for (const EventView event : batch) {
    put_long(call, -1);
    put_long(call, static_cast<std::int64_t>(event.avro().size()));
    call += event.avro();
  }
  put_long(call, 1);
  call += batch[0].avro();
  put_long(call, 0);
  reader_.greeted();
  std::string wire;
  put_frame(wire, 2, call.size());
  const auto taken = read(wire + call, 1);
  ASSERT_TRUE(problem_.ok()) << problem_.message();
  EXPECT_EQ(taken.at(0).events, (std::vector<TestEvent>{kEvents[1], kEvents[2], kEvents[1]}));
}

TEST_F(RequestTest, what_nobody_serves_is_told_by_name_and_kept_nowhere) {
  std::string call;
  put_metadata(call, {});
  put_bytes(call, "drop");
  call += std::string(100'000, 'x');
  std::string wire;
  put_frame(wire, 2, call.size());
  wire += call;
  ByteView bytes = as_bytes(wire);
  reader_.greeted();
  ASSERT_TRUE(*reader_.feed(bytes, room_));
  EXPECT_EQ(reader_.request().method, "drop");
  EXPECT_TRUE(reader_.request().events.empty());
  EXPECT_EQ(no_such_message("x"), "org.apache.avro.AvroRuntimeException: No such remote message: x");
}

TEST_F(RequestTest, hostile_frames_are_refused_before_memory_is_taken) {
  const auto frame = [](std::uint32_t buffers, std::uint32_t size) {
    std::string wire;
    for (const std::uint32_t number : {1U, buffers, size}) put_int32(wire, number);
    return wire;
  };
  const auto problem = [this](const std::string& wire) {
    reader_ = RequestReader({});
    const Status status = problem_of(wire);
    return status.ok() ? std::string() : status.message();
  };
  EXPECT_THAT(problem(frame(1, 0x7fffffff)), HasSubstr("a message of at least 2147483647 bytes"));
  EXPECT_THAT(problem(frame(1, 0x80000000)), HasSubstr("negative size"));
  EXPECT_THAT(problem(frame(1'000'000, 1)), HasSubstr("a message of 1000000 buffers"));
  EXPECT_THAT(problem(frame(0x80000000, 1)), HasSubstr("buffers"));
  EXPECT_THAT(problem(frame(0, 0)), HasSubstr("ends before its call"));
  EXPECT_THAT(problem("GET / HTTP/1.1\r\n\r\n"), HasSubstr("looks like text, of HTTP"));
  EXPECT_THAT(problem(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x07", 12)), HasSubstr("negative size (it looks like TLS"));
  EXPECT_THAT(problem("\x16\x03\x01\x02\xc0\x01\x01\x01"), HasSubstr("looks like TLS"));
  EXPECT_THAT(problem("\x78\x9c\x62\x60\x80\x42\x01\x01"), HasSubstr("looks compressed"));
  // Metadata without end, names without end: the head is bounded, whatever the message is.
  std::string head(34, '\0');
  put_long(head, 200);
  for (int i = 0; i < 200; ++i) {
    put_bytes(head, std::to_string(i));
    put_bytes(head, std::string(1000, 'x'));
  }
  EXPECT_THAT(problem(frame(1, 10'000'000) + head), HasSubstr("no Avro RPC of Flume"));
  EXPECT_EQ(pool_->bytes_out(), 0U) << "memory was taken";
}

TEST_F(RequestTest, truncated_or_damaged_calls_are_refused_and_nothing_of_them_is_kept) {
  const std::string message = wire_of(encode_append_batch(1, {{"a", "b"}}, batch_of({kEvents[1], kEvents[2]})));
  const std::string payload = message.substr(12);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    reader_ = RequestReader({});
    reader_.greeted();
    std::string wire;
    put_frame(wire, 1, size);
    const Status status = problem_of(wire + payload.substr(0, size), size % 7 + 1);
    EXPECT_FALSE(status.ok()) << size;
    builder_.abort();
  }
  reader_ = RequestReader({});
  reader_.greeted();
  std::string wire;
  put_frame(wire, 1, payload.size() + 1);
  EXPECT_THAT(problem_of(wire + payload + "x").message(), HasSubstr("bytes behind the events"));
}

TEST(Handshake, every_match_is_answered_as_flume_answers) {
  KnownClients known;
  HandshakeRequest request = first_greeting();
  const auto answered = [&] {
    auto response = answer_handshake(request, known);
    EXPECT_TRUE(response.ok());
    return *std::move(response);
  };
  const HandshakeResponse both = answered();
  std::string bytes;
  put_handshake(bytes, both);
  EXPECT_EQ(bytes, std::string(4, '\0'));

  request.server_hash = {1};
  EXPECT_EQ(answered().match, Match::Client);
  EXPECT_EQ(answered().server_protocol, protocol_text());
  EXPECT_EQ(answered().server_hash, own_hash());

  request.client_hash = {2};
  EXPECT_EQ(answered().match, Match::None);
  request.client_protocol = std::string(protocol_text());
  EXPECT_EQ(answered().match, Match::Client);
  request.client_protocol.reset();
  request.server_hash = own_hash();
  EXPECT_EQ(answered().match, Match::Both) << "it was known by then";

  request.client_protocol = "{}";
  EXPECT_FALSE(answer_handshake(request, known).ok());
  for (std::uint8_t i = 3; i < 250; ++i) known.learn({i});
  request.client_protocol.reset();
  EXPECT_EQ(answered().match, Match::None) << "what is remembered is bounded";
}

TEST(Response, comes_as_it_went_however_the_bytes_are_cut) {
  using Expected = ResponseReader::Expected;
  HandshakeResponse refused{.match = Match::None, .server_protocol = "text", .server_hash = own_hash(), .metadata = {{"a", "b"}}};
  std::string wire = encode_handshake_response(1, refused);
  wire += encode_response({.serial = 2, .metadata = {{"window", std::string("\0\1", 2)}}});
  wire += encode_response({.serial = 3, .status = AppendStatus::Failed});
  wire += encode_response({.serial = 4, .error = "no room"});
  for (std::size_t piece = 1; piece < wire.size(); ++piece) {
    ResponseReader reader;
    std::vector<Response> responses;
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      ByteView bytes = as_bytes(std::string_view(wire).substr(at, piece));
      while (!bytes.empty()) {
        auto response = reader.feed(bytes, responses.empty() ? Expected::Greeting : Expected::Call);
        ASSERT_TRUE(response.ok()) << response.status().message();
        if (response->has_value()) responses.push_back(**std::move(response));
      }
    }
    ASSERT_EQ(responses.size(), 4U);
    EXPECT_EQ(responses[0].handshake->match, Match::None);
    EXPECT_EQ(responses[0].handshake->server_protocol, "text");
    EXPECT_EQ(responses[0].handshake->server_hash, own_hash());
    EXPECT_EQ(responses[1].serial, 2);
    EXPECT_EQ(responses[1].status, AppendStatus::Ok);
    EXPECT_EQ(responses[1].metadata.at("window"), std::string("\0\1", 2));
    EXPECT_EQ(responses[2].status, AppendStatus::Failed);
    EXPECT_EQ(responses[3].error, "no room");
  }
}

TEST(Response, what_no_server_of_flume_says_is_refused) {
  const auto problem = [](const std::string& payload) {
    std::string wire;
    put_frame(wire, 1, payload.size());
    wire += payload;
    ByteView bytes = as_bytes(wire);
    ResponseReader reader;
    const auto response = reader.feed(bytes, ResponseReader::Expected::Call);
    return response.ok() ? std::string() : response.status().message();
  };
  EXPECT_THAT(problem(""), HasSubstr("ends too early"));
  EXPECT_THAT(problem(std::string("\0\0", 2)), HasSubstr("ends too early"));
  EXPECT_THAT(problem(std::string("\0\0\6", 3)), HasSubstr("a status of number 3"));
  EXPECT_THAT(problem(std::string("\0\2", 2)), HasSubstr("neither answer nor error"));
  EXPECT_THAT(problem(std::string("\0\0\0x", 4)), HasSubstr("behind an answer"));
  EXPECT_THAT(problem(std::string("\0\1\2", 3)), HasSubstr("an error that the protocol has not"));
  EXPECT_EQ(problem(std::string("\0\0\0", 3)), "");
  std::string frame;
  put_frame(frame, 1, 1U << 20);
  ByteView bytes = as_bytes(frame);
  EXPECT_FALSE(ResponseReader().feed(bytes, ResponseReader::Expected::Call).ok());
}

}  // namespace
}  // namespace flume::rpc
