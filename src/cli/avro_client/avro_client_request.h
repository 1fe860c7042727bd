// What the flags of `flume-ng avro-client` ask for. Reads the properties files that they name, through the Files seam; opens nothing
// else.
#pragma once

#include <string>

#include "cli/avro_client/line_sender.h"
#include "cli/command_line.h"
#include "clients/flume_rpc/client_options.h"
#include "config/diagnostic.h"
#include "flume/files.h"

namespace flume::cli {

struct AvroClientRequest {
  LineSenderSettings sender;  ///< but for what goes around its connections
  rpc::ClientOptions client;  ///< the keys of --rpcProps
  std::string file;           ///< empty, and no folder: standard input
  std::string folder;         ///< each file in it
};

/// InvalidConfig: how it is to be used, or which key of --rpcProps is wrong. What is only to be known goes to `diagnostics`.
[[nodiscard]] Result<AvroClientRequest> avro_client_request(Files& files, const CommandLine& line, config::Diagnostics& diagnostics);

}  // namespace flume::cli
