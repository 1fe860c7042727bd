// POSTs of the module `http` to servers on the loopback, most of them worse than one would wish.
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/http/post_client.h"
#include "support/scripted_http_server.h"

namespace flume::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Fate = PostAnswer::Fate;
using Then = ScriptedAnswer::Then;

class CurlPostClient : public testing::Test {
 protected:
  void serve(ScriptedHttpServer::Script script) { server_ = std::make_unique<ScriptedHttpServer>(std::move(script)); }
  void serve(const std::string& bytes, Then then = Then::KeepOpen) {
    serve([bytes, then](const ScriptedRequest&) { return ScriptedAnswer{.bytes = bytes, .then = then}; });
  }
  void make(PostSettings settings) {
    auto client = load_post_client(clock_, std::move(settings));
    ASSERT_TRUE(client.ok()) << client.status().message();
    client_ = *std::move(client);
  }
  PostAnswer post(const std::string& body, const std::string& url) {
    if (!client_) make({.connect_timeout = 5s, .answer_timeout = 30s});
    return client_->post(url, body, stop_.get_token(), [this] { return stop_deadline_; });
  }
  PostAnswer post(const std::string& body = "hello") { return post(body, server_->url("/in")); }

  SystemClock clock_;
  std::stop_source stop_;
  Deadline stop_deadline_ = Deadline::never();
  std::unique_ptr<ScriptedHttpServer> server_;
  std::unique_ptr<PostClient> client_;
};

TEST_F(CurlPostClient, posts_the_body_as_it_is_with_the_headers_that_were_given) {
  serve(http_answer(202, "thanks"));
  make({.headers = {"Content-Type: text/x", "X-Key: geheim"}});
  const std::string body("a\0b\r\n\xff", 6);
  const PostAnswer answer = post(body);
  EXPECT_EQ(answer.fate, Fate::Answered);
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "thanks");
  ASSERT_EQ(server_->requests().size(), 1U);
  const ScriptedRequest request = server_->requests()[0];
  EXPECT_EQ(request.line, "POST /in HTTP/1.1");
  EXPECT_EQ(request.body, body);
  EXPECT_EQ(request.headers.at("content-type"), "text/x");
  EXPECT_EQ(request.headers.at("x-key"), "geheim");
  EXPECT_EQ(request.headers.count("expect"), 0U);
}

TEST_F(CurlPostClient, keeps_its_connection_and_waits_for_no_100_before_a_large_body) {
  serve(http_answer(200));
  EXPECT_EQ(post().connections, 1);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(post(std::string(3U << 20U, 'x')).connections, 0);
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(CurlPostClient, makes_a_connection_anew_that_was_closed_while_it_was_idle) {
  serve([count = 0](const ScriptedRequest&) mutable {
    return ScriptedAnswer{.bytes = http_answer(200), .then = ++count == 1 ? Then::Close : Then::KeepOpen};
  });
  EXPECT_EQ(post().fate, Fate::Answered);
  EXPECT_EQ(post().fate, Fate::Answered);
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(CurlPostClient, sends_again_once_what_a_kept_connection_swallowed_as_java_does) {
  serve([count = 0](const ScriptedRequest&) mutable {
    if (++count == 1) return ScriptedAnswer{.bytes = http_answer(200)};
    return ScriptedAnswer{.bytes = "", .then = Then::Close};
  });
  EXPECT_EQ(post().fate, Fate::Answered);
  EXPECT_EQ(post().fate, Fate::InDoubt);
  EXPECT_EQ(server_->requests().size(), 3U);
}

TEST_F(CurlPostClient, does_not_hold_up_a_server_that_writes_headers_and_body_apart) {
  const std::string answer = http_answer(200, "said");
  serve([&](const ScriptedRequest&) {
    return ScriptedAnswer{.bytes = answer, .piece = answer.size() - 4, .waits_for_acknowledgement = true};
  });
  const Instant before = clock_.steady();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(post().body, "said");
  EXPECT_LT(clock_.steady() - before, 3s) << "40 ms each, where the system acknowledges late";
}

TEST_F(CurlPostClient, passes_over_interim_answers) {
  serve("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n" + http_answer(503, "later"));
  const PostAnswer answer = post();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "later");
}

TEST_F(CurlPostClient, an_interim_answer_alone_is_none) {
  serve("HTTP/1.1 100 Continue\r\n\r\n", Then::Close);
  const PostAnswer answer = post();
  EXPECT_EQ(answer.fate, Fate::InDoubt) << answer.status;
  EXPECT_EQ(server_->requests().size(), 1U) << "sent again in secret";
}

TEST_F(CurlPostClient, nothing_is_sent_where_nobody_listens) {
  serve(http_answer(200));
  const std::string url = server_->url();
  server_.reset();
  const PostAnswer answer = post("hello", url);
  EXPECT_EQ(answer.fate, Fate::NotSent);
  EXPECT_EQ(answer.why.cause(), Cause::Refused) << answer.why.message();
}

TEST_F(CurlPostClient, nothing_is_sent_to_a_host_without_an_address) {
  const PostAnswer answer = post("hello", "http://no-such-host.invalid/");
  EXPECT_EQ(answer.fate, Fate::NotSent);
  EXPECT_EQ(answer.why.cause(), Cause::UnknownHost) << answer.why.message();
}

TEST_F(CurlPostClient, a_connection_that_ends_before_the_status_leaves_the_request_in_doubt) {
  for (const std::string part : {"", "HT", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"}) {
    serve(part, Then::Close);
    const PostAnswer answer = post();
    EXPECT_EQ(answer.fate, Fate::InDoubt) << part;
    EXPECT_EQ(server_->requests().size(), 1U) << part;
    EXPECT_FALSE(answer.why.ok());
  }
}

TEST_F(CurlPostClient, what_is_no_http_leaves_the_request_in_doubt) {
  for (const std::string nonsense :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "\r\n\r\n", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"}) {
    serve(nonsense, Then::Close);
    EXPECT_EQ(post().fate, Fate::InDoubt) << nonsense;
  }
}

TEST_F(CurlPostClient, a_status_counts_though_the_body_behind_it_is_cut) {
  serve("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort", Then::Close);
  const PostAnswer answer = post();
  EXPECT_EQ(answer.fate, Fate::Answered);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "short");
  EXPECT_EQ(post().fate, Fate::Answered) << "the next one takes a new connection";
}

TEST_F(CurlPostClient, a_status_counts_though_the_body_behind_it_stays_away) {
  serve("HTTP/1.1 429 Slow down\r\nContent-Length: 1000\r\n\r\nshort", Then::Silence);
  make({.answer_timeout = 100ms});
  EXPECT_EQ(post().status, 429);
  EXPECT_EQ(post().status, 429);
}

TEST_F(CurlPostClient, a_body_that_is_longer_than_said_does_not_become_the_next_answer) {
  std::atomic<int> count = 0;
  serve([&](const ScriptedRequest&) {
    return ScriptedAnswer{.bytes = ++count == 1
                                       ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                       : http_answer(500)};
  });
  EXPECT_EQ(post().status, 200);
  EXPECT_EQ(post().status, 500);
}

TEST_F(CurlPostClient, of_a_huge_body_it_takes_no_more_than_it_must) {
  const std::string huge(8U << 20U, 'x');
  serve("HTTP/1.1 500 Oops\r\nContent-Length: 800000000\r\n\r\n" + huge, Then::Silence);
  const PostAnswer answer = post();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, std::string(1000, 'x'));
}

TEST_F(CurlPostClient, headers_without_end_are_cut_off) {
  std::string flood = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100'000; ++i) flood += "X-Header-Number: " + std::to_string(i) + "\r\n";
  serve(flood, Then::Silence);
  const PostAnswer answer = post();
  EXPECT_EQ(answer.fate, Fate::InDoubt);
  EXPECT_THAT(answer.why.message(), HasSubstr("headers do not end"));
  std::string interim;
  for (int i = 0; i < 100'000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  serve(interim, Then::Silence);
  EXPECT_THAT(post().why.message(), HasSubstr("headers do not end"));
}

TEST_F(CurlPostClient, an_answer_that_does_not_come_leaves_the_request_in_doubt) {
  serve("", Then::Silence);
  make({.answer_timeout = 100ms});
  const PostAnswer answer = post();
  EXPECT_EQ(answer.fate, Fate::InDoubt);
  EXPECT_EQ(answer.why.cause(), Cause::Timeout) << answer.why.message();
}

TEST_F(CurlPostClient, an_answer_in_drips_does_not_hold_it_for_ever) {
  serve([](const ScriptedRequest&) {
    return ScriptedAnswer{.bytes = http_answer(200), .piece = 1, .pause = 20ms};  // more than half a second
  });
  make({.answer_timeout = 200ms});
  EXPECT_EQ(post().why.cause(), Cause::Timeout);
}

TEST_F(CurlPostClient, a_stop_ends_the_wait_at_its_deadline) {
  serve("", Then::Silence);
  stop_deadline_ = clock_.in(50ms);
  std::jthread stopper([this] {
    std::this_thread::sleep_for(20ms);
    stop_.request_stop();
  });
  const Instant before = clock_.steady();
  EXPECT_EQ(post().fate, Fate::InDoubt);
  EXPECT_LT(clock_.steady() - before, 20s);
}

TEST_F(CurlPostClient, follows_only_redirects_that_repeat_the_post) {
  serve([](const ScriptedRequest& request) {
    if (request.line.starts_with("POST /in")) return ScriptedAnswer{.bytes = http_answer(307, "", "Location: /there?a=b\r\n")};
    return ScriptedAnswer{.bytes = http_answer(200, request.line)};
  });
  const PostAnswer answer = post();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /there?a=b HTTP/1.1");
  EXPECT_THAT(server_->bodies(), ElementsAre("hello", "hello"));
  for (const int status : {300, 301, 302, 303, 304}) {
    serve(http_answer(status, "", "Location: /there\r\n"));
    EXPECT_EQ(post().status, status);
    EXPECT_EQ(server_->requests().size(), 1U);
  }
}

TEST_F(CurlPostClient, ends_a_circle_and_leaves_no_scheme) {
  serve(http_answer(308, "", "Location: /in\r\n"));
  EXPECT_EQ(post().status, 308);
  EXPECT_EQ(server_->requests().size(), 6U);
  for (const std::string elsewhere : {"https://localhost:1/", "file:///etc/passwd", "gopher://localhost:1/"}) {
    serve(http_answer(307, "", "Location: " + elsewhere + "\r\n"));
    const PostAnswer answer = post();
    EXPECT_EQ(answer.status, 307) << elsewhere;
    EXPECT_EQ(server_->requests().size(), 1U);
  }
}

TEST_F(CurlPostClient, sends_the_user_of_the_url_to_its_server_alone_and_names_it_nowhere) {
  ScriptedHttpServer other([](const ScriptedRequest&) { return ScriptedAnswer{.bytes = http_answer(200)}; });
  serve(http_answer(307, "", "Location: " + other.url() + "\r\n"));
  const std::string url = "http://me:geheim@localhost:" + std::to_string(server_->port()) + "/";
  EXPECT_EQ(post("hello", url).status, 200);
  EXPECT_EQ(server_->requests()[0].headers.at("authorization"), "Basic bWU6Z2VoZWlt");
  EXPECT_EQ(other.requests()[0].headers.count("authorization"), 0U);
  server_.reset();
  client_.reset();
  EXPECT_THAT(post("hello", url).why.message(), AllOf(Not(HasSubstr("geheim")), Not(HasSubstr("me:"))));
}

TEST_F(CurlPostClient, takes_no_url_of_another_kind) {
  const PostAnswer answer = post("hello", "ftp://localhost/");
  EXPECT_EQ(answer.fate, Fate::NotSent);
  EXPECT_EQ(answer.why.kind(), ErrorKind::InvalidConfig) << answer.why.message();
}

TEST_F(CurlPostClient, asks_no_proxy_of_the_environment) {
  serve(http_answer(200));
  setenv("http_proxy", "http://localhost:1/", 1);
  EXPECT_EQ(post().status, 200);
  unsetenv("http_proxy");
}

}  // namespace
}  // namespace flume::http
