// This machine as Java's InetAddress.getLocalHost sees it: the own host name, its first address, the canonical name.
// Asks the resolver each time, and may wait for it: ask once and keep the answer. Any thread.
#pragma once

#include "flume/result.h"
#include "flume/services.h"
#include "text/path_escapes.h"

namespace flume {

struct LocalHostAnswer {
  LocalHost host;
  Status problem;  ///< not ok: the own name has no address; `host` has that of an interface, or 127.0.0.1
};

/// IPv4 addresses go first. The canonical name is the address when the resolver does not name it.
LocalHostAnswer find_local_host();
/// The same for a component, to which the names may have been given.
LocalHostAnswer find_local_host(const Services& services);

}  // namespace flume
