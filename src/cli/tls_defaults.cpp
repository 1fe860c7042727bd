#include "cli/tls_defaults.h"

#include <algorithm>
#include <optional>

namespace flume::cli {
namespace {

class Reader {
 public:
  Reader(const CommandLine& line, const Environment& environment, config::Diagnostics& diagnostics)
      : line_(line), environment_(environment), diagnostics_(diagnostics) {}

  [[nodiscard]] std::string text(std::string_view property, std::string_view variable) const {
    return property_or_variable(line_, environment_, property, variable);
  }
  [[nodiscard]] std::optional<Names> names(std::string_view property, std::string_view variable) const {
    std::string list = text(property, variable);
    if (list.empty()) return std::nullopt;
    std::ranges::replace(list, ',', ' ');
    return option_text::split_names(list);
  }
  [[nodiscard]] std::optional<StoreType> type(std::string_view property, std::string_view variable) const {
    const std::string word = text(property, variable);
    if (word.empty()) return std::nullopt;
    const auto chosen = option_text::parse_choice(word, option_text::words<StoreType>());
    if (chosen) return enum_names(StoreType{})[*chosen].value;
    diagnostics_.warning({}, std::string(line_.system_properties.contains(property) ? property : variable), chosen.status().message());
    return std::nullopt;
  }

 private:
  const CommandLine& line_;
  const Environment& environment_;
  config::Diagnostics& diagnostics_;
};

}  // namespace

std::string property_or_variable(const CommandLine& line, const Environment& environment, std::string_view property,
                                 std::string_view variable) {
  if (const auto given = line.system_properties.find(property); given != line.system_properties.end()) return given->second;
  const auto found = environment.find(variable);
  return found == environment.end() ? std::string() : found->second;
}

TlsDefaults tls_defaults(const CommandLine& line, const Environment& environment, config::Diagnostics& diagnostics) {
  const Reader read(line, environment, diagnostics);
  TlsDefaults defaults;
  defaults.keys.keystore = read.text("javax.net.ssl.keyStore", "FLUME_SSL_KEYSTORE_PATH");
  defaults.keys.keystore_password.text = read.text("javax.net.ssl.keyStorePassword", "FLUME_SSL_KEYSTORE_PASSWORD");
  defaults.keys.keystore_type = read.type("javax.net.ssl.keyStoreType", "FLUME_SSL_KEYSTORE_TYPE");
  defaults.trust.truststore = read.text("javax.net.ssl.trustStore", "FLUME_SSL_TRUSTSTORE_PATH");
  defaults.trust.truststore_password.text = read.text("javax.net.ssl.trustStorePassword", "FLUME_SSL_TRUSTSTORE_PASSWORD");
  defaults.trust.truststore_type = read.type("javax.net.ssl.trustStoreType", "FLUME_SSL_TRUSTSTORE_TYPE");
  defaults.choice.include_protocols = read.names("flume.ssl.include.protocols", "FLUME_SSL_INCLUDE_PROTOCOLS");
  defaults.choice.exclude_protocols = read.names("flume.ssl.exclude.protocols", "FLUME_SSL_EXCLUDE_PROTOCOLS");
  defaults.choice.include_cipher_suites = read.names("flume.ssl.include.cipherSuites", "FLUME_SSL_INCLUDE_CIPHERSUITES");
  defaults.choice.exclude_cipher_suites = read.names("flume.ssl.exclude.cipherSuites", "FLUME_SSL_EXCLUDE_CIPHERSUITES");
  return defaults;
}

}  // namespace flume::cli
