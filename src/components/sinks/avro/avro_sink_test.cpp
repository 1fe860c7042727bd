#include "components/sinks/avro/avro_sink.h"

#include <random>
#include <set>
#include <thread>

#include "net/asio_network.h"
#include "support/configured.h"
#include "support/scripted_avro_source.h"
#include "support/sink_bench.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using rpc::Act;
using testing::ElementsAre;
using testing::HasSubstr;

class AvroSinkTest : public testing::Test {
 protected:
  AvroSinkTest() { services_.network.share_loop(loop_); }

  void make(Keys keys = {}) {
    keys.insert(keys.begin(), {{"hostname", "next"}, {"port", "4545"}});
    sink_ = configured<Sink>(Kind::Sink, "avro", keys, services_.of("sinks.k1", "k1"));
    ASSERT_TRUE(sink_->start(context_).ok());
  }
  Result<Outcome> deliver(int events, int first = 0) {
    std::vector<TestEvent> all;
    for (int i = first; i < first + events; ++i) all.push_back({{{"n", std::to_string(i)}}, "event " + std::to_string(i)});
    ids_ = IdRange{100, 100 + static_cast<EventId>(events)};
    delivery_.emplace(context_, ids_, false);
    return sink_->deliver(batch_of(all), *delivery_);
  }
  Outcome outcome(int events, int first = 0) {
    const auto done = deliver(events, first);
    EXPECT_TRUE(done.ok()) << done.status().message();
    return done.ok() ? *done : Outcome::NotDelivered;
  }
  std::string error(int events) {
    const auto done = deliver(events);
    return done.ok() ? "no error" : done.status().message();
  }
  void script(std::vector<Act> acts) {
    source_.script = [acts = std::move(acts)](std::size_t call) { return call < acts.size() ? acts[call] : Act::Store; };
  }

  TestServices services_;
  SimEventLoop loop_{services_.clock};
  rpc::ScriptedSource source_{services_.network, loop_, "next"};
  LoneSinkContext context_;
  Ranges ids_;
  std::optional<Delivery> delivery_;
  std::unique_ptr<Sink> sink_;
};

TEST_F(AvroSinkTest, a_batch_is_one_request_and_its_events_arrive_as_they_are) {
  make();
  EXPECT_EQ(sink_->limits().events, 100U);
  EXPECT_EQ(sink_->limits().join, 1U);
  EXPECT_EQ(outcome(3), Outcome::Delivered);
  EXPECT_EQ(outcome(2, 3), Outcome::Delivered);
  ASSERT_EQ(source_.stored.size(), 2U);
  EXPECT_THAT(source_.stored[1].events, ElementsAre(TestEvent{{{"n", "3"}}, "event 3"}, TestEvent{{{"n", "4"}}, "event 4"}));
  EXPECT_EQ(source_.connections, 1U);
  EXPECT_EQ(context_.counters().connection_created.get(), 1);
  sink_->stop(context_, Deadline::never());
  EXPECT_EQ(context_.counters().connection_closed.get(), 1);
}

TEST_F(AvroSinkTest, what_the_next_hop_refuses_is_an_error_and_the_connection_is_made_anew) {
  make();
  script({Act::Fail, Act::Error});
  EXPECT_THAT(error(2), HasSubstr("next:4545 has not stored the events (FAILED)"));
  EXPECT_THAT(error(2), HasSubstr("no such thing"));
  EXPECT_EQ(outcome(2), Outcome::Delivered);
  EXPECT_EQ(source_.bodies().size(), 2U);
  EXPECT_EQ(context_.counters().connection_created.get(), 3);
  EXPECT_EQ(context_.counters().connection_closed.get(), 2);
}

TEST_F(AvroSinkTest, what_was_sent_and_not_answered_is_in_doubt) {
  for (const Act act : {Act::Swallow, Act::StoreClose, Act::Close}) {
    make({{"request-timeout", "5000"}});
    source_.calls = 0;
    script({act});
    const Instant start = services_.clock.steady();
    EXPECT_EQ(outcome(1), Outcome::InDoubt);
    EXPECT_LE(services_.clock.steady() - start, 5s);
    EXPECT_EQ(outcome(1), Outcome::Delivered);
  }
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "the next hop has not said whether it has the batch"), 3U);
}

TEST_F(AvroSinkTest, a_next_hop_that_is_not_there_is_an_error_and_counted) {
  make();
  source_.stop();
  EXPECT_THAT(error(1), HasSubstr("connect to next:4545"));
  EXPECT_EQ(context_.counters().connection_failed.get(), 1);
  source_.start();
  EXPECT_EQ(outcome(1), Outcome::Delivered);
}

TEST_F(AvroSinkTest, takes_that_were_joined_are_requests_side_by_side) {
  make({{"requests-under-way", "3"}, {"batch-size", "2"}});
  EXPECT_EQ(sink_->limits().join, 3U);
  EXPECT_EQ(outcome(5), Outcome::Delivered);
  ASSERT_EQ(source_.stored.size(), 3U);
  EXPECT_EQ(source_.stored[2].events.size(), 1U);
}

TEST_F(AvroSinkTest, of_several_requests_those_that_arrived_are_named) {
  make({{"requests-under-way", "3"}, {"batch-size", "2"}});
  script({Act::Store, Act::Fail, Act::Store});
  EXPECT_THAT(error(6), HasSubstr("FAILED"));
  EXPECT_TRUE(delivery_->delivered_ids().contains(IdRange{100, 102}));
  EXPECT_FALSE(delivery_->delivered_ids().contains(102));
  EXPECT_FALSE(delivery_->delivered_ids().contains(103));
  EXPECT_EQ(delivery_->delivered_ids().count(), source_.bodies().size());

  source_.calls = 0;
  script({Act::Store, Act::StoreClose});
  EXPECT_EQ(outcome(4), Outcome::InDoubt);
  EXPECT_EQ(delivery_->delivered_ids(), Ranges(IdRange{100, 102}));
}

TEST_F(AvroSinkTest, hosts_of_a_client_type_take_the_place_of_hostname) {
  rpc::ScriptedSource first(services_.network, loop_, "a", 1);
  rpc::ScriptedSource second(services_.network, loop_, "b", 2);
  make({{"client.type", "default_failover"}, {"hosts", "h1 h2"}, {"hosts.h1", "a:1"}, {"hosts.h2", "b:2"}, {"max-attempts", "2"}});
  EXPECT_EQ(outcome(1), Outcome::Delivered);
  first.stop();
  EXPECT_EQ(outcome(1, 1), Outcome::Delivered);
  EXPECT_THAT(second.bodies(), ElementsAre("event 1"));
  EXPECT_EQ(source_.connections, 0U);
  sink_->stop(context_, Deadline::never());
}

TEST_F(AvroSinkTest, a_stop_ends_what_it_waits_for) {
  conformance::SinkBench bench(conformance::ChannelKind::Memory, [](const Services& services) {
    return configured<Sink>(Kind::Sink, "avro", {{"hostname", "next"}, {"port", "4545"}, {"request-timeout", "3600000"}}, services);
  });
  SimEventLoop loop(bench.services.clock);
  bench.services.network.share_loop(loop);
  rpc::ScriptedSource source(bench.services.network, loop, "next");
  source.script = [](std::size_t) { return Act::Swallow; };
  bench.put("event");
  ASSERT_TRUE(bench.start().ok());
  const Instant start = bench.services.clock.steady();
  bench.begin_stop(bench.services.clock.in(5s));
  bench.round();
  EXPECT_EQ(bench.services.clock.steady() - start, 5s);
  EXPECT_EQ(bench.queued(), 1U);
  bench.stop_sink();
}

TEST_F(AvroSinkTest, loses_nothing_wherever_connections_break) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const std::string under_way = seed % 2 == 0 ? "1" : "4";
    conformance::SinkBench bench(conformance::ChannelKind::Durable, [under_way](const Services& services) {
      const Keys keys = {{"hostname", "next"}, {"port", "4545"}, {"batch-size", "5"}, {"requests-under-way", under_way}};
      return configured<Sink>(Kind::Sink, "avro", keys, services);
    });
    SimEventLoop loop(bench.services.clock);
    bench.services.network.share_loop(loop);
    rpc::ScriptedSource source(bench.services.network, loop, "next");
    std::mt19937_64 random(seed);
    source.script = [&random](std::size_t) { return random() % 8 == 0 ? Act::Fail : Act::Store; };
    bench.services.network.set_routes(
        [&random](const std::string&, std::uint16_t) {
          return SimRoute{.answer = random() % 4 == 0 ? SimRoute::Answer::Refuse : SimRoute::Answer::Accept,
                          .most_delay = 5ms,
                          .fragment = 1 + random() % 50,
                          .cut_after = random() % 3 == 0 ? 10'000 : random() % 600};
        },
        seed);
    std::set<std::string> wanted;
    for (int i = 0; i < 60; ++i) {
      wanted.insert("event " + std::to_string(i));
      bench.put("event " + std::to_string(i));
    }
    ASSERT_TRUE(bench.start().ok());
    EXPECT_TRUE(bench.drain());
    const std::vector<std::string> bodies = source.bodies();
    EXPECT_EQ(std::set<std::string>(bodies.begin(), bodies.end()), wanted);
    bench.stop_sink();
  }
}

TEST(AvroSinkOnLoopback, delivers_in_order_from_a_thread_of_its_own) {
  AsioNetwork network;
  const std::unique_ptr<EventLoop> loop = network.make_loop();
  rpc::ScriptedSource source(network, *loop, "127.0.0.1", 0);
  std::jthread server([&loop](const std::stop_token& stop) { loop->run(stop); });
  TestServices services;
  SystemClock clock;
  const Services test = services.of("sinks.k1", "k1");
  const Services real{.clock = clock,
                      .files = test.files,
                      .listener = network,
                      .dialer = network,
                      .metrics = test.metrics,
                      .log = test.log,
                      .agent = test.agent,
                      .name = test.name,
                      .state_folder = {},
                      .conf_folder = {},
                      .byte_budget = 0,
                      .logs_raw_data = false};
  const Keys keys = {{"hostname", "127.0.0.1"}, {"port", std::to_string(source.port())}, {"batch-size", "10"}, {"requests-under-way", "4"}};
  const auto sink = configured<Sink>(Kind::Sink, "avro", keys, real);
  LoneSinkContext context;
  std::vector<std::string> wanted;
  ASSERT_TRUE(sink->start(context).ok());
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> bodies;
    for (int i = 0; i < 35; ++i)
      bodies.push_back(std::to_string(wanted.size() + bodies.size()) + std::string(static_cast<std::size_t>(round) * 97, 'x'));
    wanted.insert(wanted.end(), bodies.begin(), bodies.end());
    ASSERT_TRUE(delivered(*sink, batch_of_bodies(bodies)));
  }
  sink->stop(context, Deadline::never());
  server.request_stop();
  server.join();
  EXPECT_EQ(source.bodies(), wanted);
  EXPECT_EQ(source.connections, 1U);
}

TEST_F(AvroSinkTest, refuses_what_it_cannot_do) {
  const ComponentInfo& info = builtin_component(Kind::Sink, "org.apache.flume.sink.AvroSink");
  const auto problem = [&info](Keys keys) {
    keys.insert(keys.begin(), {{"hostname", "next"}, {"port", "4545"}});
    const auto parsed = parse_options(info, keys);
    return parsed.ok() ? std::string() : parsed.status().message();
  };
  EXPECT_EQ(problem({}), "");
  EXPECT_EQ(problem({{"hosts", "h"}, {"hosts.h", "[::1]:4141"}}), "");
  EXPECT_THAT(problem({{"hosts", "h1 h2"}, {"hosts.h1", "a:1"}}), HasSubstr("hosts.h2: not set"));
  for (const char* address : {"a", "a:", ":1", "a:0", "a:65536", "a:b"}) {
    EXPECT_THAT(problem({{"hosts", "h"}, {"hosts.h", address}}), HasSubstr("is not host:port")) << address;
  }
  EXPECT_THAT(problem({{"hosts", "h"}, {"hosts.h", "::1:4141"}}), HasSubstr("in brackets"));
  EXPECT_THAT(problem({{"client.type", "thrift"}}), HasSubstr("type = thrift"));
  EXPECT_THAT(problem({{"client.type", "com.example.Client"}}), HasSubstr("DEFAULT_FAILOVER"));
  EXPECT_EQ(problem({{"ssl", "true"}}), "");
  const auto parsed = parse_options(info, {{"hosts", "h1 h2"}, {"hosts.h1", "a:1"}, {"hosts.h2", "b:2"}});
  ASSERT_TRUE(parsed.ok());
  const OptionProblems advice = info.check(parsed->get(), {services_.files, ""});
  ASSERT_EQ(advice.size(), 1U);
  EXPECT_TRUE(advice[0].is_advice);
  EXPECT_THAT(advice[0].message, HasSubstr("only the first one is used"));
  EXPECT_EQ(problem({{"compression-type", "deflate"}}), "");
}

}  // namespace
}  // namespace flume
