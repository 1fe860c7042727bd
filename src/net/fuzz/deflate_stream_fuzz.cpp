// Any bytes to be inflated: the first one chooses how they are cut into pieces, the second how much is read at once. What is
// read is what zlib itself makes of the bytes, up to where it stops; and no more is ever given than there is room for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>
#include <zlib.h>

#include "net/deflate_stream.h"
#include "support/sim_network.h"

namespace {

constexpr std::size_t kMostRead = 1 << 20;

std::string inflated(const std::uint8_t* data, std::size_t size) {
  z_stream zlib{};
  if (inflateInit(&zlib) != Z_OK) std::abort();
  std::string out(kMostRead, '\0');
  zlib.next_in = const_cast<Bytef*>(data);
  zlib.avail_in = static_cast<uInt>(size);
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  inflate(&zlib, Z_SYNC_FLUSH);
  out.resize(zlib.total_out);
  inflateEnd(&zlib);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  if (size < 2) return 0;
  SimClock clock;
  SimNetwork network(clock);
  SimEventLoop loop(clock);
  std::unique_ptr<Stream> stream;
  const auto socket = network.listen("0.0.0.0", 1, loop, {.on_accept = [&](std::unique_ptr<Stream> plain) {
                                       stream = std::make_unique<DeflateStream>(std::move(plain), loop, 6);
                                     }});
  if (!socket.ok()) std::abort();
  const auto peer = network.connect(1);
  if (data[0] != 0) peer->fragment(data[0]);
  peer->send({reinterpret_cast<const char*>(data) + 2, size - 2});
  peer->shutdown_write();
  loop.run_until_idle();
  std::vector<std::byte> buffer(1 + data[1] * std::size_t{16});
  std::string heard;
  while (heard.size() < kMostRead) {
    const auto got = stream->read_some(std::span(buffer).first(std::min(buffer.size(), kMostRead - heard.size())));
    if (!got || got->state == Transfer::State::End) break;
    if (got->state == Transfer::State::WouldBlock || got->bytes == 0) std::abort();  // all is there, and so is its end
    heard += as_text(ByteView(buffer).first(got->bytes));
  }
  if (heard != inflated(data + 2, size - 2)) std::abort();
  return 0;
}
