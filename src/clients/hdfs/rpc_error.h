// What the exceptions of a Hadoop server mean for its client. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "clients/hdfs/rpc_frame.h"
#include "flume/result.h"

namespace flume::hdfs {

/// What the RPC layer itself does about it.
enum class RemoteAction : std::uint8_t {
  Report,      ///< the call has failed: the caller decides
  AskAgain,    ///< the server asks for the same call a little later
  AskAnother,  ///< this server is a standby: the other one can answer
  GiveUp,      ///< no call on any connection to this server can succeed as things are
};

struct RemoteError {
  RemoteAction action = RemoteAction::Report;
  Status status;
};

/// Precondition: the response is not a success. The message is the server's first line, without its stack trace, with
/// the exception's name before it when the text alone would not tell.
[[nodiscard]] RemoteError remote_error(const RpcResponse& response);

}  // namespace flume::hdfs
