// Any bytes as a save file. If the first byte is odd, checksums and lengths are made right, so that what is behind them is
// reached. What can be read must come out the same when it is written and read again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/crc32c.h"
#include "saved_events/save_file_reader.h"
#include "saved_events/save_file_writer.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace {

using flume::codec::crc32c;
using flume::saved_events::little_endian_at;

void put_little_endian(std::string& bytes, std::size_t at, std::uint64_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(number >> (8 * i));
}

void make_right(std::string& bytes) {
  using namespace flume::saved_events;
  if (bytes.size() < kFixedHeaderBytes + kCrcBytes) return;
  bytes.replace(0, kMagic.size(), kMagic);
  put_little_endian(bytes, 8, kVersion, 4);
  const std::uint64_t header = little_endian_at<std::uint32_t>(bytes, 12);
  if (header < kFixedHeaderBytes + kCrcBytes || header > bytes.size()) return;
  put_little_endian(bytes, 32, bytes.size(), 8);
  std::uint64_t blocks = 0;
  for (std::uint64_t at = header; bytes.size() - at >= kBlockHeaderBytes; ++blocks) {
    const std::uint64_t length = little_endian_at<std::uint32_t>(bytes, at + 12);
    if (length > bytes.size() - at - kBlockHeaderBytes) break;
    put_little_endian(bytes, at + 4, blocks, 4);
    put_little_endian(bytes, at, crc32c(0, std::string_view(bytes).substr(at + 4, kBlockHeaderBytes - 4 + length)), 4);
    at += kBlockHeaderBytes + length;
  }
  put_little_endian(bytes, 24, blocks, 8);
  put_little_endian(bytes, header - kCrcBytes, crc32c(0, std::string_view(bytes).substr(0, header - kCrcBytes)), 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  using namespace flume::saved_events;
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) make_right(bytes);
  const SimClock clock;
  SimFiles files(&clock);
  files.add_file("/a", bytes);
  const auto file = read_save_file(files, "/a");
  if (!file) return 0;
  if (!read_save_file_header(files, "/a")) std::abort();
  std::vector<Slice> events;
  for (const EventBatch& block : file->blocks) events.insert(events.end(), block.slices().begin(), block.slices().end());
  const auto written = write_save_file(files, clock, "/b", file->header.channel, events, Deadline::never());
  if (!written || written->events != file->header.events) std::abort();
  const auto again = read_save_file(files, "/b");
  if (!again || again->header.channel != file->header.channel) std::abort();
  std::string before;
  std::string after;
  for (const EventBatch& block : file->blocks) {
    for (const EventView event : block) before += event.avro();
  }
  for (const EventBatch& block : again->blocks) {
    for (const EventView event : block) after += event.avro();
  }
  if (before != after) std::abort();
  return 0;
}
