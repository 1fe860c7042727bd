// What the tests of SourceWriter share: a writer made of scripts, over simulated channels.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/source_writer.h"
#include "support/batch_of.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
inline ChannelSet set_of(std::initializer_list<std::size_t> channels) {
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

}  // namespace flume::runtime
