// Looking up the addresses of a host name: the system's resolver, which may take its time, behind a function that
// tests replace. Any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flume/result.h"

namespace flume {

/// Addresses ("10.0.0.7", "::1") in the order in which to try them, at least one. Blocks. The error says why not
/// (Cause UnknownHost), without the name.
using Resolve = std::function<Result<std::vector<std::string>>(const std::string& host)>;

/// getaddrinfo(): /etc/hosts, DNS, whatever the system is set to.
Result<std::vector<std::string>> resolve_by_system(const std::string& host);

}  // namespace flume
