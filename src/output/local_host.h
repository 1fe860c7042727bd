// This machine's names for %[localhost], %[IP] and %[FQDN], as java.net.InetAddress.getLocalHost gives them. Any thread; may
// wait for a name server.
#pragma once

#include "flume/result.h"
#include "text/path_escapes.h"

namespace flume::output {

/// Retryable: the machine has no name, or its name no address.
Result<LocalHost> local_host();

}  // namespace flume::output
