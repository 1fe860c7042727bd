// What is put around the connections of Flume's protocols, by their keys `ssl` and `compression-type`. Flume 1.11 has TLS within the
// compressed stream, 1.9 the compressed stream within TLS. A client does as 1.11; a server understands both, and tells them apart by
// the first byte of the client.
#pragma once

#include <optional>

#include "net/tls/tls_client.h"
#include "net/tls/tls_server.h"
#include "net/wrap_stream.h"

namespace flume::tls {

/// `deflate_level`: 0 to 9; none: no compression. `defaults`: of the agent, may be null. InvalidConfig: a file of TLS cannot be used.
[[nodiscard]] Result<WrapStream> client_wrapping(const TlsClientOptions& options, const TlsDefaults* defaults,
                                                 std::optional<int> deflate_level, const TlsSeams& seams);
[[nodiscard]] Result<WrapStream> server_wrapping(const TlsServerOptions& options, const TlsDefaults* defaults,
                                                 std::optional<int> deflate_level, const TlsSeams& seams);

}  // namespace flume::tls
