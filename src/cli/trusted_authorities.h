// Whom an HTTPS client of this process trusts: the store that Java's properties name. Main's thread.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "flume/files.h"

namespace flume::cli {

/// The certificates of -Djavax.net.ssl.trustStore, else of FLUME_SSL_TRUSTSTORE_PATH (each with its password beside it), as PEM:
/// a JKS, JCEKS or PKCS#12 store, or PEM as it is. Empty: none is named, and the machine's authorities count. InvalidConfig: it
/// cannot be read, or has no certificate that is trusted.
[[nodiscard]] Result<std::string> trusted_authorities(Files& files, const CommandLine& line, const Environment& environment);

}  // namespace flume::cli
