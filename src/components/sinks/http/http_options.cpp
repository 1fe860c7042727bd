#include "components/sinks/http/http_options.h"

#include <algorithm>

#include "components/sinks/http/status_rules.h"
#include "net/tls/tls_options.h"
#include "text/ascii.h"

namespace flume {
namespace {

std::string_view scheme_of(std::string_view url) { return url.substr(0, std::min(url.find("://"), url.size())); }

/// What makes it none; empty when it is a URL of HTTP.
std::string problem_of_endpoint(const std::string& endpoint) {
  const std::string scheme = to_lower(scheme_of(endpoint));
  if (scheme.size() == endpoint.size()) return "is no URL: it must begin with http:// or https://";
  if (scheme != "http" && scheme != "https") return "scheme " + scheme + " is not spoken; http and https are";
  for (const char c : endpoint) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return "is no URL: it has blanks or control characters";
  }
  const std::string_view rest = std::string_view(endpoint).substr(scheme.size() + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  authority.remove_prefix(authority.rfind('@') == std::string_view::npos ? 0 : authority.rfind('@') + 1);
  if (authority.empty() || authority.front() == ':') return "is no URL: it names no host";
  return {};
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.find(c) != std::string_view::npos;
  });
}

void check_headers(const HttpSinkOptions& options, OptionProblems& problems) {
  if (has_control_character(options.accept)) problems.push_back({{"acceptHeader"}, "cannot be sent: it has control characters"});
  if (options.content_type && has_control_character(*options.content_type)) {
    problems.push_back({{"contentTypeHeader"}, "cannot be sent: it has control characters"});
  }
  for (const auto& [name, value] : options.headers) {
    const std::string key = "headers." + name;
    if (!is_header_name(name)) problems.push_back({{}, key + ": is no name of a header"});
    if (has_control_character(value)) problems.push_back({{}, key + ": cannot be sent: it has control characters"});
    const std::string lower = to_lower(name);
    for (const std::string_view ours : {"content-length", "transfer-encoding", "host", "expect", "connection"}) {
      if (lower == ours) problems.push_back({{}, key + ": is the client's affair and cannot be set"});
    }
    if (lower == "content-type") problems.push_back({{}, key + ": is said by contentTypeHeader"});
    if (lower == "accept") problems.push_back({{}, key + ": is said by acceptHeader"});
  }
}

void check_success(const HttpSinkOptions& options, OptionProblems& problems) {
  const StatusRules rules(options);
  if (!rules.of(200).rolls_back) return;
  problems.push_back({.keys = {"defaultRollback"},
                      .message =
                          "after status 200 events stay in the channel and are sent again, for ever, as in Flume: set rollback.2XX = "
                          "false, and most likely backoff.2XX = false and incrementMetrics.2XX = true",
                      .is_advice = true});
}

}  // namespace

bool is_https(const std::string& endpoint) { return to_lower(scheme_of(endpoint)) == "https"; }

std::string shown_endpoint(const std::string& endpoint) {
  // What follows a question mark may be a key.
  std::string shown = endpoint.substr(0, endpoint.find_first_of("?#"));
  const std::size_t scheme_end = shown.find("://");
  if (scheme_end == std::string::npos) return shown;
  const std::size_t host = scheme_end + 3;
  const std::size_t at = shown.rfind('@', shown.find('/', host));
  if (at != std::string::npos && at > host) shown.erase(host, at + 1 - host);
  return shown;
}

OptionProblems check_http_sink(const HttpSinkOptions& options, const CheckContext& context) {
  OptionProblems problems = tls::check_tls(options.tls, is_https(options.endpoint), context);
  if (const std::string problem = problem_of_endpoint(options.endpoint); !problem.empty()) problems.push_back({{"endpoint"}, problem});
  if (!is_https(options.endpoint) && (!options.tls.trust.truststore.empty() || !options.tls.keys.keystore.empty())) {
    problems.push_back({.keys = {"endpoint", "truststore", "keystore"},
                        .message = "is one of http: truststore and keystore count for nothing, and events cross the network in the clear",
                        .is_advice = true});
  }
  check_headers(options, problems);
  check_rules(options, problems);
  check_success(options, problems);
  return problems;
}

}  // namespace flume
