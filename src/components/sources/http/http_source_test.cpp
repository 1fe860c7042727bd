#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string request(std::string_view body, std::string_view headers = "", std::string_view line = "POST / HTTP/1.1") {
  return std::string(line) + "\r\nHost: a\r\n" + std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string json_request(std::string_view body) { return request(body, "Content-Type: application/json\r\n"); }

/// The status codes of the responses, in their order.
std::vector<int> statuses(const std::string& received) {
  std::vector<int> codes;
  for (auto at = received.find("HTTP/1.1 "); at != std::string::npos; at = received.find("HTTP/1.1 ", at + 1)) {
    codes.push_back(std::stoi(received.substr(at + 9, 3)));
  }
  return codes;
}

class HttpSourceTest : public SourceBench {
 protected:
  HttpSourceTest() : SourceBench("http") {}

  void start(Keys keys = {}) {
    keys.insert(keys.begin(), {{"port", "5140"}});
    SourceBench::start(keys);
  }
  std::unique_ptr<SimPeer> connect() { return SourceBench::connect(5140); }
  std::string answer(std::string_view bytes) { return send(5140, bytes)->received(); }
  int status(std::string_view bytes) {
    const auto codes = statuses(answer(bytes));
    return codes.size() == 1 ? codes[0] : -1;
  }
};

TEST_F(HttpSourceTest, an_array_of_events_is_stored_and_then_answered) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send(json_request(R"([{"headers":{"k":"v"},"body":"one"},{"body":"two"}])"));
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "");
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(statuses(client->received()), ElementsAre(200));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  EXPECT_THAT(channel_.headers("k"), ElementsAre("v", "<none>"));
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(2));
  EXPECT_EQ(counters_.append_batch_received.get(), 1);
  EXPECT_EQ(counters_.append_batch_accepted.get(), 1);
}

TEST_F(HttpSourceTest, what_is_missing_or_null_is_empty_and_scalars_are_texts) {
  start();
  EXPECT_EQ(status(json_request(R"([{},{"headers":null,"body":null},{"headers":{"k":null},"body":12.50},{"headers":{"k":true},"body":false},
                                   {"other":[{"deep":1}],"headers":{"k":-1e400},"body":"\u00e4\n"}])")),
            200);
  EXPECT_THAT(channel_.bodies(), ElementsAre("", "", "12.50", "false", "ä\n"));
  EXPECT_THAT(channel_.headers("k"), ElementsAre("<none>", "<none>", "<none>", "true", "-1e400"));
}

TEST_F(HttpSourceTest, an_empty_array_is_stored) {
  start();
  EXPECT_EQ(status(json_request("[]")), 200);
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

TEST_F(HttpSourceTest, wrong_json_is_refused_and_nothing_of_it_is_stored) {
  start();
  const std::string deep = R"([{"headers":)" + std::string(5000, '[') + std::string(5000, ']') + "}]";
  const std::vector<std::string> wrong{R"([{"body":"good"},{"body":"half)",
                                       R"([{"body":"good"},{"body":[1]}])",
                                       R"([{"body":"good"},{"headers":{"a":{}}}])",
                                       R"([{"body":"good"},7])",
                                       R"([{"body":"good"}] x)",
                                       R"([{"body":"good"},{"body":nul}])",
                                       R"([{"body":"good"},{"body":"a","body":"b"}])",
                                       R"([{"body":"good"},{"body":1x}])",
                                       R"({"body":"object"})",
                                       "null",
                                       "x",
                                       " ",
                                       deep};
  for (const auto& body : wrong) EXPECT_EQ(status(json_request(body)), 400) << body.substr(0, 60);
  EXPECT_THAT(channel_.bodies(), IsEmpty());
  EXPECT_EQ(counters_.event_read_fail.get(), static_cast<std::int64_t>(wrong.size()));
  EXPECT_EQ(status(json_request(R"([{"body":"next"}])")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre("next"));
}

TEST_F(HttpSourceTest, a_lone_surrogate_and_malformed_bytes_are_replaced) {
  start();
  EXPECT_EQ(status(json_request(R"([{"body":"a\ud800b"}])")), 200);
  EXPECT_EQ(status(json_request("[{\"body\":\"a\xFF\"}]")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre("a\xEF\xBF\xBD"
                                             "b",
                                             "a\xEF\xBF\xBD"));
}

TEST_F(HttpSourceTest, the_charset_counts_for_the_request_and_the_bodies) {
  start();
  const std::string text = R"([{"body":"a"}])";
  std::string utf16;
  for (const char c : text) utf16 += {'\0', c};
  EXPECT_EQ(status(request(utf16, "Content-Type: application/json; charset=UTF-16\r\n")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre(std::string("\xFE\xFF\0a", 4)));
  EXPECT_EQ(status(request(text, "Content-Type: application/json; charset=latin1\r\n")), 500);
}

TEST_F(HttpSourceTest, lines_of_json_are_events_too) {
  start();
  EXPECT_EQ(status(request("{\"body\":\"one\"}\r\n\n{\"headers\":{\"k\":1}}", "Content-Type: application/x-ndjson\r\n")), 200);
  EXPECT_EQ(status(request("{\"body\":\"three\"}\n{", "Content-Type: application/x-ndjson\r\n")), 400);
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", ""));
}

TEST_F(HttpSourceTest, methods_are_answered_as_flume_does) {
  start();
  const auto with = [](std::string_view method) { return request("[]", "", std::string(method) + " /any/path HTTP/1.1"); };
  EXPECT_EQ(status(with("GET")), 200);
  EXPECT_EQ(status(with("PUT")), 405);
  EXPECT_EQ(status(with("DELETE")), 405);
  EXPECT_EQ(status(with("PATCH")), 501);
  EXPECT_EQ(status(with("TRACE")), 403);
  EXPECT_EQ(status(with("OPTIONS")), 403);
  EXPECT_EQ(status(request("")), 500);
}

TEST_F(HttpSourceTest, requests_come_in_any_pieces_and_are_answered_in_order) {
  start();
  const auto client = connect();
  client->fragment(1);
  client->send(json_request(R"([{"body":"one"}])") + json_request("wrong") + json_request(R"([{"body":"two"}])"));
  loop_.run_until_idle();
  EXPECT_THAT(statuses(client->received()), ElementsAre(200, 400, 200));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
}

TEST_F(HttpSourceTest, a_refusal_waits_for_the_answers_before_it) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send(json_request(R"([{"body":"one"}])") + json_request("wrong"));
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "");
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(statuses(client->received()), ElementsAre(200, 400));
}

TEST_F(HttpSourceTest, chunks_and_expectations_are_understood) {
  start();
  const auto client = connect();
  client->send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "HTTP/1.1 100 Continue\r\n\r\n");
  client->send("8\r\n[{\"body\"\r\n7\r\n:\"one\"}\r\n1\r\n]\r\n0\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_THAT(statuses(client->received()), ElementsAre(100, 200));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

TEST_F(HttpSourceTest, a_full_channel_is_answered_with_503_in_time) {
  start();
  channel_.set_full(true);
  const auto client = connect();
  client->send(json_request(R"([{"body":"one"}])"));
  loop_.run_until_idle();
  loop_.advance(2s);
  EXPECT_EQ(client->received(), "");
  loop_.advance(2s);
  EXPECT_THAT(statuses(client->received()), ElementsAre(503));
  channel_.set_full(false);
  client->send(json_request(R"([{"body":"two"}])"));
  loop_.advance(2s);
  EXPECT_THAT(statuses(client->received()), ElementsAre(503, 200));
  EXPECT_THAT(channel_.bodies(), ElementsAre("two"));
}

TEST_F(HttpSourceTest, too_long_headers_and_bodies_and_slow_clients_are_refused) {
  start({{"maxRequestBytes", "100"}, {"HttpConfiguration.requestHeaderSize", "300"}, {"ServerConnector.idleTimeout", "10000"}});
  EXPECT_EQ(status(json_request(std::string(101, ' '))), 413);
  EXPECT_EQ(status(request("[]", "X: " + std::string(400, 'x') + "\r\n")), 431);
  EXPECT_EQ(status(request("x", "Content-Encoding: br\r\n")), 415);
  EXPECT_EQ(status(request("x", "Content-Encoding: gzip\r\n")), 400);
  const auto slow = connect();
  for (int i = 0; i < 20 && slow->received().empty(); ++i) {
    slow->send(i == 0 ? "POST / HT" : i == 1 ? "TP/1.1\r\nHost: a\r\nX: " : "x");
    loop_.advance(1s);
  }
  EXPECT_THAT(statuses(slow->received()), ElementsAre(408));
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

TEST_F(HttpSourceTest, a_client_that_goes_harms_nobody) {
  start();
  const auto half = connect();
  half->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n[{\"body\":\"x\"}]");
  channel_.hold_puts();
  const auto whole = connect();
  whole->send(json_request(R"([{"body":"one"}])"));
  loop_.run_until_idle();
  half->cut();
  whole->cut();
  loop_.run_until_idle();
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_F(HttpSourceTest, a_client_that_sends_no_more_still_gets_its_answer) {
  start();
  const auto client = connect();
  client->send(json_request(R"([{"body":"one"}])"));
  client->shutdown_write();
  loop_.run_until_idle();
  EXPECT_THAT(statuses(client->received()), ElementsAre(200));
  EXPECT_TRUE(client->is_closed());
}

TEST_F(HttpSourceTest, a_stop_in_the_middle_stores_nothing_of_it_and_ends) {
  start();
  const auto half = connect();
  half->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n[{\"body\":\"x\"}");
  const auto idle = connect();
  loop_.run_until_idle();
  source_->stop(loop_.in(5s));
  EXPECT_TRUE(half->is_closed());
  EXPECT_TRUE(idle->is_closed());
  EXPECT_THAT(channel_.bodies(), IsEmpty());
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_F(HttpSourceTest, blobs_have_the_parameters_of_the_query_as_headers) {
  start({{"handler", "org.apache.flume.source.http.BLOBHandler"}, {"handler.mandatoryParameters", "a, b"}});
  EXPECT_EQ(status(request(std::string("\0\xFF", 2), "", "POST /x?a=1+2&b=%C3%A4&a=3&c HTTP/1.1")), 200);
  EXPECT_EQ(status(request("x", "", "POST /x?a=1 HTTP/1.1")), 500);
  EXPECT_THAT(channel_.bodies(), ElementsAre(std::string("\0\xFF", 2)));
  EXPECT_THAT(channel_.headers("a"), ElementsAre("1 2"));
  EXPECT_THAT(channel_.headers("b"), ElementsAre("ä"));
  EXPECT_THAT(channel_.headers("c"), ElementsAre(""));
}

TEST_F(HttpSourceTest, morphline_blobs_are_cut_and_have_their_type) {
  start({{"handler", "org.apache.flume.sink.solr.morphline.BlobHandler"}, {"handler.maxBlobLength", "3"}});
  EXPECT_EQ(status(request("abcdef", "Content-Type: text/x\r\n")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre("abc"));
  EXPECT_THAT(channel_.headers("Content-Type"), ElementsAre("text/x"));
}

TEST_F(HttpSourceTest, only_those_who_are_known_may_send) {
  start({{"basicAuth", "u:p"}, {"bearerToken", "secret"}, {"healthPath", "/health"}});
  EXPECT_EQ(status(json_request(R"([{"body":"x"}])")), 401);
  EXPECT_EQ(status(request("[]", "Authorization: Bearer secres\r\n")), 401);
  EXPECT_EQ(status(request("[]", "Authorization: Bearer secret\r\n")), 200);
  EXPECT_EQ(status(request("[]", "Authorization: Basic dTpw\r\n")), 200);
  EXPECT_EQ(status(request("", "", "GET /health HTTP/1.1")), 200);
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

TEST(HttpSourceOptions, keys_of_jetty_are_known) {
  const auto options = parse_options(builtin_component(Kind::Source, "http"), {{"port", "1"}, {"QueuedThreadPool.maxThreads", "5"}});
  EXPECT_TRUE(options.ok());
}

TEST_F(HttpSourceTest, a_header_that_is_named_twice_is_refused_as_in_flume) {
  start();
  EXPECT_EQ(status(json_request(R"([{"headers":{"k":"1","j":"2","k":"3"},"body":"x"}])")), 400);
  EXPECT_EQ(status(json_request(R"([{"headers":{"k":"1"},"body":"x"},{"headers":{"k":"1"},"body":"y"}])")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre("x", "y"));
}

TEST_F(HttpSourceTest, bytes_come_as_base64) {
  start();
  EXPECT_EQ(status(json_request(R"([{"bodyBase64":"//4A"},{"headers":{"k":"v"},"bodyBase64":""},{"body":"text"}])")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre(std::string("\xff\xfe\0", 3), "", "text"));
  EXPECT_EQ(status(json_request(R"([{"bodyBase64":"//4"}])")), 400);
  EXPECT_EQ(status(json_request(R"([{"body":"x","bodyBase64":"//4A"}])")), 400);
  EXPECT_EQ(channel_.bodies().size(), 3U);
}

TEST_F(HttpSourceTest, lines_are_events_where_it_is_told_so) {
  start({{"handler", "lines"}});
  EXPECT_EQ(status(request("one\r\n\ntwo\nthree", "Content-Type: text/plain\r\n", "POST /?host=web%201 HTTP/1.1")), 200);
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(status(request("")), 200);
  EXPECT_EQ(channel_.bodies().size(), 3U);
}

TEST_F(HttpSourceTest, browsers_are_told_nothing_unless_configured) {
  start();
  EXPECT_EQ(answer(request("[]", "Origin: https://a.example\r\n")).find("Access-Control"), std::string::npos);
  EXPECT_EQ(status(request("", "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n", "OPTIONS / HTTP/1.1")), 403);
}

TEST_F(HttpSourceTest, scripts_of_allowed_pages_may_send_events) {
  start({{"allowedOrigins", "https://a.example https://b.example:8443"}, {"bearerToken", "geheim"}});
  const std::string asks = "Access-Control-Request-Method: POST\r\n";
  const std::string allowed = answer(request("", "Origin: https://b.example:8443\r\n" + asks, "OPTIONS / HTTP/1.1"));
  EXPECT_THAT(statuses(allowed), ElementsAre(204)) << "browsers ask without the token";
  EXPECT_THAT(allowed, HasSubstr("Access-Control-Allow-Origin: https://b.example:8443\r\n"));
  EXPECT_THAT(allowed, HasSubstr("Access-Control-Allow-Methods: POST\r\n"));
  const std::string other = answer(request("", "Origin: https://c.example\r\n" + asks, "OPTIONS / HTTP/1.1"));
  EXPECT_THAT(statuses(other), ElementsAre(403));
  EXPECT_EQ(other.find("Access-Control-Allow"), std::string::npos);
  const std::string stored = answer(request(R"([{"body":"x"}])", "Origin: https://a.example\r\nAuthorization: Bearer geheim\r\n"));
  EXPECT_THAT(statuses(stored), ElementsAre(200));
  EXPECT_THAT(stored, HasSubstr("Access-Control-Allow-Origin: https://a.example\r\n"));
  EXPECT_THAT(stored, HasSubstr("Vary: Origin\r\n"));
  const std::string refused = answer(request("[]", "Origin: https://a.example\r\n"));
  EXPECT_THAT(statuses(refused), ElementsAre(401));
  EXPECT_THAT(refused, HasSubstr("Access-Control-Allow-Origin: https://a.example\r\n")) << "so that the script sees the status";
}

TEST_F(HttpSourceTest, all_pages_may_be_allowed) {
  start({{"allowedOrigins", "*"}});
  EXPECT_THAT(answer(request("[]", "Origin: null\r\n")), HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_EQ(answer(request("[]")).find("Access-Control"), std::string::npos);
}

TEST(HttpSourceOptions, an_origin_has_no_path) {
  const ComponentInfo& http = builtin_component(Kind::Source, "http");
  for (const std::string good : {"*", "https://a.example", "http://a:81 https://b"}) {
    EXPECT_TRUE(parse_options(http, {{"port", "1"}, {"allowedOrigins", good}}).ok()) << good;
  }
  for (const std::string bad : {"a.example", "https://a.example/", "https://a.example/x"}) {
    EXPECT_FALSE(parse_options(http, {{"port", "1"}, {"allowedOrigins", bad}}).ok()) << bad;
  }
}

}  // namespace
}  // namespace flume
