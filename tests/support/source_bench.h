// Everything around one network source in a test: a simulated network and clock, a channel that collects, the runtime's writer and
// context. The test plays the clients. Header only; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "flume/source.h"
#include "support/collecting_channel.h"
#include "support/configured.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {

class SourceBench : public testing::Test {
 protected:
  explicit SourceBench(std::string type) : type_(std::move(type)) { services_.network.share_loop(loop_); }
  ~SourceBench() override { stop(); }

  Status try_start(const Keys& keys) {
    source_ = configured<Source>(Kind::Source, type_, keys, services_.of("sources.r1", "r1"));
    return source_->start(writer_, context_);
  }
  void start(const Keys& keys) {
    const Status started = try_start(keys);
    ASSERT_TRUE(started.ok()) << started.message();
  }
  void stop() {
    if (source_) source_->stop(loop_.in(std::chrono::seconds(5)));
    source_.reset();
  }
  std::unique_ptr<SimPeer> connect(std::uint16_t port) { return services_.network.connect(port); }
  /// A client that sends, and lets all happen that can happen now.
  std::unique_ptr<SimPeer> send(std::uint16_t port, std::string_view bytes) {
    auto client = connect(port);
    client->send(bytes);
    loop_.run_until_idle();
    return client;
  }
  /// Of all groups of the source; -1: there is none of this name.
  [[nodiscard]] std::int64_t counter(std::string_view name) const {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      for (const MetricSnapshot& each : group.metrics) {
        if (each.name == name) return std::get<std::int64_t>(each.value);
      }
    }
    return -1;
  }

  TestServices services_;
  SimEventLoop loop_{services_.clock};
  CollectingChannel channel_;
  FakeWriter writer_{{&channel_}};
  SourceCounters counters_{"r1"};
  FakeSourceContext context_{counters_};
  std::unique_ptr<Source> source_;

 private:
  const std::string type_;
};

}  // namespace flume
