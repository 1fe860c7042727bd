#include "syslog/parser_options.h"

#include <charconv>

#include <fmt/format.h>

#include "syslog/user_format.h"
#include "syslog/word_list.h"
#include "text/ascii.h"
#include "text/charset.h"

namespace flume {
namespace {

std::array<syslog::WordSwitch, 4> words_of(syslog::KeepFields& fields) {
  return {{{"priority", &fields.priority}, {"version", &fields.version}, {"timestamp", &fields.timestamp}, {"hostname", &fields.host}}};
}

std::array<syslog::WordSwitch, 4> words_of(syslog::Rfc5424Headers& headers) {
  return {{{"app-name", &headers.app_name},
           {"procid", &headers.procid},
           {"msgid", &headers.msgid},
           {"structured-data", &headers.structured_data}}};
}

}  // namespace

Status OptionType<syslog::KeepFields>::parse(const OptionInfo&, OptionInput& input, syslog::KeepFields& out) {
  out = {};
  const std::string text = to_lower(input.text);
  if (text == "none" || text == "false") return {};
  if (text == "all" || text == "true") {
    out.whole_message = true;
    return {};
  }
  return syslog::switch_words(input.text, words_of(out));
}

std::string OptionType<syslog::KeepFields>::print(const syslog::KeepFields& value) {
  syslog::KeepFields copy = value;
  return value.whole_message ? "all" : syslog::switched_words(words_of(copy));
}

Status OptionType<syslog::Rfc5424Headers>::parse(const OptionInfo&, OptionInput& input, syslog::Rfc5424Headers& out) {
  out = {};
  const std::string text = to_lower(input.text);
  if (text == "none") return {};
  if (text == "all") {
    for (const syslog::WordSwitch& each : words_of(out)) *each.is_on = true;
    return {};
  }
  return syslog::switch_words(input.text, words_of(out));
}

std::string OptionType<syslog::Rfc5424Headers>::print(const syslog::Rfc5424Headers& value) {
  syslog::Rfc5424Headers copy = value;
  return syslog::switched_words(words_of(copy));
}

namespace syslog {
namespace {

Result<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size())
    return invalid_config(fmt::format("'{}' behind charset.port. is no port (0 to 65535)", text));
  return port;
}

}  // namespace

OptionProblems check(const FormatOptions& options) {
  const auto format = UserFormat::make(options);
  if (format) return {};
  return {{.keys = {}, .message = format.status().message()}};
}

const std::string& CharsetOptions::of_port(std::uint16_t port) const {
  for (const auto& [name, charset] : by_port) {
    if (const auto named = port_of(name); named && *named == port) return charset;
  }
  return usual;
}

OptionProblems check(const CharsetOptions& options) {
  OptionProblems problems;
  if (const auto decoder = CharsetDecoder::open(options.usual); !decoder)
    problems.push_back({.keys = {"charset.default"}, .message = decoder.status().message()});
  for (const auto& [name, charset] : options.by_port) {
    const std::string key = "charset.port." + name + ": ";
    if (const auto port = port_of(name); !port) problems.push_back({.keys = {}, .message = key + port.status().message()});
    if (const auto decoder = CharsetDecoder::open(charset); !decoder)
      problems.push_back({.keys = {}, .message = key + decoder.status().message()});
  }
  return problems;
}

}  // namespace syslog
}  // namespace flume
