// The authorities that this machine trusts, where no trust store is named. Reads files; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "flume/files.h"
#include "net/tls/tls_handles.h"

namespace flume::tls {

/// Where the distributions keep them, each in one PEM file: Debian, Fedora, openSUSE, Alpine.
[[nodiscard]] std::span<const std::string> authority_files();

/// Those of the first file that is there. InvalidConfig: there is none, with the package that brings it.
[[nodiscard]] Result<std::vector<Certificate>> read_system_authorities(Files& files);

}  // namespace flume::tls
