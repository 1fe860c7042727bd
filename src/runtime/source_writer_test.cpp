#include "runtime/source_writer.h"

#include <deque>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

ChannelSet set_of(std::initializer_list<std::size_t> channels) {
  ChannelSet set;
  for (const std::size_t channel : channels) set.add(channel);
  return set;
}

class SourceWriterTest : public testing::Test {
 protected:
  SourceWriterTest() {
    selector_.all.required = set_of({0});
    add_channel();
  }
  SimDurableChannel& add_channel(SimDurableChannel::Settings settings = {}) { return channels_.emplace_back(services_.clock, settings); }
  InterceptorScript& add_interceptor() { return interceptors_.emplace_back(); }

  Result<std::unique_ptr<SourceWriter>> try_make() {
    names_.clear();
    wired_.clear();
    for (SimDurableChannel& channel : channels_) {
      names_.push_back("c" + std::to_string(names_.size() + 1));
      wired_.push_back({names_.back(), &channel, no_sink_left_.get_token()});
    }
    plan_ = planned_source("r1", source_, names_, selector_, true);
    for (InterceptorScript& script : interceptors_) plan_.interceptors.push_back(planned_interceptor("i", script));
    return SourceWriter::make({&plan_, wired_, &bound_}, counters_, ledger_);
  }
  SourceWriter& writer() {
    if (!writer_) {
      auto made = try_make();
      EXPECT_TRUE(made.ok()) << made.status().message();
      writer_ = *std::move(made);
    }
    return *writer_;
  }
  /// Events with these bodies, built as a source builds them.
  EventBatch built(const std::vector<std::string>& bodies) {
    auto builder = writer().builder();
    for (const std::string& body : bodies) EXPECT_TRUE(builder.body(body).ok());
    return builder.take();
  }
  Write prepared(EventBatch batch, const Position& position = {}) {
    auto write = static_cast<ChannelWriter&>(writer()).prepare(std::move(batch), position);
    EXPECT_TRUE(write.ok()) << write.status().message();
    return *std::move(write);
  }
  Status stored(EventBatch batch, const Position& position = {}) {
    return prepared(std::move(batch), position).store(Deadline::immediate(), {});
  }
  std::vector<TestEvent> events_in(std::size_t channel) {
    auto taker = channels_[channel].taker("test");
    auto take = (*taker)->take({.events = 1000}, Deadline::immediate(), {});
    return events_of(take->events());
  }
  std::vector<std::string> bodies_in(std::size_t channel) {
    std::vector<std::string> bodies;
    for (const TestEvent& event : events_in(channel)) bodies.push_back(event.body);
    return bodies;
  }
  std::string bookmark_in(std::size_t channel) {
    const Bookmark bookmark = *channels_[channel].bookmark("src:r1");
    const auto found = bookmark.find("at");
    return found == bookmark.end() ? "" : found->second;
  }
  /// Every event that came in is somewhere.
  void expect_ledger(std::int64_t received, std::int64_t stored, std::int64_t dropped, std::int64_t rejected) {
    EXPECT_EQ(ledger_.received.get(), received);
    EXPECT_EQ(ledger_.stored.get(), stored);
    EXPECT_EQ(ledger_.dropped_by_rule.get(), dropped);
    EXPECT_EQ(ledger_.rejected.get(), rejected);
    EXPECT_EQ(received, stored + dropped + rejected);
  }

  struct At {
    explicit At(std::string_view value) : entry{"at", value}, delta{"src:r1", {&entry, 1}}, position{.set = {&delta, 1}} {}
    KeyValue entry;
    BookmarkDelta delta;
    Position position;
  };

  TestServices services_;
  const Services bound_ = services_.of("sources.r1", "r1");
  SourceScript source_;
  SelectorScript selector_;
  std::deque<InterceptorScript> interceptors_;
  std::deque<SimDurableChannel> channels_;
  std::vector<std::string> names_;
  std::vector<WiredChannel> wired_;
  std::stop_source no_sink_left_;
  config::PlannedSource plan_;
  SourceCounters counters_{"r1"};
  LedgerCounters ledger_{"sources.r1"};
  std::unique_ptr<SourceWriter> writer_;
};

std::function<bool(HeaderPlan&)> adds(std::string key) {
  return [key](HeaderPlan& plan) {
    plan.add(key, "v", false);
    return true;
  };
}

TEST_F(SourceWriterTest, fuses_leading_unconditional_interceptors_into_the_builder) {
  add_interceptor() = {.fuse = adds("a")};
  add_interceptor() = {.fuse = adds("b")};
  const auto events = events_of(built({"x"}));
  EXPECT_THAT(events, ElementsAre(TestEvent{{{"a", "v"}, {"b", "v"}}, "x"}));
}

TEST_F(SourceWriterTest, fuses_past_an_interceptor_that_looks_at_bodies_only) {
  int called = 0;
  add_interceptor() = {.intercept =
                           [&](EventBatch&) {
                             ++called;
                             return Status();
                           },
                       .uses_headers = false};
  add_interceptor() = {.fuse = adds("b")};
  EXPECT_TRUE(stored(built({"x"})).ok());
  EXPECT_EQ(called, 1);
  EXPECT_THAT(events_in(0), ElementsAre(TestEvent{{{"b", "v"}}, "x"}));
}

TEST_F(SourceWriterTest, does_not_fuse_past_an_interceptor_that_uses_headers) {
  std::string order;
  const auto notes = [&order](const char* name) {
    return [&order, name](EventBatch&) {
      order += name;
      return Status();
    };
  };
  add_interceptor() = {.intercept = notes("1")};
  add_interceptor() = {.intercept = notes("2"), .fuse = adds("b")};
  add_interceptor() = {.intercept = notes("3"), .uses_headers = false};
  EXPECT_TRUE(stored(built({"x"})).ok());
  EXPECT_EQ(order, "123");
  EXPECT_THAT(events_in(0), ElementsAre(TestEvent{{}, "x"}));
}

TEST_F(SourceWriterTest, counts_what_an_interceptor_drops) {
  add_interceptor() = {.intercept = [](EventBatch& batch) {
    batch = batch.filter([](const EventView& event) { return event.body() != "drop"; });
    return Status();
  }};
  EXPECT_TRUE(stored(built({"a", "drop", "b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  EXPECT_TRUE(stored(built({"drop", "drop"})).ok());
  expect_ledger(5, 2, 3, 0);
  EXPECT_EQ(counters_.event_received.get(), 5);
  EXPECT_EQ(counters_.event_accepted.get(), 2);
}

TEST_F(SourceWriterTest, copies_small_remains_out_of_large_slabs) {
  std::uint32_t kept = 0;
  add_interceptor() = {.intercept = [&](EventBatch& batch) {
    std::uint32_t index = 0;
    batch = batch.filter([&](const EventView&) { return index++ < kept; });
    return Status();
  }};
  const std::vector<std::string> bodies(10, std::string(1000, 'x'));
  for (const std::uint32_t some : {4U, 6U}) {
    kept = some;
    EventBatch batch = built(bodies);
    const Slab* slab = batch.slices()[0].slab.get();
    const Write write = prepared(std::move(batch));
    auto& parts = const_cast<Write&>(write).parts();
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].events.size(), some);
    EXPECT_EQ(parts[0].events.slices()[0].slab.get() != slab, some == 4) << "kept " << some;
  }
}

TEST_F(SourceWriterTest, counts_a_batch_that_an_interceptor_refuses) {
  bool throws = false;
  add_interceptor() = {.intercept = [&](EventBatch& batch) -> Status {
    batch = batch.filter([](const EventView& event) { return event.body() != "a"; });
    if (throws) throw std::runtime_error("broken");
    return {};
  }};
  add_interceptor() = {.intercept = [](EventBatch&) { return rejected("no"); }};
  const auto refused = static_cast<ChannelWriter&>(writer()).prepare(built({"a", "b"}));
  EXPECT_EQ(refused.status().message(), "interceptors: no");
  throws = true;
  const auto thrown = static_cast<ChannelWriter&>(writer()).prepare(built({"a", "b", "c"}));
  EXPECT_EQ(thrown.status().message(), "interceptors: intercept: unexpected exception: broken");
  expect_ledger(5, 0, 0, 5);
}

TEST_F(SourceWriterTest, tells_of_an_interceptor_or_selector_that_cannot_be_made) {
  add_interceptor() = {.make = [] { throw std::runtime_error("bad pattern"); }};
  EXPECT_EQ(try_make().status().message(), "interceptors and selector: unexpected exception: bad pattern");
  interceptors_.clear();
  selector_.bind = [](const std::vector<std::string>&) { return invalid_config("optional: 'x' is not a channel"); };
  const auto refused = try_make();
  EXPECT_EQ(refused.status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(refused.status().message(), "selector: optional: 'x' is not a channel");
}

TEST_F(SourceWriterTest, counts_an_event_once_however_many_channels_get_it) {
  add_channel();
  selector_.all.required = set_of({0, 1});
  EXPECT_TRUE(stored(built({"a", "b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  EXPECT_THAT(bodies_in(1), ElementsAre("a", "b"));
  expect_ledger(2, 2, 0, 0);
  EXPECT_EQ(counters_.event_accepted.get(), 2);
}

TEST_F(SourceWriterTest, goes_on_without_an_optional_channel_and_tells_once) {
  add_channel();
  selector_.all = {.required = set_of({1}), .optional = set_of({0})};
  const At at("7");
  channels_[0].fail_puts(2);
  EXPECT_TRUE(stored(built({"a", "b"}), at.position).ok());
  EXPECT_TRUE(stored(built({"c"}), at.position).ok());
  EXPECT_TRUE(stored(built({"d"}), at.position).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("d"));
  EXPECT_THAT(bodies_in(1), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "optional channel does not take events"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Info, "optional channel takes events again"), 1U);
  EXPECT_EQ(counters_.channel_write_fail.get(), 2);
  EXPECT_EQ(ledger_.missed_by_optional.get(), 3);
  expect_ledger(4, 4, 0, 0);
}

TEST_F(SourceWriterTest, an_optional_channels_bookmark_passes_what_it_missed) {
  add_channel();
  selector_.all = {.required = set_of({0}), .optional = set_of({1})};
  channels_[1].fail_puts(1);
  EXPECT_TRUE(stored(built({"a"}), At("5").position).ok());
  EXPECT_EQ(bookmark_in(0), "5");
  EXPECT_EQ(bookmark_in(1), "5");
}

TEST_F(SourceWriterTest, a_failed_write_is_repeated_only_to_the_channels_that_lack_it) {
  add_channel();
  add_channel();
  selector_.all.required = set_of({0, 1, 2});
  channels_[1].fail_puts(1);
  Write write = prepared(built({"a"}));
  const Status failed = write.store(Deadline::immediate(), {});
  EXPECT_EQ(failed.message(), "channel c2: put fails because the test says so");
  EXPECT_FALSE(write.is_stored());
  EXPECT_THAT(bodies_in(0), ElementsAre("a"));
  EXPECT_THAT(bodies_in(2), IsEmpty());
  EXPECT_EQ(ledger_.stored.get(), 0);
  EXPECT_TRUE(write.store(Deadline::immediate(), {}).ok());
  EXPECT_TRUE(write.is_stored());
  EXPECT_TRUE(write.store(Deadline::immediate(), {}).ok());
  for (const std::size_t channel : {0U, 1U, 2U}) EXPECT_THAT(bodies_in(channel), ElementsAre("a"));
  EXPECT_EQ(counters_.channel_write_fail.get(), 1);
  expect_ledger(1, 1, 0, 0);
}

TEST_F(SourceWriterTest, a_write_that_is_given_up_counts_as_refused) {
  channels_[0].fail_puts(2);
  EXPECT_FALSE(stored(built({"a", "b"})).ok());
  {
    Write write = prepared(built({"c"}));
    EXPECT_FALSE(write.store(Deadline::immediate(), {}).ok());
    Write moved = std::move(write);
    moved = prepared(built({"d"}));
    EXPECT_TRUE(moved.store(Deadline::immediate(), {}).ok());
  }
  expect_ledger(4, 1, 0, 3);
}

TEST_F(SourceWriterTest, routes_each_event_on_its_own) {
  add_channel();
  add_channel();
  selector_.route = [](const EventView& event) -> Route {
    if (event.body() == "both") return {.required = set_of({0, 1}), .optional = {}};
    if (event.body() == "maybe") return {.required = {}, .optional = set_of({2})};
    if (event.body() == "none") return {};
    return {.required = set_of({1}), .optional = {}};
  };
  EXPECT_TRUE(stored(built({"a", "both", "none", "maybe", "b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("both"));
  EXPECT_THAT(bodies_in(1), ElementsAre("a", "both", "b"));
  EXPECT_THAT(bodies_in(2), ElementsAre("maybe"));
  expect_ledger(5, 4, 1, 0);
}

TEST_F(SourceWriterTest, copies_a_channels_small_share_of_a_batch) {
  add_channel();
  selector_.route = [](const EventView& event) -> Route {
    return {.required = event.body().starts_with('x') ? set_of({0}) : set_of({1}), .optional = {}};
  };
  std::vector<std::string> bodies(9, std::string(1000, 'x'));
  bodies.emplace_back(1000, 'y');
  EventBatch batch = built(bodies);
  const Slab* slab = batch.slices()[0].slab.get();
  Write write = prepared(std::move(batch));
  ASSERT_EQ(write.parts().size(), 2U);
  EXPECT_EQ(write.parts()[0].events.slices()[0].slab.get(), slab);
  EXPECT_NE(write.parts()[1].events.slices()[0].slab.get(), slab);
}

TEST_F(SourceWriterTest, a_bookmark_reaches_every_channel_whether_a_batch_does_or_not) {
  add_channel();
  add_channel();
  selector_.route = [](const EventView&) -> Route { return {.required = set_of({1}), .optional = {}}; };
  EXPECT_TRUE(stored(built({"a"}), At("12").position).ok());
  EXPECT_EQ(bookmark_in(0), "12");
  EXPECT_EQ(bookmark_in(1), "12");
  EXPECT_TRUE(stored({}, At("13").position).ok());
  for (const std::size_t channel : {0U, 1U, 2U}) EXPECT_EQ(bookmark_in(channel), "13");
  EXPECT_THAT(bodies_in(0), IsEmpty());
  const auto all = writer().bookmarks("src:r1");
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[2].at("at"), "13");
}

TEST_F(SourceWriterTest, only_the_named_channels_get_a_batch_that_others_have_already) {
  add_channel();
  selector_.all.required = set_of({0, 1});
  At at("3");
  at.position.only = set_of({1});
  EXPECT_TRUE(stored(built({"a"}), at.position).ok());
  EXPECT_THAT(bodies_in(0), IsEmpty());
  EXPECT_EQ(bookmark_in(0), "");
  EXPECT_THAT(bodies_in(1), ElementsAre("a"));
  EXPECT_EQ(bookmark_in(1), "3");
  at.position.only = {};
  EXPECT_TRUE(stored(built({"b"}), at.position).ok());
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterTest, an_event_without_any_channel_is_dropped_by_rule) {
  selector_.all = {};
  EXPECT_TRUE(stored(built({"a", "b"})).ok());
  expect_ledger(2, 0, 2, 0);
}

TEST_F(SourceWriterTest, an_empty_batch_without_a_position_goes_nowhere) {
  EXPECT_TRUE(prepared({}).is_stored());
  EXPECT_EQ(channels_[0].written(), 0U);
}

TEST_F(SourceWriterTest, waits_for_room_as_long_as_it_takes) {
  channels_.clear();
  add_channel({.capacity = 2, .transaction_capacity = 2, .keep_alive = 3s});
  EXPECT_TRUE(stored(built({"a", "b"})).ok());
  Write write = prepared(built({"c"}));
  Status result = retryable("not yet");
  {
    const std::jthread source([&] { result = write.store_or_wait({}); });
    for (int tries = 0; tries < 4; ++tries) {
      services_.clock.await_parked(1);
      services_.clock.advance(3s);
    }
    services_.clock.await_parked(1);
    auto taker = channels_[0].taker("k1");
    auto take = (*taker)->take({.events = 1}, Deadline::immediate(), {});
    EXPECT_TRUE(take->commit().ok());
  }
  EXPECT_TRUE(result.ok()) << result.message();
  EXPECT_THAT(bodies_in(0), ElementsAre("b", "c"));
  EXPECT_EQ(counters_.channel_write_fail.get(), 4);
  expect_ledger(3, 3, 0, 0);
}

TEST_F(SourceWriterTest, a_stop_ends_the_wait_for_room) {
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1, .keep_alive = 3s});
  EXPECT_TRUE(stored(built({"a"})).ok());
  std::stop_source stop;
  Status result;
  {
    const std::jthread source([&] { result = prepared(built({"b"})).store_or_wait(stop.get_token()); });
    services_.clock.await_parked(1);
    stop.request_stop();
  }
  EXPECT_EQ(result.cause(), Cause::Stopped);
  EXPECT_EQ(counters_.channel_write_fail.get(), 0);
  expect_ledger(2, 1, 0, 1);
}

TEST_F(SourceWriterTest, stores_without_waiting) {
  add_channel();
  selector_.all.required = set_of({0, 1});
  Write write = prepared(built({"a"}), At("1").position);
  int done = 0;
  EXPECT_TRUE(write.store_async([&](const Status& status) { done += status.ok() ? 1 : 100; }).ok());
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(write.is_stored());
  EXPECT_TRUE(write.store_async([&](const Status& status) { done += status.ok() ? 1 : 100; }).ok());
  EXPECT_EQ(done, 2);
  EXPECT_EQ(bookmark_in(1), "1");
  expect_ledger(1, 1, 0, 0);
}

TEST_F(SourceWriterTest, a_full_channel_answers_at_once_and_calls_back_when_there_is_room) {
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  const auto never = [](const Status&) { FAIL() << "nothing was begun"; };
  EXPECT_EQ(write.store_async(never).cause(), Cause::Full);
  EXPECT_FALSE(write.is_stored());
  EXPECT_EQ(counters_.channel_write_fail.get(), 0);
  int called = 0;
  writer().on_space([&] { ++called; });
  EXPECT_EQ(called, 0);
  auto taker = channels_[0].taker("k1");
  EXPECT_TRUE((*taker)->take({.events = 1}, Deadline::immediate(), {})->commit().ok());
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(write.store_async([](const Status& status) { EXPECT_TRUE(status.ok()); }).ok());
  EXPECT_TRUE(write.is_stored());
  writer().on_space([&] { ++called; });
  EXPECT_EQ(called, 1) << "full again";
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterTest, waits_for_room_only_where_there_was_none) {
  // The second channel is full for ever, but no event needs it.
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1});
  add_channel({.capacity = 1, .transaction_capacity = 1});
  selector_.route = [](const EventView& event) -> Route {
    return event.body() == "x" ? Route{.required = {}, .optional = set_of({1})} : Route{.required = set_of({0}), .optional = {}};
  };
  EXPECT_TRUE(stored(built({"x"})).ok());
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  EXPECT_EQ(write.store_async({}).cause(), Cause::Full);
  int called = 0;
  writer().on_space([&] { ++called; });
  auto taker = channels_[0].taker("k1");
  EXPECT_TRUE((*taker)->take({.events = 1}, Deadline::immediate(), {})->commit().ok());
  EXPECT_EQ(called, 1);
}

TEST_F(SourceWriterTest, a_write_that_is_partly_on_its_way_tells_of_the_refusal_at_its_end) {
  add_channel({.capacity = 1, .transaction_capacity = 1});
  selector_.all.required = set_of({0, 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  Status told;
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_EQ(told.cause(), Cause::Full);
  EXPECT_EQ(told.message(), "channel c2: the channel is full");
  ASSERT_EQ(write.parts().size(), 1U);
  EXPECT_EQ(write.parts()[0].channel, 1U);
  auto taker = channels_[1].taker("k1");
  EXPECT_TRUE((*taker)->take({.events = 1}, Deadline::immediate(), {})->commit().ok());
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_TRUE(told.ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  EXPECT_THAT(bodies_in(1), ElementsAre("b"));
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterTest, a_put_that_did_not_arrive_hands_its_events_back_and_can_be_repeated) {
  add_channel();
  selector_.all = {.required = set_of({0}), .optional = set_of({1})};
  channels_[0].fail_puts(1);
  channels_[1].fail_puts(1);
  Write write = prepared(built({"a", "b"}));
  Status told;
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_EQ(told.message(), "channel c1: put fails because the test says so");
  ASSERT_EQ(write.parts().size(), 1U);
  EXPECT_EQ(write.parts()[0].events.size(), 2U);
  // The putter refuses all that follows its failure; the writer opens a new one.
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_TRUE(told.ok());
  EXPECT_TRUE(stored(built({"c"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b", "c"));
  EXPECT_THAT(bodies_in(1), ElementsAre("c"));
  EXPECT_EQ(ledger_.missed_by_optional.get(), 2);
  expect_ledger(3, 3, 0, 0);
}

TEST_F(SourceWriterTest, another_writer_has_its_own_chain_and_shares_the_counters) {
  int made = 0;
  add_interceptor() = {.make = [&] { ++made; }};
  auto other = writer().another();
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(made, 2);
  auto builder = (*other)->builder();
  EXPECT_TRUE(builder.body("a").ok());
  EXPECT_TRUE((*other)->prepare(builder.take())->store(Deadline::immediate(), {}).ok());
  EXPECT_TRUE(stored(built({"b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterTest, the_largest_batch_is_what_every_channel_takes_at_once) {
  add_channel({.capacity = 100, .transaction_capacity = 30});
  EXPECT_EQ(writer().max_batch(), 30U);
}

TEST_F(SourceWriterTest, does_not_wait_for_room_that_no_sink_will_make) {
  channels_.clear();
  add_channel({.capacity = 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  Status refused;
  std::thread source([&] { refused = write.store(services_.clock.in(15s), {}); });
  services_.clock.await_parked(1);
  no_sink_left_.request_stop();
  source.join();
  EXPECT_EQ(refused.kind(), ErrorKind::Fatal) << "not to be tried again";
  EXPECT_EQ(refused.message(), "channel c1: it is full, and no sink is left to take from it");
  EXPECT_EQ(write.parts().size(), 1U) << "the caller still has the events";
}

TEST_F(SourceWriterTest, stores_what_has_room_though_no_sink_is_left) {
  no_sink_left_.request_stop();
  EXPECT_TRUE(prepared(built({"a"})).store(services_.clock.in(15s), {}).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a"));
}

TEST_F(SourceWriterTest, calls_who_waits_for_room_that_no_sink_will_make) {
  channels_.clear();
  add_channel({.capacity = 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  EXPECT_EQ(write.store_async({}).cause(), Cause::Full);
  int calls = 0;
  writer().on_space([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  no_sink_left_.request_stop();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(write.store_async({}).kind(), ErrorKind::Fatal);
  bodies_in(0);
  EXPECT_EQ(calls, 1) << "once";
}

}  // namespace
}  // namespace flume::runtime
