// Certificates that a test makes for itself: an authority, and what it signs, in PEM. EC keys, quick to make.
// Owned by the test; one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flume/clock.h"

namespace flume {

struct TestCertificate {
  std::string certificate_pem;
  std::string key_pem;
  [[nodiscard]] std::string both() const { return certificate_pem + key_pem; }
};

struct CertificateWish {
  std::string common_name = "server.example";
  std::vector<std::string> host_names = {"server.example"};
  WallTime from{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}};
  WallTime until{std::chrono::sys_days{std::chrono::year{2090} / 1 / 1}};
};

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& common_name = "Test Authority");
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  /// Its own certificate, for trust stores.
  [[nodiscard]] const std::string& pem() const { return pem_; }
  [[nodiscard]] TestCertificate issue(const CertificateWish& wish = {}) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string pem_;
};

/// A PKCS#12 store with `certificate`'s key, its chain `chain_pem`, and the password.
[[nodiscard]] std::string pkcs12_of(const TestCertificate& certificate, const std::string& chain_pem, const std::string& password);
/// The private key alone, encrypted with `password`.
[[nodiscard]] std::string encrypted_key_pem(const TestCertificate& certificate, const std::string& password);

}  // namespace flume
