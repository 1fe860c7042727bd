// Protocol versions by Java's names, and the sets of them that include-protocols and exclude-protocols leave. Pure; any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "flume/tls_options.h"

namespace flume::tls {

/// Oldest first; the number is libssl's.
struct TlsVersion {
  std::string_view name;
  int number;
  std::uint64_t libssl_option_to_forbid;
};
[[nodiscard]] const std::array<TlsVersion, 4>& tls_versions() noexcept;

/// A bit for each of tls_versions().
using VersionSet = unsigned;

/// What a list of names is worth telling of: the key, the name, and what is wrong with it.
struct NameProblem {
  std::string_view key;
  std::string message;
};

/// TLSv1.2 and TLSv1.3, or what is included, less what is excluded. SSLv3 and SSLv2Hello are names, but are never in the set.
/// `problems` gets what is no name of a protocol: such a name changes nothing, as in Flume.
[[nodiscard]] VersionSet chosen_versions(const TlsChoiceOptions& choice, std::vector<NameProblem>& problems);

/// "TLSv1.2, TLSv1.3".
[[nodiscard]] std::string names_of(VersionSet versions);

}  // namespace flume::tls
