#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "storage/log_folders.h"
#include "storage/log_format.h"
#include "storage/log_state.h"

// The decoders by themselves; what can be read must come out the same when it is written and read again. First byte: which one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  using namespace flume::storage;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto type = static_cast<RecordType>(data[0] % 8);
  if (type == RecordType::State) {
    const auto state = LogState::decode(input);
    if (!state) return 0;
    const std::string written = state->encode();
    const auto again = LogState::decode(written);
    if (!again || again->encode() != written || again->stored() != state->stored()) std::abort();
  } else if (data[0] % 8 == 0) {
    std::array<std::byte, kHeadBytes> head{};
    std::memcpy(head.data(), input.data(), std::min(input.size(), head.size()));
    static_cast<void>(SegmentHead::decode(head));
    std::array<std::byte, kRecordHeadBytes> record{};
    std::memcpy(record.data(), input.data(), std::min(input.size(), record.size()));
    static_cast<void>(RecordHead::decode(record, 7));
  } else if (data[0] % 8 == 7) {
    const auto record = FolderRecord::decode(input);
    if (!record) return 0;
    const auto again = FolderRecord::decode(record->encode());
    if (!again || again->id != record->id || again->known.size() != record->known.size()) std::abort();
  } else {
    std::string_view rest;
    const auto change = LogChange::decode(type, input, rest);
    if (!change) return 0;
    const Hold hold{change->hold ? std::string_view(*change->hold) : std::string_view(), change->ids};
    const std::string written = encode_change(type, change->deltas, change->ids, change->hold ? &hold : nullptr) + std::string(rest);
    const auto again = LogChange::decode(type, written, rest);
    if (!again || again->ids != change->ids || again->deltas.size() != change->deltas.size()) std::abort();
    LogState state;
    state.apply(type, *change);
  }
  return 0;
}
