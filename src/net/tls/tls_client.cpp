#include "net/tls/tls_client.h"

#include <chrono>

#include "net/tls/tls_context.h"
#include "net/tls/tls_stream.h"
#include "net/tls/watched_context.h"

namespace flume::tls {
namespace {

bool is_address(const std::string& host) {
  const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> address(a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

}  // namespace

TlsClient::TlsClient(std::unique_ptr<WatchedContext> context, const Clock& clock, bool verifies_host)
    : context_(std::move(context)), clock_(clock), verifies_host_(verifies_host) {}
TlsClient::~TlsClient() = default;

Result<std::unique_ptr<TlsClient>> TlsClient::open(const TlsClientOptions& options, const TlsSeams& seams) {
  auto context = std::make_unique<WatchedContext>(seams.files, seams.clock, seams.log, files_of(options),
                                                  [&files = seams.files, options] { return make_client_context(files, options); });
  FLUME_TRY(context->open());
  if (options.trust_all_certs) {
    seams.log.warn("trust-all-certs = true: whoever answers is believed, and may read and change everything");
  } else if (!options.verify_hostname) {
    seams.log.warn(
        "the server's host name is not checked, as in Flume: set verify-hostname = true, unless its certificate has another name");
  }
  return std::unique_ptr<TlsClient>(new TlsClient(std::move(context), seams.clock, options.verify_hostname && !options.trust_all_certs));
}

std::unique_ptr<Stream> TlsClient::wrap(std::unique_ptr<Stream> stream, EventLoop& loop, const std::string& host) {
  Ssl ssl(SSL_new(context_->current().get()));
  if (ssl) {
    SSL_set_connect_state(ssl.get());
    X509_VERIFY_PARAM* check = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_time(check, std::chrono::system_clock::to_time_t(clock_.wall()));
    bool is_set = true;
    if (is_address(host)) {
      if (verifies_host_) is_set = X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str()) == 1;
    } else if (!host.empty()) {
      is_set = SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
      if (verifies_host_) is_set = is_set && X509_VERIFY_PARAM_set1_host(check, host.data(), host.size()) == 1;
    }
    // Never go on unchecked: without `ssl` every call fails.
    if (!is_set || (verifies_host_ && host.empty())) ssl.reset();
    ERR_clear_error();
  }
  return std::make_unique<TlsStream>(std::move(ssl), std::move(stream), loop, host);
}

}  // namespace flume::tls
