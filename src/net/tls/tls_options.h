// What becomes of the options of TLS (flume/tls_options.h) before anything is opened: blanks filled with what the agent says,
// and everything that is wrong, found. Pure; any thread.
#pragma once

#include "flume/component.h"
#include "flume/tls_options.h"

namespace flume::tls {

/// Each blank filled for itself, as in Flume. `defaults`: Services::tls_defaults; null: there are none. A client's own keys have no
/// defaults: Flume's have none, and who we are is not told unasked.
[[nodiscard]] TlsServerOptions with_defaults(TlsServerOptions options, const TlsDefaults* defaults);
[[nodiscard]] TlsClientOptions with_defaults(TlsClientOptions options, const TlsDefaults* defaults);
/// Of a client of a URL. Its own keys have the agent's as default, as in Java's HttpsURLConnection.
[[nodiscard]] TlsClientOptions with_defaults(const TlsUrlOptions& options, bool is_https, const TlsDefaults* defaults);

/// For the check of a component: nothing unless ssl = true, or the URL is one of https.
[[nodiscard]] OptionProblems check_tls(const TlsServerOptions& options, const CheckContext& context);
[[nodiscard]] OptionProblems check_tls(const TlsClientOptions& options, const CheckContext& context);
[[nodiscard]] OptionProblems check_tls(const TlsUrlOptions& options, bool is_https, const CheckContext& context);

}  // namespace flume::tls
