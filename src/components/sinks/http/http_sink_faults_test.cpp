// The http sink while its server fails: nothing counts as delivered before the status says so, and nothing is lost.
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/sinks/http/http_sink_fixture.h"
#include "support/sink_bench.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class HttpSinkFaults : public HttpSinkTest {};

TEST_F(HttpSinkFaults, where_nobody_listens_events_stay) {
  serve(http_answer(200));
  ASSERT_TRUE(start().ok());
  const std::uint16_t port = server_->port();
  server_.reset();
  const Delivered delivered = deliver({"one"});
  EXPECT_TRUE(delivered.is(Outcome::NotDelivered));
  EXPECT_THAT(delivered.why, AllOf(HasSubstr("POST http://localhost:" + std::to_string(port) + "/in: "), HasSubstr("onnect")));
  EXPECT_EQ(context_.counters().connection_failed.get(), 1);
  EXPECT_EQ(context_.counters().connection_created.get(), 0);
}

TEST_F(HttpSinkFaults, a_server_that_comes_back_gets_the_events) {
  serve("", Then::Close);
  ASSERT_TRUE(start().ok());
  EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt));
  EXPECT_EQ(figure("SinkRequestsInDoubt"), 1);
  EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt));
}

TEST_F(HttpSinkFaults, a_request_without_an_answer_in_time_is_in_doubt) {
  serve("", Then::Silence);
  ASSERT_TRUE(start({{"requestTimeout", "100"}}).ok());
  const Delivered delivered = deliver({"one"});
  EXPECT_TRUE(delivered.is(Outcome::InDoubt));
  EXPECT_THAT(delivered.why, HasSubstr("sent, and not answered: no answer in time"));
}

TEST_F(HttpSinkFaults, half_an_answer_is_none) {
  for (const std::string part : {"HTTP/1.1 2", "HTTP/1.1 200 OK\r\nX: y\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "nonsense\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"}) {
    serve(part, Then::Close);
    ASSERT_TRUE(start().ok());
    EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt)) << part;
  }
}

TEST_F(HttpSinkFaults, a_status_is_an_answer_whatever_follows) {
  for (const std::string rest :
       {"Content-Length: 1000\r\n\r\ncut", "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Content-Length: 1\r\n\r\nlonger than said"}) {
    serve("HTTP/1.1 200 OK\r\n" + rest, Then::Close);
    ASSERT_TRUE(start().ok());
    EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered)) << rest;
    EXPECT_TRUE(deliver({"two"}).is(Outcome::Delivered)) << rest;
  }
}

TEST_F(HttpSinkFaults, a_stop_ends_a_wait_at_its_deadline) {
  serve("", Then::Silence);
  ASSERT_TRUE(start({{"requestTimeout", "600000"}}).ok());
  context_.deadline = clock_.in(50ms);
  context_.stop.request_stop();
  EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt));
}

/// A server with a will of its own: it stores the events of a request, or does not, and says so, or does not. `stored`: with a 200.
ScriptedAnswer moody(std::mt19937& random, const std::string& body, std::vector<std::string>& seen,
                     std::vector<std::string>& acknowledged) {
  using Then = ScriptedAnswer::Then;
  const std::string ok = http_answer(200, "fine");
  const auto store = [&](std::vector<std::string>& where) {
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t end = std::min(body.find('\n', at), body.size());
      where.push_back(body.substr(at, end - at));
      at = end + 1;
    }
  };
  const auto cut = static_cast<std::size_t>(random() % ok.size());
  switch (random() % 8) {
    case 0:
      return {.bytes = http_answer(503, "busy")};
    case 1:
      return {.bytes = http_answer(500), .then = Then::Close};
    case 2:
      return {.bytes = "", .then = Then::Close};
    case 3:
      return {.bytes = "HTTP/1.1 100 Continue\r\n\r\n", .then = Then::Close};
    case 4:
      store(seen);
      // What is cut behind the headers is an answer all the same.
      if (cut >= ok.find("\r\n\r\n") + 4) store(acknowledged);
      return {.bytes = ok.substr(0, cut), .then = Then::Close};
    case 5:
      store(seen);
      store(acknowledged);
      return {.bytes = ok, .then = Then::Close};
    default:
      store(seen);
      store(acknowledged);
      return {.bytes = ok, .piece = 1 + cut};
  }
}

void expect_at_least_once(const std::string& batch, std::uint32_t seed) {
  SCOPED_TRACE("batch = " + batch + ", seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> seen;
  std::vector<std::string> acknowledged;
  auto server =
      std::make_unique<ScriptedHttpServer>([&](const ScriptedRequest& request) { return moody(random, request.body, seen, acknowledged); });
  conformance::SinkBench bench(conformance::ChannelKind::Durable, [&](const Services& services) {
    return configured<Sink>(
        Kind::Sink, "http",
        {{"endpoint", server->url()}, {"rollback.2XX", "false"}, {"backoff.2XX", "false"}, {"batch", batch}, {"batchSize", "9"}}, services);
  });
  std::vector<std::string> bodies;
  for (int i = 0; i < 60; ++i) bodies.push_back("event " + std::to_string(i));
  for (const std::string& body : bodies) bench.put(body);
  ASSERT_TRUE(bench.start().ok());
  for (int i = 0; i < 5; ++i) bench.round();
  bench.fail_commits(2);  // delivered, and yet not committed
  ASSERT_TRUE(bench.drain(2000));
  EXPECT_EQ(bench.queued(), 0U);
  bench.stop_sink();
  server.reset();
  // Each was acknowledged before it left the channel; each batch came before the next.
  std::vector<std::string> first_times;
  for (const std::string& body : acknowledged) {
    if (std::find(first_times.begin(), first_times.end(), body) == first_times.end()) first_times.push_back(body);
  }
  EXPECT_EQ(first_times, bodies);
  EXPECT_GE(seen.size(), bodies.size());
}

TEST(HttpSinkFlow, loses_nothing_whatever_its_server_does) {
  for (const std::string batch : {"one", "lines"}) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) expect_at_least_once(batch, seed);
  }
}

}  // namespace
}  // namespace flume
