#include "components/sinks/http/http_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// All that the check finds, advice included.
std::vector<std::string> found(const std::function<void(HttpSinkOptions&)>& change,
                               const std::shared_ptr<const TlsDefaults>& defaults = {}) {
  HttpSinkOptions options;
  options.endpoint = "http://localhost/";
  options.rollback = {{"2XX", "false"}};
  change(options);
  TestServices services;
  std::vector<std::string> messages;
  for (const OptionProblem& problem : check_http_sink(options, {.files = services.files, .conf_folder = {}, .tls_defaults = defaults})) {
    messages.push_back((problem.keys.empty() ? std::string() : std::string(problem.keys.front()) + ": ") + problem.message);
  }
  return messages;
}

TEST(HttpSinkOptions, an_endpoint_is_a_url_of_http) {
  for (const std::string good : {"http://h", "HTTPS://h:8443/a?b=c#d", "http://u:p@h/", "http://[::1]:80/x"}) {
    EXPECT_THAT(found([&](HttpSinkOptions& options) { options.endpoint = good; }), IsEmpty()) << good;
  }
  for (const std::string bad : {"", "localhost:80", "ftp://h/", "http://", "http:///x", "http://:80/", "http://u@/x", "http://h/a b",
                                "http://h/\n", "invalid url"}) {
    EXPECT_THAT(found([&](HttpSinkOptions& options) { options.endpoint = bad; }), Contains(HasSubstr("endpoint: "))) << bad;
  }
}

TEST(HttpSinkOptions, messages_name_the_endpoint_without_what_is_secret) {
  EXPECT_EQ(shown_endpoint("http://me:p@ss@host:80/a/b@c?token=x#y"), "http://host:80/a/b@c");
  EXPECT_EQ(shown_endpoint("https://host"), "https://host");
  EXPECT_EQ(shown_endpoint("https://host?me@x"), "https://host");
  EXPECT_EQ(shown_endpoint("nonsense"), "nonsense");
}

TEST(HttpSinkOptions, who_rolls_back_success_is_advised_not_to) {
  EXPECT_THAT(found([](HttpSinkOptions& options) { options.rollback.clear(); }), Contains(HasSubstr("set rollback.2XX = false")));
  EXPECT_THAT(found([](HttpSinkOptions& options) { options.rollback = {{"2XX", "false"}, {"200", "true"}}; }),
              Contains(HasSubstr("sent again")));
  const auto accepted = parse_options(builtin_component(Kind::Sink, "http"), {{"endpoint", "http://h/"}});
  EXPECT_TRUE(accepted.ok()) << "Flume runs on it";
}

TEST(HttpSinkOptions, timeouts_are_positive_as_in_flume) {
  const ComponentInfo& http = builtin_component(Kind::Sink, "org.apache.flume.sink.http.HttpSink");
  for (const std::string key : {"connectTimeout", "requestTimeout"}) {
    for (const std::string bad : {"0", "-1", "x", "2147483648"}) {
      EXPECT_FALSE(parse_options(http, {{"endpoint", "http://h/"}, {key, bad}}).ok()) << key << " = " << bad;
    }
    EXPECT_TRUE(parse_options(http, {{"endpoint", "http://h/"}, {key, "1"}}).ok());
  }
}

TEST(HttpSinkOptions, headers_cannot_forge_a_request) {
  const auto of = [](const std::string& name, const std::string& value) {
    return found([&](HttpSinkOptions& options) { options.headers = {{name, value}}; });
  };
  EXPECT_THAT(of("X-Key", "any text; q=1"), IsEmpty());
  EXPECT_THAT(of("X-Key", "a\r\nX: y"), Contains(AllOf(HasSubstr("headers.X-Key: "), HasSubstr("control"), Not(HasSubstr("X: y")))));
  EXPECT_THAT(of("X Key", "a"), Contains(HasSubstr("no name of a header")));
  EXPECT_THAT(of("X:Key", "a"), Contains(HasSubstr("no name of a header")));
  EXPECT_THAT(of("Content-LENGTH", "5"), Contains(HasSubstr("cannot be set")));
  EXPECT_THAT(of("content-type", "a/b"), Contains(HasSubstr("contentTypeHeader")));
  EXPECT_THAT(found([](HttpSinkOptions& options) { options.accept = "a\nb"; }), Contains(HasSubstr("acceptHeader: ")));
  EXPECT_THAT(found([](HttpSinkOptions& options) { options.content_type = "a\nb"; }), Contains(HasSubstr("contentTypeHeader: ")));
}

TEST(HttpSinkOptions, tls_is_what_the_scheme_says) {
  const auto with_store = [](HttpSinkOptions& options) { options.tls.trust.truststore = "/trust.pem"; };
  EXPECT_THAT(found(with_store), Contains(HasSubstr("count for nothing")));
  EXPECT_THAT(found([&](HttpSinkOptions& options) {
                with_store(options);
                options.endpoint = "https://h/";
              }),
              IsEmpty());
  EXPECT_THAT(found([](HttpSinkOptions& options) {
                options.endpoint = "https://h/";
                options.tls.trust_all_certs = true;
              }),
              IsEmpty());
  EXPECT_THAT(found([](HttpSinkOptions& options) {
                options.endpoint = "https://h/";
                options.tls.choice.include_protocols = Names{"SSLv3"};
              }),
              Contains(HasSubstr("leave no protocol")));
}

}  // namespace
}  // namespace flume
