// The module `http` against the project's own HTTP server on loopback, and against peers that are worse.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/http/document_reader.h"
#include "net/asio_network.h"
#include "net/http_server.h"

namespace flume::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CurlDocumentReader : public testing::Test {
 protected:
  void SetUp() override {
    auto reader = load_document_reader(clock_);
    ASSERT_TRUE(reader.ok()) << reader.status().message();
    reader_ = *std::move(reader);
  }
  void TearDown() override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  void serve(HttpServer::Handler handler) {
    server_ = std::make_unique<HttpServer>(network_, *loop_, HttpServerSettings{.host = "127.0.0.1"}, std::move(handler));
    ASSERT_TRUE(server_->start().ok());
    thread_ = std::jthread([this](std::stop_token stop) { loop_->run(stop); });
  }
  [[nodiscard]] std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(server_->port()) + path; }
  Result<std::string> read(DocumentRequest request) { return reader_->read(request, clock_.in(60s), stop_.get_token()); }

  SystemClock clock_;
  std::stop_source stop_;
  AsioNetwork network_;
  std::unique_ptr<EventLoop> loop_ = network_.make_loop();
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<DocumentReader> reader_;
  std::jthread thread_;
};

TEST_F(CurlDocumentReader, gives_a_document_and_asks_with_no_password_that_it_was_not_given) {
  std::string authorization = "not asked";
  serve([&](const HttpRequest& request) {
    authorization = request.header("authorization").value_or("none");
    return HttpResponse{.body = request.method + " " + request.target};
  });
  EXPECT_EQ(*read({.url = url("/f.conf?rev=1")}), "GET /f.conf?rev=1");
  EXPECT_EQ(authorization, "none");
}

TEST_F(CurlDocumentReader, sends_user_and_password_as_basic_and_not_to_another_server) {
  std::vector<std::string> seen;
  HttpServer other(network_, *loop_, HttpServerSettings{.host = "127.0.0.1"}, [&](const HttpRequest& request) {
    seen.emplace_back(request.header("authorization").value_or("none"));
    return HttpResponse{.body = "from the other"};
  });
  ASSERT_TRUE(other.start().ok());
  serve([&](const HttpRequest& request) {
    seen.emplace_back(request.header("authorization").value_or("none"));
    return HttpResponse{.status = 302, .headers = {{"Location", "http://127.0.0.1:" + std::to_string(other.port()) + "/there"}}};
  });
  const auto text = read({.url = url("/here"), .user = "me", .password = "geheim"});
  ASSERT_TRUE(text.ok()) << text.status().message();
  EXPECT_EQ(*text, "from the other");
  EXPECT_THAT(seen, testing::ElementsAre("Basic bWU6Z2VoZWlt", "none"));
  TearDown();
}

TEST_F(CurlDocumentReader, tells_by_kind_what_a_status_means) {
  serve([](const HttpRequest& request) { return HttpResponse{.status = static_cast<unsigned>(std::stoi(request.target.substr(1)))}; });
  EXPECT_EQ(read({.url = url("/401")}).cause(), Cause::Permission);
  EXPECT_THAT(read({.url = url("/401"), .user = "me", .password = "geheim"}).status().message(),
              AllOf(HasSubstr("does not take"), Not(HasSubstr("geheim"))));
  EXPECT_EQ(read({.url = url("/404")}).cause(), Cause::NotFound);
  EXPECT_EQ(read({.url = url("/500")}).status().kind(), ErrorKind::Retryable);
}

TEST_F(CurlDocumentReader, ends_a_circle_of_redirects_and_follows_none_to_a_file) {
  serve([](const HttpRequest& request) {
    return HttpResponse{.status = 302, .headers = {{"Location", request.target == "/file" ? "file:///etc/passwd" : request.target + "x"}}};
  });
  const Status circle = read({.url = url("/r")}).status();
  EXPECT_EQ(circle.kind(), ErrorKind::InvalidConfig) << circle.message();
  EXPECT_THAT(circle.message(), HasSubstr("redirects"));
  const Status file = read({.url = url("/file")}).status();
  EXPECT_EQ(file.kind(), ErrorKind::InvalidConfig) << file.message();
}

TEST_F(CurlDocumentReader, takes_so_many_bytes_and_not_one_more) {
  serve([](const HttpRequest&) { return HttpResponse{.body = std::string(1000, 'x')}; });
  EXPECT_EQ(read({.url = url("/"), .largest = 1000})->size(), 1000U);
  const Status large = read({.url = url("/"), .largest = 999}).status();
  EXPECT_EQ(large.cause(), Cause::TooLarge) << large.message();
  EXPECT_EQ(large.kind(), ErrorKind::InvalidConfig);
}

TEST_F(CurlDocumentReader, counts_the_bytes_of_a_server_that_does_not_say_how_many_there_are) {
  std::unique_ptr<Stream> client;
  const auto port = network_.listen("127.0.0.1", 0, *loop_, {.on_accept = [&](std::unique_ptr<Stream> stream) {
                                      client = std::move(stream);
                                      const std::string answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(1000, 'x');
                                      const ByteView bytes = as_bytes(answer);
                                      EXPECT_TRUE(client->write_some({&bytes, 1}).ok());
                                    }});
  ASSERT_TRUE(port.ok()) << port.status().message();
  thread_ = std::jthread([this](std::stop_token stop) { loop_->run(stop); });
  const Status large = read({.url = "http://127.0.0.1:" + std::to_string((*port)->port()) + "/", .largest = 999}).status();
  EXPECT_EQ(large.cause(), Cause::TooLarge) << large.message();
  TearDown();
}

TEST_F(CurlDocumentReader, refuses_what_is_no_URL_of_HTTP) {
  serve([](const HttpRequest&) { return HttpResponse{}; });
  for (const std::string bad : {"ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "http://a b/"})
    EXPECT_EQ(read({.url = bad}).status().kind(), ErrorKind::InvalidConfig) << bad << ": " << read({.url = bad}).status().message();
}

TEST_F(CurlDocumentReader, lets_wait_where_nobody_listens_or_no_name_resolves) {
  serve([](const HttpRequest&) { return HttpResponse{}; });
  const std::string gone = url("/");
  TearDown();
  server_->stop();
  const Status refused = read({.url = gone}).status();
  EXPECT_EQ(refused.kind(), ErrorKind::Retryable);
  EXPECT_EQ(refused.cause(), Cause::Refused) << refused.message();
  EXPECT_EQ(read({.url = "http://no-such-host.invalid/"}).cause(), Cause::UnknownHost);
}

TEST_F(CurlDocumentReader, ends_at_its_deadline_and_when_it_is_stopped) {
  const auto port = network_.listen("127.0.0.1", 0, *loop_, {});
  ASSERT_TRUE(port.ok()) << port.status().message();
  const std::string silent = "http://127.0.0.1:" + std::to_string((*port)->port()) + "/";  // it takes connections, and says nothing
  EXPECT_EQ(reader_->read({.url = silent}, clock_.in(20ms), {}).cause(), Cause::Timeout);
  std::jthread stopper([this] { stop_.request_stop(); });
  EXPECT_EQ(read({.url = silent}).cause(), Cause::Stopped);
}

}  // namespace
}  // namespace flume::http
