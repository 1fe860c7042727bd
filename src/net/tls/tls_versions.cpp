#include "net/tls/tls_versions.h"

#include <algorithm>

#include <openssl/ssl.h>

#include "text/did_you_mean.h"

namespace flume::tls {
namespace {

constexpr std::array<std::string_view, 2> kNeverSpoken{"SSLv2Hello", "SSLv3"};
constexpr VersionSet kUsual = 0b1100;

std::string unknown(const std::string& name) {
  if (name.find(',') != std::string::npos) return "'" + name + "' is no protocol and changes nothing: names are separated by blanks";
  // The newest first: a dot was forgotten more likely than a digit was added.
  std::vector<std::string_view> names;
  for (const TlsVersion& version : tls_versions()) names.insert(names.begin(), version.name);
  names.insert(names.end(), kNeverSpoken.begin(), kNeverSpoken.end());
  const std::string hint = did_you_mean(nearest_name(name, names));
  return "'" + name + "' is no protocol and changes nothing" +
         (hint.empty() ? " (there are TLSv1, TLSv1.1, TLSv1.2, TLSv1.3)" : ", " + hint);
}

VersionSet set_of(const Names& names, std::string_view key, std::vector<NameProblem>& problems) {
  VersionSet set = 0;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(tls_versions(), name, &TlsVersion::name);
    if (found != tls_versions().end()) {
      set |= 1U << static_cast<unsigned>(found - tls_versions().begin());
    } else if (std::ranges::find(kNeverSpoken, name) == kNeverSpoken.end()) {
      problems.push_back({key, unknown(name)});
    }
  }
  return set;
}

}  // namespace

const std::array<TlsVersion, 4>& tls_versions() noexcept {
  static constexpr std::array<TlsVersion, 4> kVersions{{{"TLSv1", TLS1_VERSION, SSL_OP_NO_TLSv1},
                                                        {"TLSv1.1", TLS1_1_VERSION, SSL_OP_NO_TLSv1_1},
                                                        {"TLSv1.2", TLS1_2_VERSION, SSL_OP_NO_TLSv1_2},
                                                        {"TLSv1.3", TLS1_3_VERSION, SSL_OP_NO_TLSv1_3}}};
  return kVersions;
}

VersionSet chosen_versions(const TlsChoiceOptions& choice, std::vector<NameProblem>& problems) {
  VersionSet set = kUsual;
  if (choice.include_protocols && !choice.include_protocols->empty()) {
    set = set_of(*choice.include_protocols, "include-protocols", problems);
  }
  if (choice.exclude_protocols) set &= ~set_of(*choice.exclude_protocols, "exclude-protocols", problems);
  return set;
}

std::string names_of(VersionSet versions) {
  std::string names;
  for (std::size_t i = 0; i < tls_versions().size(); ++i) {
    if ((versions >> i & 1U) != 0) names += (names.empty() ? "" : ", ") + std::string(tls_versions()[i].name);
  }
  return names;
}

}  // namespace flume::tls
