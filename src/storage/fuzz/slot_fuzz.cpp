#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/crc32c.h"
#include "storage/byte_order.h"
#include "storage/fuzz/memory_files.h"
#include "storage/log_scan.h"
#include "storage/segment_log.h"

// A slot, put together from the input so that its checksums are right where the input wants it: what is behind them is then as
// hostile as can be. The first byte says how the rest is used:
//   0  the rest is the slot as it is
//   1  the rest is payloads of records, each u8 type, u16 length, u32 events, i8 ids ahead of what is right, u32 durable end; one
//      more byte before: the number of payload bytes of STATE (times 8), which come first
namespace {

using namespace flume;
using namespace flume::storage;

constexpr std::uint64_t kSalt = 7;

void append_record(std::string& slot, RecordHead head, std::string_view payload) {
  head.payload_bytes = static_cast<std::uint32_t>(payload.size());
  head.payload_crc = codec::crc32c(0, payload);
  slot += as_text(head.encode(kSalt));
  slot += payload;
  slot.resize((slot.size() + 7) & ~std::size_t{7});
}

std::string built_slot(std::string_view input) {
  ByteReader in(input);
  const std::size_t state_bytes = std::size_t{in.number<std::uint8_t>()} * 8;
  const std::string_view state = in.bytes(std::min(state_bytes, in.rest().size()));
  SegmentHead head;
  head.number = 3;
  head.salt = kSalt;
  head.state_bytes = static_cast<std::uint32_t>(state.size());
  head.state_crc = codec::crc32c(0, state);
  const auto decoded = LogState::decode(state);
  EventId next = decoded ? decoded->next_id : 1;
  head.first_id = next;
  std::string slot(kRecordsStart, '\0');
  const auto head_bytes = head.encode();
  slot.replace(0, kHeadBytes, as_text(head_bytes));
  slot.replace(kSecondHead, kHeadBytes, as_text(head_bytes));
  RecordHead record;
  record.type = RecordType::State;
  record.first_id = next;
  append_record(slot, record, state);
  while (in.ok() && !in.at_end()) {
    record = {};
    record.type = static_cast<RecordType>(in.number<std::uint8_t>() % 8);
    const auto length = in.number<std::uint16_t>();
    record.events = in.number<std::uint32_t>();
    record.first_id = next + static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int8_t>(in.number<std::uint8_t>())));
    record.durable_end = in.number<std::uint32_t>();
    if (record.durable_end > 0xf0000000U) record.durable_end <<= 32;
    append_record(slot, record, in.bytes(std::min<std::size_t>(length, in.rest().size())));
    if (record.type == RecordType::Put) next += record.events;
  }
  return slot;
}

class NobodyListens final : public LogObserver {
 public:
  void stored(EventId, EventBatch&, LogPosition) override {}
};

class Silent final : public LogTarget {
 public:
  [[nodiscard]] bool enabled(LogLevel, std::string_view) const noexcept override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) noexcept override {}
};

/// Looks at everything; only a broken program can end it.
void scan_all(const RecoveredLog& log) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const auto& [number, segment] : log.segments) {
    SegmentScan scan(*segment, builder);
    std::uint64_t steps = 0;
    for (;;) {
      const auto step = scan.next();
      if (!step) std::abort();  // the disk is sound
      if (!*step) break;
      if (++steps > 2 * segment->slot.size + 16) std::abort();  // it must come to an end
    }
  }
}

/// What a channel with onDamage = skip does: opens it, reads all, and closes it.
void open_and_read(LogSettings settings, Files& files) {
  settings.on_damage = OnDamage::Skip;
  SystemClock clock;
  NobodyListens observer;
  Silent silent;
  auto log = SegmentLog::open(settings, files, clock, Log(silent, "fuzz"), observer);
  if (!log) return;
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  auto position = (*log)->find((*log)->watermark());
  for (int reads = 0; position && reads < 1000; ++reads) {
    const LogPosition before = *position;
    const auto read = (*log)->read(*position, 1 << 20, UINT64_MAX, builder);
    if (!read) break;
    if (!read->damage && read->events.empty() && position->segment == before.segment && position->offset == before.offset) break;
  }
  (*log)->close();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  MemoryFiles files;
  files.add("/d/slot-000001", data[0] % 2 == 0 ? std::string(input) : built_slot(input));
  LogSettings settings;
  settings.folders = {"/d"};
  settings.slot_bytes = std::uint64_t{64} << 10;
  settings.has_thread = false;
  settings.seed = 1;
  const auto before = files.contents();
  {
    const auto look = look_at_log(settings, files, [](const std::string&) { return std::optional<std::string>(); });
    if (look) scan_all(look->log);
  }
  if (files.contents() != before) std::abort();  // looking writes nothing
  open_and_read(settings, files);
  return 0;
}
