// A connection's bytes through the framer and all parsers. The first byte chooses the longest size and the step in which the bytes arrive,
// the second options and charset. However the bytes arrive the messages are the same; whole or cut, each becomes one event that reads
// as it was written, with headers that are UTF-8.
#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "flume/batch_builder.h"
#include "syslog/framed_connection.h"
#include "syslog/message_parser.h"
#include "syslog/multiport_parser.h"
#include "text/utf8.h"

namespace {

using namespace flume;
using namespace flume::syslog;

constexpr std::string_view kCharsets[] = {"UTF-8", "ISO-8859-1", "Shift_JIS", "UTF-16BE"};
constexpr std::size_t kLongest[] = {10, 40, 2500};

void check(bool claim) {
  if (!claim) std::abort();
}

std::vector<FramedConnection::Piece> pieces_of(std::string_view bytes, std::size_t longest, std::size_t step) {
  FramedConnection connection(longest, Framing::Auto);
  for (std::size_t at = 0; at < bytes.size(); at += step) connection.receive(bytes.substr(at, step));
  connection.end();
  return connection.pieces();
}

template <typename Parser>
void parse(Parser& parser, const std::vector<FramedConnection::Piece>& pieces, BatchBuilder& builder) {
  for (const auto& [text, is_cut] : pieces) {
    const auto state = parser.append({text, is_cut}, 1710072000000, {}, builder);
    check(state.ok());
    if (*state == MessageState::Incomplete) check(is_cut);
  }
  const EventBatch batch = builder.take();
  check(batch.size() == pieces.size());
  for (const EventView event : batch) {
    event.each_header([](std::string_view key, std::string_view value) { check(is_valid_utf8(key) && is_valid_utf8(value)); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t longest = kLongest[data[0] % std::size(kLongest)];
  const auto pieces = pieces_of(bytes, longest, bytes.size() + 1);
  check(pieces == pieces_of(bytes, longest, 1 + data[0] / std::size(kLongest)));

  MessageOptions options;
  options.keep_fields.whole_message = (data[1] & 1U) != 0;
  options.keep_fields.priority = options.keep_fields.timestamp = (data[1] & 2U) != 0;
  options.keep_fields.version = options.keep_fields.host = (data[1] & 4U) != 0;
  if ((data[1] & 8U) != 0) options.rfc5424_headers = {true, true, true, true};
  if ((data[1] & 16U) != 0) options.rfc5424_body = Rfc5424Body::Message;
  static const SlabPool::Handle pool = SlabPool::make();
  static const TimeZone zone = TimeZone::by_name("Europe/Berlin").zone;
  BatchBuilder builder(*pool);
  auto tcp = MessageParser::make(options, {}, zone);
  parse(*tcp, pieces, builder);
  auto multiport = MultiportParser::make(options, kCharsets[data[1] / 32 % std::size(kCharsets)]);
  parse(*multiport, pieces, builder);
  return 0;
}
