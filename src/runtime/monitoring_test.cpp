#include "runtime/monitoring.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "metrics/flume_json.h"
#include "net/asio_network.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using testing::HasSubstr;

class MonitoringTest : public testing::Test {
 protected:
  MonitoringTest() { membership_ = services_.metrics.join(counters_); }
  HttpResponse get(const std::string& target, const std::string& method = "GET") {
    HttpRequest request;
    request.method = method;
    request.target = target;
    return monitoring_page(request, services_.metrics, health_);
  }
  void set(const char* component, ComponentState state, std::string_view reason = {}) { health_.set(log_, component, state, reason); }

  TestServices services_;
  const Log log_{services_.log, "test"};
  HealthBoard health_{services_.clock};
  SourceCounters counters_{"r1"};
  MetricsRegistry::Membership membership_;
};

TEST_F(MonitoringTest, answers_paths_and_methods_as_apache_flume_does) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/monitoring/answers.json");
  const auto answers = nlohmann::json::parse(file);
  ASSERT_GT(answers.size(), 20U);
  for (const auto& answer : answers) {
    const std::string method = answer.at("method");
    const HttpResponse ours = get(answer.at("path"), method);
    const std::string what = method + " " + answer.at("path").get<std::string>();
    EXPECT_EQ(ours.status, answer.at("status").get<unsigned>()) << what;
    const auto& headers = answer.at("headers");
    EXPECT_EQ(ours.content_type, headers.contains("Content-Type") ? headers.at("Content-Type").get<std::string>() : "") << what;
    const std::string body = answer.at("body");
    if (body == "metrics") {
      EXPECT_EQ(ours.body, flume_json(services_.metrics.snapshot())) << what;
    }
    if (body == "html") {
      EXPECT_THAT(ours.body, HasSubstr("<html>")) << what;
    }
    // What a HEAD leaves out is the server's affair.
    if (body.empty() && method != "HEAD") {
      EXPECT_EQ(ours.body, "") << what;
    }
  }
}

TEST_F(MonitoringTest, an_odd_path_is_no_page) {
  for (const char* path : {"", "/%", "/%zz", "/metrics%2", "/..", "/metrics/..", "/./metrics/../metrics", "/%2e%2e/metrics"}) {
    const unsigned status = get(path).status;
    EXPECT_TRUE(status == 200 || status == 404) << path;
  }
  EXPECT_EQ(get("/%6d%65TRICS").status, 200U);
  EXPECT_EQ(get("/metrics%2").status, 404U);
}

TEST_F(MonitoringTest, shows_prometheus_counters) {
  counters_.event_received.add(3);
  const HttpResponse page = get("/prometheus");
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.content_type, HasSubstr("version=0.0.4"));
  EXPECT_THAT(page.body, HasSubstr("Flume_EventReceivedCount_total{component=\"r1\"} 3\n"));
}

TEST_F(MonitoringTest, health_names_what_is_wrong) {
  set("sinks.k1", ComponentState::Running);
  EXPECT_EQ(get("/health").status, 200U);
  set("sinks.k2", ComponentState::Impaired, "no route to \"h\"");
  const HttpResponse page = get("/health");
  EXPECT_EQ(page.status, 503U);
  EXPECT_EQ(page.content_type, "application/json;charset=utf-8");
  const auto since = SimClock::kDefaultStart.time_since_epoch().count();
  EXPECT_EQ(page.body, R"({"status":"DOWN","components":[{"name":"sinks.k1","state":"running","since":)" + std::to_string(since) +
                           R"(},{"name":"sinks.k2","state":"impaired","reason":"no route to \"h\"","since":)" + std::to_string(since) +
                           "}]}\n");
}

TEST_F(MonitoringTest, ready_waits_for_everything_to_have_started) {
  EXPECT_EQ(get("/ready").status, 503U);
  set("sinks.k1", ComponentState::Running);
  EXPECT_EQ(get("/ready").status, 200U);
  set("sources.r1", ComponentState::Retrying, "in use");
  EXPECT_EQ(get("/ready").status, 503U);
}

TEST_F(MonitoringTest, a_port_that_is_taken_is_tried_again_and_shown) {
  AsioNetwork network;
  Services services{services_.clock, services_.files, network, network, services_.metrics, log_, "a1", "", "", "", 0, false};
  const auto blocker_loop = network.make_loop();
  auto blocker = network.listen("127.0.0.1", 0, *blocker_loop, {});
  ASSERT_TRUE(blocker.ok()) << blocker.status().message();
  Monitoring monitoring(services, health_, {.host = "127.0.0.1", .port = (*blocker)->port()});
  monitoring.start(health_);
  services_.clock.await_parked(1);
  ASSERT_EQ(health_.all().size(), 1U);
  EXPECT_EQ(health_.all()[0].state, ComponentState::Retrying);
  EXPECT_THAT(health_.all()[0].reason, HasSubstr(std::to_string((*blocker)->port())));
  (*blocker)->close();
  services_.clock.advance(std::chrono::seconds(3));
  while (health_.all()[0].state == ComponentState::Retrying) std::this_thread::yield();
  EXPECT_EQ(health_.all()[0].state, ComponentState::Running);
  monitoring.stop();
  EXPECT_TRUE(services_.log.contains("pages are served"));
}

}  // namespace
}  // namespace flume::runtime
