// Any bytes as a request of Scribe's and of the legacy protocol: built or refused. What the scan of a stream calls a whole message
// is one, and what it asks for is never less than what it has.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "clients/thrift/binary_scan.h"
#include "clients/thrift/legacy_protocol.h"
#include "clients/thrift/scribe_protocol.h"
#include "flume/batch_builder.h"

namespace {

using namespace flume;  // NOLINT: a fuzz target

void check_events(const Result<thrift::Request>& request, BatchBuilder& builder, std::size_t most) {
  if (!request || request->state != thrift::Request::State::Understood) return builder.abort();
  if (builder.take().size() > most) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  check_events(thrift::read_scribe_request(bytes, "category", builder), builder, size);
  check_events(thrift::read_legacy_request(bytes, builder), builder, 1);
  const auto scan = thrift::scan_binary_message(bytes);
  if (!scan) return 0;
  if (scan->is_whole ? scan->bytes > size : scan->bytes <= size) std::abort();
  if (scan->is_whole) {
    // Whole: libthrift finds its end as well.
    if (!thrift::read_legacy_request(bytes.substr(0, scan->bytes), builder)) std::abort();
    builder.abort();
  }
  return 0;
}
