#include "net/tls/system_authorities.h"

#include <array>

#include "net/tls/tls_stores.h"

namespace flume::tls {
namespace {

constexpr std::uint64_t kLongestFile = 16U << 20U;  // Debian's has 0.2 MB

}  // namespace

std::span<const std::string> authority_files() {
  static const std::array<std::string, 4> kFiles{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                                 "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
  return kFiles;
}

Result<std::vector<Certificate>> read_system_authorities(Files& files) {
  for (const std::string& path : authority_files()) {
    if (!files.info(path)) continue;
    const auto pem = files.read_all(path, kLongestFile);
    if (!pem) return invalid_config("the machine's authorities: " + pem.status().message());
    auto trusted = certificates_of_pem(*pem);
    if (!trusted.empty()) return trusted;
  }
  return invalid_config("this machine has no list of authorities (" + authority_files().front() +
                        ", of package ca-certificates): set truststore");
}

}  // namespace flume::tls
