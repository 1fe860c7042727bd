// What every sink with a destination of its own must keep, whatever fails: events in order, nothing lost, nothing twice, nothing
// half-done left behind. A sink's test instantiates the suite with a way to make it and to read its destination back:
//   INSTANTIATE_TEST_SUITE_P(Hdfs, SinkConformance, testing::Values(subject), conformance::subject_name);
// and, when the destination is the disk, SinkDiskConformance likewise.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sink_bench.h"

namespace flume::conformance {

/// What a reader of the destination finds.
struct Found {
  std::vector<std::string> bodies;      ///< of finished files, file by file
  std::vector<std::string> unfinished;  ///< what is still in use, or cannot be read
};

struct SinkSubject {
  std::string name;
  /// `durability`: what each commit is to survive.
  std::function<std::unique_ptr<Sink>(const Services&, Durability durability)> make;
  std::function<Found(SinkBench&)> find;
  /// The destination before the sink comes.
  std::function<void(SinkBench&)> prepare = [](SinkBench&) {};
};

/// What `bodies` has too few or too many of; empty when it is `wanted` in some order.
inline std::string difference(std::vector<std::string> bodies, std::vector<std::string> wanted) {
  std::sort(bodies.begin(), bodies.end());
  std::sort(wanted.begin(), wanted.end());
  std::vector<std::string> missing;
  std::vector<std::string> surplus;
  std::set_difference(wanted.begin(), wanted.end(), bodies.begin(), bodies.end(), std::back_inserter(missing));
  std::set_difference(bodies.begin(), bodies.end(), wanted.begin(), wanted.end(), std::back_inserter(surplus));
  std::string text;
  for (const std::string& body : missing) text += "missing " + body + "\n";
  for (const std::string& body : surplus) text += "twice or damaged " + body + "\n";
  return text;
}

inline std::string subject_name(const testing::TestParamInfo<SinkSubject>& info) { return info.param.name; }

class SinkConformance : public testing::TestWithParam<SinkSubject> {
 protected:
  static constexpr int kEvents = 60;
  static constexpr std::uint64_t kPowerSeeds = 3;
  // A crash before each operation; under a sanitizer, which takes ten to thirty times as long, before some of them.
#if defined(__SANITIZE_ADDRESS__)
  static constexpr std::uint64_t kFirst = 1;
  static constexpr std::uint64_t kStep = 5;
#elif defined(__SANITIZE_THREAD__)
  static constexpr std::uint64_t kFirst = 2;
  static constexpr std::uint64_t kStep = 11;
#else
  static constexpr std::uint64_t kFirst = 0;
  static constexpr std::uint64_t kStep = 1;
#endif

  static std::string body(int number) {
    return "event " + std::to_string(1000 + number) + std::string(static_cast<std::size_t>(number % 7) * 11, '.');
  }

  std::unique_ptr<SinkBench> bench(ChannelKind kind, Durability durability = Durability::Written) {
    auto made = std::make_unique<SinkBench>(kind, [durability](const Services& services) { return GetParam().make(services, durability); });
    GetParam().prepare(*made);
    return made;
  }
  /// Events of two kinds in runs of different length, so that batches reach several files.
  static void put_events(SinkBench& bench, int from = 0, int to = kEvents) {
    for (int i = from; i < to; ++i)
      bench.put(body(i), {{"timestamp", std::to_string(1700000000000 + i)}, {"kind", i / 4 % 3 == 0 ? "a" : "b"}});
  }
  static std::vector<std::string> expected(int from = 0, int to = kEvents) {
    std::vector<std::string> bodies;
    for (int i = from; i < to; ++i) bodies.push_back(body(i));
    return bodies;
  }
  /// A life of the sink as the crash tests cut it: events, time that passes, events, an orderly end.
  static void live(SinkBench& bench) {
    if (!bench.start().ok()) return;
    for (int i = 0; i < 3 && !bench.stop.is_stopped(); ++i) bench.round();
    bench.pass(std::chrono::seconds(65), std::chrono::seconds(5));
    bench.drain();
    bench.pass(std::chrono::seconds(35), std::chrono::seconds(5));
    bench.stop_sink();
  }
  static void check(SinkBench& bench, const std::vector<std::string>& bodies) {
    const Found found = GetParam().find(bench);
    EXPECT_EQ(difference(found.bodies, bodies), "");
    EXPECT_THAT(found.unfinished, testing::IsEmpty());
    if (!HasFailure()) return;
    for (const CapturedLog::Line& line : bench.services.log.lines()) {
      if (line.level >= LogLevel::Warn) ADD_FAILURE() << "log: " << line.text;
    }
  }
  // Rows of the crash table, see below.
  void kill_at_any_operation(ChannelKind kind);
  void cut_power_at_any_operation(ChannelKind kind);
  void cut_power_with_flush(ChannelKind kind);

  /// How many operations live() has when nothing stops it.
  std::uint64_t operations_of_a_life(ChannelKind kind, Durability durability) {
    auto whole = bench(kind, durability);
    put_events(*whole);
    whole->stop.stop_after(StopPoint::kNever);
    live(*whole);
    return whole->stop.count();
  }
};

TEST_P(SinkConformance, delivers_every_event_once) {
  for (const ChannelKind kind : {ChannelKind::Durable, ChannelKind::Memory}) {
    auto made = bench(kind);
    put_events(*made);
    live(*made);
    check(*made, expected());
  }
}

TEST_P(SinkConformance, keeps_the_order_of_events) {
  auto made = bench(ChannelKind::Durable);
  for (int i = 0; i < kEvents; ++i) made->put(body(i), {{"timestamp", "1700000000000"}, {"kind", "a"}});
  live(*made);
  EXPECT_EQ(GetParam().find(*made).bodies, expected());
}

TEST_P(SinkConformance, undoes_a_batch_whose_commit_fails) {
  for (const ChannelKind kind : {ChannelKind::Durable, ChannelKind::Memory}) {
    auto made = bench(kind);
    put_events(*made);
    ASSERT_TRUE(made->start().ok());
    for (int i = 0; i < 12; ++i) {
      made->fail_commits(static_cast<std::uint32_t>(i % 3));
      while (made->round() && !made->last_error().ok()) made->services.clock.advance(std::chrono::seconds(1));
    }
    ASSERT_TRUE(made->drain());
    made->stop_sink();
    check(*made, expected());
  }
}

TEST_P(SinkConformance, goes_on_after_stop_and_start) {
  for (const ChannelKind kind : {ChannelKind::Durable, ChannelKind::Memory}) {
    auto made = bench(kind);
    for (int life = 0; life < 4; ++life) {
      put_events(*made, life * 15, life * 15 + 15);
      ASSERT_TRUE(made->start().ok());
      ASSERT_TRUE(made->drain());
      made->stop_sink();
    }
    check(*made, expected());
  }
}

class SinkDiskConformance : public SinkConformance {};

TEST_P(SinkDiskConformance, survives_faults_of_the_disk) {
  using Operation = SimFiles::Operation;
  struct Case {
    Operation operation;
    int error_number;
    std::size_t written_bytes;
  };
  const std::vector<Case> cases{{Operation::Write, ENOSPC, 5},  {Operation::Write, EIO, 0},   {Operation::Sync, EIO, 0},
                                {Operation::Open, EMFILE, 0},   {Operation::Open, EACCES, 0}, {Operation::Rename, EACCES, 0},
                                {Operation::Truncate, EIO, 0},  {Operation::Close, EIO, 0},   {Operation::SyncDirectory, EIO, 0},
                                {Operation::Remove, EACCES, 0}, {Operation::Info, EIO, 0}};
  for (const ChannelKind kind : {ChannelKind::Durable, ChannelKind::Memory}) {
    for (const Durability durability : {Durability::Written, Durability::Synced}) {
      for (const Case& fault : cases) {
        for (const std::uint64_t skip : {0U, 1U, 2U, 3U, 5U, 8U, 13U, 21U}) {
          SCOPED_TRACE("operation " + std::to_string(static_cast<int>(fault.operation)) + " errno " + std::to_string(fault.error_number) +
                       " after " + std::to_string(skip));
          auto made = bench(kind, durability);
          put_events(*made);
          ASSERT_TRUE(made->start().ok());
          made->services.files.inject({.operation = fault.operation,
                                       .path = "/data*",
                                       .error_number = fault.error_number,
                                       .skip = skip,
                                       .times = 3,
                                       .written_bytes = fault.written_bytes});
          ASSERT_TRUE(made->drain());
          made->pass(std::chrono::seconds(1000), std::chrono::seconds(50));
          made->stop_sink();
          made->services.files.clear_faults();
          ASSERT_TRUE(made->start().ok());  // what stop() could not finish
          made->stop_sink();
          check(*made, expected());
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST_P(SinkDiskConformance, survives_a_full_disk) {
  for (const ChannelKind kind : {ChannelKind::Durable, ChannelKind::Memory}) {
    for (const std::uint64_t capacity : {10U, 100U, 500U, 1000U, 1500U}) {
      auto made = bench(kind);
      put_events(*made);
      ASSERT_TRUE(made->start().ok());
      made->services.files.set_capacity(capacity);
      for (int i = 0; i < 20; ++i) {
        made->round();
        made->pass(std::chrono::seconds(5));
      }
      EXPECT_NE(made->queued(), 0U);
      made->services.files.set_capacity(UINT64_MAX);
      ASSERT_TRUE(made->drain());
      made->pass(std::chrono::seconds(400), std::chrono::seconds(50));
      made->stop_sink();
      check(*made, expected());
      if (HasFailure()) return;
    }
  }
}

// The crash table of docs/exactly-once.md: a crash before every single operation, and another one in the recovery.

inline void SinkConformance::kill_at_any_operation(ChannelKind kind) {
  const std::uint64_t operations = operations_of_a_life(kind, Durability::Written);
  ASSERT_GT(operations, 30U);
  for (std::uint64_t at = kFirst; at < operations; at += kStep) {
    SCOPED_TRACE("killed before operation " + std::to_string(at));
    auto made = bench(kind);
    put_events(*made);
    made->stop.stop_after(at);
    live(*made);
    made->crash(Crash::Process, at);
    made->stop.stop_after(at * 7 % 23);
    live(*made);
    made->crash(Crash::Process, at);
    live(*made);
    EXPECT_EQ(made->queued(), 0U);
    check(*made, expected());
    if (HasFailure()) return;
  }
}

inline void SinkConformance::cut_power_at_any_operation(ChannelKind kind) {
  const std::uint64_t operations = operations_of_a_life(kind, Durability::Synced);
  for (std::uint64_t at = kFirst; at < operations; at += kStep) {
    for (std::uint64_t seed = 0; seed < kPowerSeeds; ++seed) {
      SCOPED_TRACE("power fails before operation " + std::to_string(at) + ", seed " + std::to_string(seed));
      auto made = bench(kind, Durability::Synced);
      put_events(*made);
      made->stop.stop_after(at);
      live(*made);
      made->crash(Crash::Power, at * kPowerSeeds + seed);
      made->stop.stop_after(at * 5 % 19 + seed);
      live(*made);
      made->crash(Crash::Power, at + seed);
      live(*made);
      EXPECT_EQ(made->queued(), 0U);
      const Found found = GetParam().find(*made);
      EXPECT_EQ(difference(found.bodies, expected()), "");
      if (HasFailure()) return;
    }
  }
}

inline void SinkConformance::cut_power_with_flush(ChannelKind kind) {
  const std::uint64_t operations = operations_of_a_life(kind, Durability::Written);
  for (std::uint64_t at = kFirst; at < operations; at += kStep) {
    SCOPED_TRACE("power fails before operation " + std::to_string(at));
    auto made = bench(kind, Durability::Written);
    put_events(*made);
    made->stop.stop_after(at);
    live(*made);
    made->crash(Crash::Power, at);
    live(*made);
    EXPECT_EQ(made->queued(), 0U);
    std::vector<std::string> bodies = GetParam().find(*made).bodies;
    std::vector<std::string> wanted = expected();
    std::sort(bodies.begin(), bodies.end());
    EXPECT_EQ(std::adjacent_find(bodies.begin(), bodies.end()), bodies.end()) << "an event came twice";
    EXPECT_TRUE(std::includes(wanted.begin(), wanted.end(), bodies.begin(), bodies.end())) << testing::PrintToString(bodies);
    if (bodies.size() != wanted.size()) {
      EXPECT_NE(made->services.log.count(LogLevel::Error, "committed"), 0U);
    }
    if (HasFailure()) return;
  }
}

TEST_P(SinkConformance, delivers_once_when_the_process_dies_at_any_operation) { kill_at_any_operation(ChannelKind::Durable); }
TEST_P(SinkConformance, delivers_once_when_the_power_fails_at_any_operation) { cut_power_at_any_operation(ChannelKind::Durable); }
TEST_P(SinkConformance, with_flush_a_power_failure_loses_only_what_it_reports) { cut_power_with_flush(ChannelKind::Durable); }

// The same with the file channel itself: its operations are among those that a crash cuts.
TEST_P(SinkDiskConformance, delivers_once_when_the_process_dies_at_any_operation) { kill_at_any_operation(ChannelKind::File); }
TEST_P(SinkDiskConformance, delivers_once_when_the_power_fails_at_any_operation) { cut_power_at_any_operation(ChannelKind::File); }
TEST_P(SinkDiskConformance, with_flush_a_power_failure_loses_only_what_it_reports) { cut_power_with_flush(ChannelKind::File); }

TEST_P(SinkConformance, a_memory_channel_loses_no_more_than_it_held) {
  const std::uint64_t operations = operations_of_a_life(ChannelKind::Memory, Durability::Written);
  for (std::uint64_t at = kFirst; at < operations; at += kStep) {
    SCOPED_TRACE("killed before operation " + std::to_string(at));
    auto made = bench(ChannelKind::Memory);
    put_events(*made);
    made->stop.stop_after(at);
    live(*made);
    const std::uint64_t held = made->queued();
    made->crash(Crash::Process, at);
    live(*made);
    const Found found = GetParam().find(*made);
    EXPECT_THAT(found.unfinished, testing::IsEmpty());
    std::vector<std::string> bodies = found.bodies;
    std::sort(bodies.begin(), bodies.end());
    EXPECT_EQ(std::adjacent_find(bodies.begin(), bodies.end()), bodies.end()) << "an event came twice";
    const std::vector<std::string> wanted = expected();
    EXPECT_TRUE(std::includes(wanted.begin(), wanted.end(), bodies.begin(), bodies.end())) << testing::PrintToString(bodies);
    EXPECT_GE(bodies.size() + held, wanted.size());
    if (HasFailure()) return;
  }
}

TEST_P(SinkConformance, a_clock_that_steps_back_changes_nothing) {
  for (const ChannelKind kind : {ChannelKind::Durable, ChannelKind::Memory}) {
    auto made = bench(kind);
    for (int life = 0; life < 6; ++life) {
      put_events(*made, life * 10, life * 10 + 10);
      ASSERT_TRUE(made->start().ok());
      made->services.clock.step_wall(std::chrono::milliseconds(life % 2 == 0 ? -3'600'000 : -10));
      ASSERT_TRUE(made->drain());
      made->pass(std::chrono::seconds(40), std::chrono::seconds(10));
      if (life % 2 == 0) {
        made->stop_sink();
      } else {
        made->crash(Crash::Process, 1);
      }
    }
    ASSERT_TRUE(made->start().ok());
    made->stop_sink();
    check(*made, expected());
  }
}

}  // namespace flume::conformance
