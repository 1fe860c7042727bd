// What the http sink sends, and what a status does to the events. Servers that fail: http_sink_faults_test.cpp.
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "components/sinks/http/http_sink_fixture.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(HttpSinkTest, posts_the_body_of_one_event_at_a_time) {
  serve(http_answer(200));
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(sink_->limits().events, 1U);
  EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
  EXPECT_TRUE(deliver({"two"}).is(Outcome::Delivered));
  EXPECT_THAT(server_->bodies(), ElementsAre("one", "two"));
  const ScriptedRequest request = server_->requests()[0];
  EXPECT_EQ(request.line, "POST /in?key=geheim HTTP/1.1");
  EXPECT_EQ(request.headers.at("content-type"), "text/plain");
  EXPECT_EQ(request.headers.at("accept"), "text/plain");
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpSinkTest, sends_the_headers_that_are_configured) {
  serve(http_answer(200));
  ASSERT_TRUE(start({{"contentTypeHeader", "a/b"}, {"acceptHeader", "c/d"}, {"headers.X-Key", "geheim"}, {"headers.X-Empty", ""}}).ok());
  deliver({"one"});
  const auto headers = server_->requests()[0].headers;
  EXPECT_EQ(headers.at("content-type"), "a/b");
  EXPECT_EQ(headers.at("accept"), "c/d");
  EXPECT_EQ(headers.at("x-key"), "geheim");
  EXPECT_EQ(headers.at("x-empty"), "");
}

TEST_F(HttpSinkTest, without_rules_even_success_comes_again_as_in_flume) {
  serve(http_answer(200));
  ASSERT_TRUE(start_with({{"endpoint", server_->url()}}).ok());
  const Delivered delivered = deliver({"one"});
  EXPECT_TRUE(delivered.is(Outcome::NotDelivered));
  EXPECT_THAT(delivered.why, HasSubstr("the server answers 200 (and yet rollback.200 is true)"));
}

TEST_F(HttpSinkTest, rules_decide_of_commit_pause_and_count) {
  std::atomic<int> status = 200;
  serve([&](const ScriptedRequest&) { return ScriptedAnswer{.bytes = http_answer(status)}; });
  ASSERT_TRUE(start({{"rollback.4XX", "false"}, {"backoff.404", "false"}, {"incrementMetrics.404", "true"}, {"backoff.202", "true"}}).ok());
  const Delivered stored = deliver({"one"});
  EXPECT_TRUE(stored.is(Outcome::Delivered));
  EXPECT_FALSE(stored.backs_off);
  EXPECT_EQ(stored.uncounted, 0U);
  status = 202;
  EXPECT_TRUE(deliver({"one"}).backs_off);
  status = 403;
  const Delivered refused = deliver({"one"});
  EXPECT_TRUE(refused.is(Outcome::Delivered));
  EXPECT_TRUE(refused.backs_off);
  EXPECT_EQ(refused.uncounted, 1U);
  status = 404;
  const Delivered counted = deliver({"one"});
  EXPECT_TRUE(counted.is(Outcome::Delivered));
  EXPECT_FALSE(counted.backs_off);
  EXPECT_EQ(counted.uncounted, 0U);
  status = 500;
  EXPECT_TRUE(deliver({"one"}).is(Outcome::NotDelivered));
}

TEST_F(HttpSinkTest, events_that_are_committed_though_refused_are_counted_and_told_of_once) {
  serve(http_answer(403, "no entry"));
  ASSERT_TRUE(start({{"rollback.403", "false"}}).ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
  EXPECT_EQ(figure("SinkDiscardedEvents"), 3);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "not stored"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "answers 403: 'no entry'"), 1U);
}

TEST_F(HttpSinkTest, an_event_without_a_body_is_passed_over) {
  serve(http_answer(200));
  ASSERT_TRUE(start().ok());
  const Delivered delivered = deliver({""});
  EXPECT_TRUE(delivered.is(Outcome::Delivered));
  EXPECT_FALSE(delivered.backs_off);
  EXPECT_EQ(delivered.uncounted, 1U);
  EXPECT_EQ(server_->requests().size(), 0U);
  EXPECT_EQ(figure("SinkEmptyEvents"), 1);
}

TEST_F(HttpSinkTest, an_error_says_where_and_what_and_no_secret) {
  serve(http_answer(503, "try\r\nlater " + std::string(5000, 'x')));
  ASSERT_TRUE(start().ok());
  const Delivered delivered = deliver({"one"});
  EXPECT_TRUE(delivered.is(Outcome::NotDelivered));
  EXPECT_THAT(delivered.why,
              AllOf(HasSubstr("POST http://localhost:" + std::to_string(server_->port()) + "/in: the server answers 503: 'try  later xxx"),
                    Not(HasSubstr("geheim"))));
  EXPECT_LT(delivered.why.size(), 400U);
}

TEST_F(HttpSinkTest, what_a_person_would_look_at_first_is_named) {
  std::atomic<int> status = 0;
  serve([&](const ScriptedRequest&) { return ScriptedAnswer{.bytes = http_answer(status)}; });
  ASSERT_TRUE(start().ok());
  for (const auto& [code, hint] : {std::pair(302, "points elsewhere"),
                                   {307, "another scheme"},
                                   {401, "headers.Authorization"},
                                   {404, "nothing at this URL"},
                                   {405, "no POST"},
                                   {415, "contentTypeHeader"}}) {
    status = code;
    const Delivered delivered = deliver({"one"});
    EXPECT_TRUE(delivered.is(Outcome::NotDelivered)) << code;
    EXPECT_THAT(delivered.why, HasSubstr(hint));
  }
}

TEST_F(HttpSinkTest, a_status_that_blames_the_event_makes_it_a_bad_one) {
  std::atomic<int> status = 0;
  serve([&](const ScriptedRequest&) { return ScriptedAnswer{.bytes = http_answer(status, "no JSON")}; });
  ASSERT_TRUE(start().ok());
  for (const int code : {400, 413, 422}) {
    status = code;
    const Delivered delivered = deliver({"one"});
    EXPECT_TRUE(delivered.is_rejected()) << code;
    EXPECT_THAT(delivered.why, HasSubstr("answers " + std::to_string(code) + ": 'no JSON'"));
  }
}

TEST_F(HttpSinkTest, of_a_batch_that_is_refused_the_bad_event_is_looked_for_before_a_rule_commits_it) {
  serve([](const ScriptedRequest& request) {
    return ScriptedAnswer{.bytes = http_answer(request.body.find("bad") == std::string::npos ? 200 : 400)};
  });
  ASSERT_TRUE(start({{"batch", "lines"}, {"rollback.400", "false"}}).ok());
  EXPECT_TRUE(deliver({"good", "bad"}).is_rejected()) << "the runner halves it";
  EXPECT_TRUE(deliver({"bad"}).is(Outcome::Delivered)) << "and then the rule counts";
  EXPECT_EQ(figure("SinkDiscardedEvents"), 1);
}

TEST_F(HttpSinkTest, batches_are_as_large_as_configured) {
  serve(http_answer(200));
  ASSERT_TRUE(start({{"batch", "lines"}, {"batchSize", "7"}, {"batchBytes", "1000"}}).ok());
  EXPECT_EQ(sink_->limits().events, 7U);
  EXPECT_EQ(sink_->limits().bytes, 1000U);
  EXPECT_TRUE(deliver({"one", "two", ""}).is(Outcome::Delivered));
  EXPECT_THAT(server_->bodies(), ElementsAre("one\ntwo\n"));
  EXPECT_EQ(server_->requests()[0].headers.at("content-type"), "text/plain");
}

TEST_F(HttpSinkTest, json_goes_as_such) {
  serve(http_answer(200));
  ASSERT_TRUE(start({{"batch", "json_array"}}).ok());
  EXPECT_TRUE(deliver({"one", "two"}).is(Outcome::Delivered));
  EXPECT_EQ(nlohmann::json::parse(server_->bodies()[0])[1]["body"], "two");
  EXPECT_EQ(server_->requests()[0].headers.at("content-type"), "application/json");
  ASSERT_TRUE(start({{"batch", "ndjson"}}).ok());
  EXPECT_TRUE(deliver({"one", "two"}).is(Outcome::Delivered));
  EXPECT_EQ(server_->requests()[1].headers.at("content-type"), "application/x-ndjson");
}

TEST_F(HttpSinkTest, an_event_that_cannot_be_written_is_named_and_the_others_go) {
  serve(http_answer(200));
  ASSERT_TRUE(start({{"batch", "ndjson"}}).ok());
  const Delivered delivered = deliver({"one", "\xff", "two"});
  EXPECT_TRUE(delivered.is(Outcome::Delivered));
  ASSERT_EQ(delivered.rejected.size(), 1U);
  EXPECT_EQ(delivered.rejected[0].index, 1U);
  const Delivered alone = deliver({"\xff"});
  EXPECT_TRUE(alone.is(Outcome::Delivered));
  EXPECT_EQ(alone.rejected.size(), 1U);
  EXPECT_EQ(server_->requests().size(), 1U);
}

TEST_F(HttpSinkTest, counts_its_connections) {
  std::atomic<bool> closes = false;
  serve([&](const ScriptedRequest&) { return ScriptedAnswer{.bytes = http_answer(200), .then = closes ? Then::Close : Then::KeepOpen}; });
  ASSERT_TRUE(start().ok());
  SinkCounters& counters = context_.counters();
  deliver({"one"});
  closes = true;
  deliver({"two"});
  EXPECT_EQ(counters.connection_created.get(), 1);
  deliver({"three"});
  EXPECT_EQ(counters.connection_created.get(), 2);
  EXPECT_EQ(counters.connection_closed.get(), 1);
  sink_->stop(context_, Deadline::immediate());
  EXPECT_EQ(counters.connection_closed.get(), 2);
  EXPECT_EQ(counters.connection_failed.get(), 0);
}

}  // namespace
}  // namespace flume
