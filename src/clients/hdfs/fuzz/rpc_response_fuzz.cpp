// Whatever a server sends as a response: length, frame, error, and every answer that the client reads.
#include <cstddef>
#include <cstdint>
#include <span>

#include "clients/hdfs/rpc_error.h"
#include "clients/hdfs/rpc_frame.h"
#include "clients/hdfs/wire.h"
#include "datanode.pb.h"

namespace {

template <typename Message, typename Part>
void read(std::string_view bytes, const Part& part) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const auto converted = flume::hdfs::from_wire(part(message));
  if (!converted.ok() && converted.status().message().empty()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  using namespace flume::hdfs;
  const ByteView bytes = std::as_bytes(std::span(data, size));
  if (bytes.size() >= 4) {
    const auto length = response_length(bytes.first(4));
    if (length.ok() && (*length == 0 || *length > kLongestResponse)) __builtin_trap();
  }
  const auto response = decode_response(bytes);
  if (!response.ok()) return 0;
  if (response->outcome != RpcResponse::Outcome::Success) {
    if (remote_error(*response).status.ok()) __builtin_trap();
    return 0;
  }
  if (!has_few_fields(response->message)) return 0;
  const std::string_view message = as_text(response->message);
  wire::VisibleLengthAnswer visible;
  if (visible.ParseFromArray(message.data(), static_cast<int>(message.size()))) (void)visible.length();
  read<wire::StatusAnswer>(message, [](const auto& answer) -> const auto& { return answer.status(); });
  read<wire::BlockAnswer>(message, [](const auto& answer) -> const auto& { return answer.block(); });
  read<wire::GetListingAnswer>(message, [](const auto& answer) -> const auto& { return answer.listing(); });
  read<wire::GetBlockLocationsAnswer>(message, [](const auto& answer) -> const auto& { return answer.locations(); });
  read<wire::GetServerDefaultsAnswer>(message, [](const auto& answer) -> const auto& { return answer.defaults(); });
  read<wire::AppendAnswer>(message, [](const auto& answer) -> const auto& { return answer.block(); });
  return 0;
}
