#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/thrift/event_protocol.h"
#include "flume/sink.h"
#include "net/awaitables.h"
#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"
#include "support/thrift_requests.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using thrift::Encoding;
using thrift::EventStatus;

/// A Thrift source whose answers the test decides: bytes, or nothing and the connection closed.
class ScriptedServer {
 public:
  using Script = std::function<std::optional<std::string>(const thrift::Call&)>;

  ScriptedServer(SimNetwork& network, SimEventLoop& loop, Encoding encoding) : loop_(loop), encoding_(encoding), tasks_(loop) {
    auto socket = network.listen("next", 4353, loop, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                   connections_.push_back(std::make_unique<Connection>(loop_, std::move(stream)));
                                   tasks_.start(serve(*connections_.back()));
                                 }});
    EXPECT_TRUE(socket.ok());
    socket_ = *std::move(socket);
  }

  Script script = [this](const thrift::Call& call) { return answer(call, EventStatus::Ok); };
  [[nodiscard]] std::string answer(const thrift::Call& call, EventStatus status) const {
    return thrift::enum_reply(encoding_, call, static_cast<std::int32_t>(status));
  }
  /// Requests, each its bodies.
  [[nodiscard]] const std::vector<std::vector<std::string>>& requests() const { return requests_; }
  [[nodiscard]] const std::vector<std::string>& hosts() const { return hosts_; }
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  void close_all() {
    for (const auto& connection : connections_) connection->close();
  }

 private:
  Task<void> serve(Connection& connection) {
    for (;;) {
      std::array<std::byte, 4> head{};
      const Status has_head = co_await connection.read_exactly(head, Deadline::never());
      if (!has_head.ok()) break;
      std::string frame(*thrift::message_length({reinterpret_cast<const char*>(head.data()), 4}), '\0');
      const Status has_frame = co_await connection.read_exactly(std::as_writable_bytes(std::span(frame)), Deadline::never());
      if (!has_frame.ok()) break;
      const std::optional<std::string> said = script(note(frame));
      if (!said) break;
      const Status sent = co_await connection.write_all(as_bytes(*said), Deadline::never());
      if (!sent.ok()) break;
    }
    connection.close();
  }
  thrift::Call note(std::string_view frame) {
    BatchBuilder builder(*pool_);
    const auto request = thrift::read_event_request(encoding_, frame, builder);
    EXPECT_TRUE(request.ok() && request->state == thrift::Request::State::Understood);
    auto& bodies = requests_.emplace_back();
    for (const EventView event : builder.take()) {
      bodies.emplace_back(event.body());
      hosts_.emplace_back(event.header("host").value_or("<none>"));
    }
    return request->call;
  }

  SimEventLoop& loop_;
  const Encoding encoding_;
  const SlabPool::Handle pool_ = SlabPool::make();
  std::unique_ptr<ListeningSocket> socket_;
  std::vector<std::unique_ptr<Connection>> connections_;
  TaskSet tasks_;
  std::vector<std::vector<std::string>> requests_;
  std::vector<std::string> hosts_;
};

class StoppableContext final : public SinkContext {
 public:
  explicit StoppableContext(SinkCounters& counters) : counters_(counters) {}
  [[nodiscard]] const std::string& name() const override { return name_; }
  SinkCounters& counters() override { return counters_; }
  [[nodiscard]] bool channel_survives_crash() const override { return false; }
  [[nodiscard]] Result<Bookmark> bookmark() override { return Bookmark(); }
  Status note(std::span<const KeyValue>, Durability) override { return {}; }
  Status hold(const Ranges&) override { return {}; }
  Status settle(const Ranges&, std::span<const KeyValue>) override { return {}; }
  Result<TakeTransaction> take_exactly(const Ranges&) override { return retryable("no channel", Cause::NotFound); }
  [[nodiscard]] std::stop_token stop_token() const override { return stop.get_token(); }
  [[nodiscard]] Deadline stop_deadline() const override { return deadline; }

  std::stop_source stop;
  Deadline deadline = Deadline::never();

 private:
  const std::string name_ = "k1";
  SinkCounters& counters_;
};

class ThriftSinkTest : public testing::TestWithParam<Encoding> {
 protected:
  ThriftSinkTest() { services_.network.share_loop(loop_); }
  ~ThriftSinkTest() override { stop(); }

  void start(Keys keys = {}) {
    keys.insert(keys.begin(),
                {{"hostname", "next"}, {"port", "4353"}, {"protocol", GetParam() == Encoding::Compact ? "compact" : "binary"}});
    sink_ = configured<Sink>(Kind::Sink, "thrift", keys, services_.of("sinks.k1", "k1"));
    ASSERT_TRUE(sink_->start(context_).ok());
  }
  void stop() {
    if (sink_) sink_->stop(context_, Deadline::immediate());
    sink_.reset();
  }
  struct Delivered {
    Result<Outcome> outcome;
    std::vector<Delivery::Rejected> rejected;
    Ranges ids;
    [[nodiscard]] bool is(Outcome wanted) const { return outcome.ok() && *outcome == wanted; }
    [[nodiscard]] std::string error() const { return outcome.ok() ? "no error" : outcome.status().message(); }
  };
  Delivered deliver(const EventBatch& batch) {
    Ranges ids;
    ids.add({100, 100 + batch.size()});
    Delivery delivery(context_, ids, false);
    Result<Outcome> outcome = sink_->deliver(batch, delivery);
    return {std::move(outcome), delivery.rejected(), delivery.delivered_ids()};
  }
  Delivered deliver(const std::vector<std::string>& bodies) { return deliver(batch_of_bodies(bodies)); }

  TestServices services_;
  SimEventLoop loop_{services_.clock};
  SinkCounters counters_{"k1"};
  StoppableContext context_{counters_};
  ScriptedServer server_{services_.network, loop_, GetParam()};
  std::unique_ptr<Sink> sink_;
};

INSTANTIATE_TEST_SUITE_P(Encodings, ThriftSinkTest, testing::Values(Encoding::Compact, Encoding::Binary),
                         [](const testing::TestParamInfo<Encoding>& tested) {
                           return std::string(tested.param == Encoding::Compact ? "compact" : "binary");
                         });

TEST_P(ThriftSinkTest, a_batch_is_one_request_on_one_connection) {
  start();
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  builder.header("host", "a");
  ASSERT_TRUE(builder.body("one").ok());
  ASSERT_TRUE(builder.body("t\0wo"s).ok());
  EXPECT_TRUE(deliver(builder.take()).is(Outcome::Delivered));
  EXPECT_TRUE(deliver({"three"}).is(Outcome::Delivered));
  EXPECT_THAT(server_.requests(), ElementsAre(ElementsAre("one", "t\0wo"s), ElementsAre("three")));
  EXPECT_THAT(server_.hosts(), ElementsAre("a", "<none>", "<none>"));
  EXPECT_EQ(server_.connections(), 1U);
  EXPECT_EQ(counters_.connection_created.get(), 1);
  stop();
  EXPECT_EQ(counters_.connection_closed.get(), 1);
}

TEST_P(ThriftSinkTest, bytes_come_and_go_in_any_pieces) {
  services_.network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.most_delay = 5ms, .fragment = 1}; });
  start();
  EXPECT_TRUE(deliver({"one", "two"}).is(Outcome::Delivered));
  EXPECT_THAT(server_.requests(), ElementsAre(ElementsAre("one", "two")));
}

TEST_P(ThriftSinkTest, every_status_but_ok_is_an_error_and_ends_the_connection) {
  start();
  for (const auto& [status, name] : {std::pair(EventStatus::Failed, "FAILED"), std::pair(EventStatus::Error, "ERROR"),
                                     std::pair(EventStatus::Unknown, "UNKNOWN"), std::pair(EventStatus{17}, "status 17")}) {
    server_.script = [this, answer = status](const thrift::Call& call) { return server_.answer(call, answer); };
    EXPECT_THAT(deliver({"one"}).error(), HasSubstr("next:4353 answers "s + name));
  }
  EXPECT_EQ(server_.connections(), 4U);
  EXPECT_EQ(counters_.connection_created.get(), 4);
  EXPECT_EQ(counters_.connection_closed.get(), 4);
}

TEST_P(ThriftSinkTest, a_refused_call_is_an_error_with_the_servers_words) {
  start();
  server_.script = [](const thrift::Call& call) {
    return thrift::refusal(GetParam(), {.call = call, .state = thrift::Request::State::UnknownMethod, .problem = {}});
  };
  EXPECT_THAT(deliver({"one"}).error(), HasSubstr("Invalid method name: 'appendBatch'"));
}

TEST_P(ThriftSinkTest, without_a_server_it_says_where_it_looked) {
  services_.network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.answer = SimRoute::Answer::Refuse}; });
  start();
  EXPECT_THAT(deliver({"one"}).error(), HasSubstr("next:4353"));
  EXPECT_EQ(counters_.connection_failed.get(), 1);
  EXPECT_EQ(counters_.connection_created.get(), 0);
}

TEST_P(ThriftSinkTest, a_connection_is_waited_for_no_longer_than_its_time) {
  services_.network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.answer = SimRoute::Answer::Silence}; });
  start({{"connect-timeout", "3000"}});
  const Instant before = loop_.now();
  EXPECT_FALSE(deliver({"one"}).outcome.ok());
  EXPECT_EQ(loop_.now() - before, 3s);
}

TEST_P(ThriftSinkTest, a_connection_that_breaks_before_the_answer_leaves_the_batch_in_doubt) {
  start();
  server_.script = [](const thrift::Call&) { return std::nullopt; };
  EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt));
  server_.script = [this](const thrift::Call& call) { return server_.answer(call, EventStatus::Ok); };
  EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
  EXPECT_EQ(server_.connections(), 2U);
}

TEST_P(ThriftSinkTest, so_does_an_answer_that_does_not_come_in_time) {
  start({{"request-timeout", "2000"}});
  server_.script = [](const thrift::Call&) { return ""; };
  const Instant before = loop_.now();
  EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt));
  EXPECT_EQ(loop_.now() - before, 2s);
  EXPECT_NE(services_.log.count(LogLevel::Warn, "has not said"), 0U);
}

TEST_P(ThriftSinkTest, so_does_an_answer_that_is_none) {
  start();
  const std::vector<std::string> answers{"HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0"s, "\0\0\0\4nope"s, "\0\x80\0\0"s,
                                         server_.answer({"appendBatch", 77}, EventStatus::Ok)};
  for (const std::string& answer : answers) {
    server_.script = [&](const thrift::Call&) { return answer; };
    EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt)) << answer;
  }
}

// What was called not delivered has not arrived, wherever the connection broke.
TEST_P(ThriftSinkTest, a_connection_that_is_cut_at_any_byte_never_hides_an_arrival) {
  std::size_t cut = 0;
  services_.network.set_routes([&](const std::string&, std::uint16_t) { return SimRoute{.cut_after = cut}; });
  std::set<std::string> outcomes;
  for (bool is_delivered = false; !is_delivered; ++cut) {
    ASSERT_LT(cut, 500U);
    start();
    const std::size_t before = server_.requests().size();
    const Delivered delivered = deliver({"one", "two"});
    is_delivered = delivered.is(Outcome::Delivered);
    const bool has_arrived = server_.requests().size() != before;
    if (is_delivered) {
      EXPECT_TRUE(has_arrived) << cut;
    }
    if (!delivered.outcome.ok() || *delivered.outcome == Outcome::NotDelivered) {
      EXPECT_FALSE(has_arrived) << cut;
    }
    outcomes.insert(is_delivered ? "delivered" : delivered.outcome.ok() ? "in doubt" : "error");
    stop();
  }
  EXPECT_THAT(outcomes, testing::Contains("in doubt"));
}

TEST_P(ThriftSinkTest, a_server_that_closed_the_idle_connection_leaves_nothing_in_doubt) {
  start();
  EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
  server_.close_all();
  loop_.advance(1min);
  EXPECT_TRUE(deliver({"two"}).is(Outcome::Delivered));
  EXPECT_EQ(server_.connections(), 2U);
}

TEST_P(ThriftSinkTest, an_old_connection_is_made_anew_when_that_is_asked_for) {
  start({{"reset-connection-interval", "60"}});
  EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
  loop_.advance(59s);
  EXPECT_TRUE(deliver({"two"}).is(Outcome::Delivered));
  EXPECT_EQ(server_.connections(), 1U);
  loop_.advance(1s);
  EXPECT_TRUE(deliver({"three"}).is(Outcome::Delivered));
  EXPECT_EQ(server_.connections(), 2U);
  EXPECT_EQ(counters_.connection_closed.get(), 1);
}

TEST_P(ThriftSinkTest, a_batch_above_a_frame_goes_in_several) {
  start();
  const std::string large(7'000'000, 'x');
  EXPECT_TRUE(deliver({large, large, "small", large}).is(Outcome::Delivered));
  ASSERT_EQ(server_.requests().size(), 2U);
  EXPECT_EQ(server_.requests()[0].size(), 3U);
  EXPECT_EQ(server_.requests()[1].size(), 1U);
}

TEST_P(ThriftSinkTest, what_arrived_of_several_requests_is_not_sent_again) {
  start();
  server_.script = [this](const thrift::Call& call) {
    return server_.answer(call, server_.requests().size() == 1 ? EventStatus::Ok : EventStatus::Failed);
  };
  const std::string large(7'000'000, 'x');
  const Delivered delivered = deliver({large, large, large});
  EXPECT_FALSE(delivered.outcome.ok());
  EXPECT_EQ(to_string(delivered.ids), "100-101");
}

TEST_P(ThriftSinkTest, an_event_above_a_frame_is_refused_and_the_others_pass) {
  start();
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  ASSERT_TRUE(builder.body("one").ok());
  ASSERT_NE(builder.body_in_place(16'400'000), nullptr);
  ASSERT_TRUE(builder.body("three").ok());
  const Delivered delivered = deliver(builder.take());
  EXPECT_TRUE(delivered.is(Outcome::Delivered));
  ASSERT_EQ(delivered.rejected.size(), 1U);
  EXPECT_EQ(delivered.rejected[0].index, 1U);
  EXPECT_THAT(delivered.rejected[0].reason, HasSubstr("frames take 16384000"));
  EXPECT_THAT(server_.requests(), ElementsAre(ElementsAre("one"), ElementsAre("three")));
}

TEST_P(ThriftSinkTest, a_stop_does_not_wait_for_an_answer_longer_than_it_may) {
  start();
  server_.script = [](const thrift::Call&) { return ""; };
  const auto timer = loop_.make_timer();
  timer->set(loop_.in(5s), [this] {
    context_.deadline = loop_.in(2s);
    context_.stop.request_stop();
  });
  const Instant before = loop_.now();
  EXPECT_TRUE(deliver({"one"}).is(Outcome::InDoubt));
  EXPECT_EQ(loop_.now() - before, 7s);
}

TEST_P(ThriftSinkTest, it_starts_again_after_a_stop) {
  start();
  EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
  sink_->stop(context_, Deadline::immediate());
  ASSERT_TRUE(sink_->start(context_).ok());
  EXPECT_TRUE(deliver({"two"}).is(Outcome::Delivered));
  EXPECT_THAT(server_.requests(), ElementsAre(ElementsAre("one"), ElementsAre("two")));
}

TEST(ThriftSinkOptions, what_comes_later_is_refused) {
  const ComponentInfo& info = builtin_component(Kind::Sink, "org.apache.flume.sink.ThriftSink");
  const Keys keys{{"hostname", "next"}, {"port", "1"}};
  EXPECT_TRUE(parse_options(info, keys).ok());
  Keys with = keys;
  with.emplace_back("kerberos", "true");
  EXPECT_THAT(parse_options(info, with).status().message(), HasSubstr("comes later"));
}

}  // namespace
}  // namespace flume
