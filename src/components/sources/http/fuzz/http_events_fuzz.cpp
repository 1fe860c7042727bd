// Any bytes as the body of a request: the first chooses what it is said to be. Events are built or refused, decoded bodies stay
// within their limit, and what was built can be read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "components/sources/http/content_coding.h"
#include "components/sources/http/request_events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  if (size == 0) return 0;
  static const auto json = make_json_events();
  static const auto blob = make_blob_events({"a"});
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::size_t kMost = 100'000;
  for (const char* const coding : {"gzip", "deflate", "zstd"}) {
    const auto body = data[0] % 8 == 4 ? decode_content(coding, bytes, kMost) : Result<std::string>(std::string());
    if (body.ok() && body->size() > kMost) std::abort();
  }
  HttpRequest request{.method = "POST", .target = "/", .headers = {}, .body = bytes, .peer = {}};
  if (data[0] % 8 == 1) request.headers.emplace_back("Content-Type", "application/x-ndjson");
  if (data[0] % 8 == 2) request.headers.emplace_back("Content-Type", "application/json; charset=UTF-16");
  if (data[0] % 8 == 3) request.target += "?" + bytes;
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  if ((data[0] % 8 == 3 ? *blob : *json).build(request, builder)) {
    builder.abort();
    if (!builder.empty()) std::abort();
    return 0;
  }
  for (const EventView event : builder.take()) {
    if (event.body().size() > 8 * size) std::abort();
  }
  return 0;
}
