// libssl's contexts, made of options whose blanks are filled (with_defaults()) and the files that they name. Reads files; any
// thread. Errors are InvalidConfig and name the key.
#pragma once

#include <string>
#include <vector>

#include "flume/files.h"
#include "flume/tls_options.h"
#include "net/tls/tls_handles.h"

namespace flume::tls {

[[nodiscard]] Result<SslContext> make_server_context(Files& files, const TlsServerOptions& options);
[[nodiscard]] Result<SslContext> make_client_context(Files& files, const TlsClientOptions& options);

/// The files that these read, as far as they are known beforehand: a change of one is a reason to make the context anew.
[[nodiscard]] std::vector<std::string> files_of(const TlsServerOptions& options);
[[nodiscard]] std::vector<std::string> files_of(const TlsClientOptions& options);

}  // namespace flume::tls
