// Against what Apache Flume's own sink and source said: golden/README.md.
#include <fstream>
#include <sstream>

#include "clients/flume_rpc/request.h"
#include "clients/flume_rpc/response.h"
#include "support/batch_of.h"

namespace flume::rpc {
namespace {

std::string read(const std::string& name) {
  std::ostringstream bytes;
  bytes << std::ifstream(FLUME_SOURCE_DIR "/src/clients/flume_rpc/golden/" + name, std::ios::binary).rdbuf();
  return bytes.str();
}

/// The messages without their framing.
std::vector<std::string> messages_of(const std::string& wire) {
  std::vector<std::string> messages;
  FrameParser parser({});
  std::string message;
  for (ByteView bytes = as_bytes(wire); !bytes.empty();) {
    const auto own = parser.next(bytes);
    EXPECT_TRUE(own.ok());
    message += as_text(*own);
    if (!parser.is_complete()) continue;
    messages.push_back(std::exchange(message, {}));
    parser.begin_next();
  }
  return messages;
}

/// Headers in the order in which Java's map has them.
EventBatch batch_of_ordered(const std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, std::string>>& events) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const auto& [headers, body] : events) {
    for (const auto& [key, value] : headers) builder.header(key, value);
    EXPECT_TRUE(builder.body(body).ok());
  }
  return builder.take();
}

std::vector<EventBatch> recorded() {
  return {batch_of_ordered({{{}, ""}, {{{"größe", "ü"}, {"host", "a"}}, "first"}}),
          batch_of_ordered({{{{"n", "3"}}, std::string(9000, 'x')}}), batch_of_bodies({"0", "1", "2", "3", "4", "5"})};
}

TEST(Golden, flumes_sink_is_understood) {
  const std::string wire = read("client.bin");
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  BuilderRoom room(builder);
  RequestReader reader({});
  KnownClients known;
  std::size_t number = 0;
  for (ByteView bytes = as_bytes(wire); !bytes.empty(); ++number) {
    ASSERT_TRUE(*reader.feed(bytes, room));
    const Request& request = reader.request();
    EXPECT_EQ(request.serial, static_cast<std::int32_t>(number + 1));
    EXPECT_EQ(request.method, "appendBatch");
    EXPECT_EQ(request.handshake.has_value(), number == 0);
    if (request.handshake) {
      EXPECT_EQ(answer_handshake(*request.handshake, known)->match, Match::Both);
    }
    ASSERT_TRUE(adopt_events(request, builder).ok());
    EXPECT_EQ(events_of(builder.take()), events_of(recorded().at(number)));
    reader.next_request();
    reader.greeted();
  }
  EXPECT_EQ(number, 3U);
}

TEST(Golden, our_calls_are_those_of_flumes_sink) {
  const std::vector<std::string> theirs = messages_of(read("client.bin"));
  ASSERT_EQ(theirs.size(), 3U);
  std::string greeting;
  put_handshake(greeting, first_greeting());
  EXPECT_TRUE(theirs[0].starts_with(greeting));
  for (std::size_t i = 0; i < 3; ++i) {
    std::string wire;
    for (const EncodedRequest request = encode_append_batch(1, {}, recorded()[i]); const ByteView piece : request.pieces())
      wire += as_text(piece);
    EXPECT_EQ(messages_of(wire).at(0), theirs[i].substr(i == 0 ? greeting.size() : 0));
  }
}

TEST(Golden, our_answers_are_those_of_flumes_source) {
  EXPECT_EQ(encode_response({.serial = 1, .handshake = HandshakeResponse{}}) + encode_response({.serial = 2}) +
                encode_response({.serial = 3, .status = AppendStatus::Failed}),
            read("server.bin"));
}

}  // namespace
}  // namespace flume::rpc
