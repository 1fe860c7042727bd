#include "net/http_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using State = HttpRequestParser::State;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(HttpCodec, parses_a_request_and_leaves_the_next_one) {
  HttpRequestParser parser({});
  std::string input = "POST /in?x=1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhelloGET / HT";
  ASSERT_EQ(parser.parse(input), State::Done) << parser.error();
  EXPECT_TRUE(parser.keep_alive());
  const HttpRequest request = parser.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/in?x=1");
  EXPECT_EQ(request.path(), "/in");
  EXPECT_EQ(request.header("content-TYPE"), "application/json");
  EXPECT_EQ(request.header("Accept"), std::nullopt);
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(input, "GET / HT");
  EXPECT_EQ(parser.parse(input), State::NeedMore);
  EXPECT_TRUE(parser.has_begun());
}

TEST(HttpCodec, parses_chunked_bodies_byte_by_byte) {
  HttpRequestParser parser({});
  const std::string_view bytes =
      "\r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
  std::string input;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    input += bytes[i];
    ASSERT_EQ(parser.parse(input), i + 1 == bytes.size() ? State::Done : State::NeedMore) << i << ": " << parser.error();
  }
  EXPECT_EQ(parser.take().body, "hello world");
}

TEST(HttpCodec, takes_an_empty_chunked_body_in_two_pieces) {
  const std::string_view last = "0\r\n\r\n";
  for (std::size_t first = 1; first < last.size(); ++first) {
    HttpRequestParser parser({});
    std::string input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(last.substr(0, first));
    ASSERT_EQ(parser.parse(input), State::NeedMore);
    input += last.substr(first);
    ASSERT_EQ(parser.parse(input), State::Done) << parser.error();
    EXPECT_EQ(parser.take().body, "");
  }
}

unsigned status_of(std::string input, HttpLimits limits = {}) {
  HttpRequestParser parser(limits);
  return parser.parse(input) == State::Bad ? parser.error_status() : 0;
}

TEST(HttpCodec, refuses_what_is_not_a_request) {
  EXPECT_EQ(status_of("nonsense\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400U) << "Host is missing";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0U) << "1.0 needs no Host";
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), 400U);
}

TEST(HttpCodec, bounds_headers_and_bodies_before_taking_memory) {
  const HttpLimits limits{.header_bytes = 100, .body_bytes = 10};
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200, 'x') + "\r\n\r\n", limits), 431U);
  EXPECT_EQ(status_of("GET /" + std::string(200, 'x'), limits), 431U) << "without a line's end";
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", limits), 413U);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", limits), 413U);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n", limits), 413U);
}

TEST(HttpCodec, keeps_a_connection_as_the_version_says) {
  const auto keeps = [](std::string input) {
    HttpRequestParser parser({});
    EXPECT_EQ(parser.parse(input), State::Done) << parser.error();
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(HttpCodec, writes_responses_with_their_length) {
  const std::string bytes =
      encode_http_response({.content_type = "application/json", .body = "{}", .headers = {{"X-A", "b"}}}, false, true);
  EXPECT_THAT(bytes, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(bytes, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(bytes, HasSubstr("X-A: b\r\n"));
  EXPECT_THAT(bytes, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\n{}"));
  EXPECT_THAT(bytes, Not(HasSubstr("Connection")));
  EXPECT_THAT(encode_http_response({.body = "x"}, false, false), HasSubstr("Connection: close\r\n"));
}

TEST(HttpCodec, a_head_response_has_the_length_but_no_body) {
  const std::string bytes = encode_http_response({.body = "12345"}, true, true);
  EXPECT_THAT(bytes, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\n"));
}

TEST(HttpCodec, responses_that_may_have_no_body_have_none) {
  for (const unsigned status : {204U, 304U}) {
    EXPECT_THAT(encode_http_response({.status = status, .body = "x"}, false, true), EndsWith("\r\n\r\n"));
  }
}

TEST(HttpCodec, a_response_that_would_split_is_a_500) {
  EXPECT_THAT(encode_http_response({.headers = {{"X", "a\r\nSet-Cookie: b"}}}, false, true), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(encode_http_response({.headers = {{"X: y\r\nZ", "a"}}}, false, true), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(encode_http_response({.status = 1000}, false, true), StartsWith("HTTP/1.1 500 "));
}

}  // namespace
}  // namespace flume
