// The whole data path on a network and nodes that fail in every way that the simulation knows, drawn from a seed:
// what was flushed is there, what is read is what was written, and no call outlives its deadline.
#include <algorithm>
#include <chrono>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_hdfs/sim_cluster.h"

namespace flume::hdfs {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 150;  // a sanitizer takes its time; the other builds run them all
#else
constexpr std::uint64_t kSeeds = 1000;
#endif

using namespace std::chrono_literals;
using testing::IsEmpty;

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed)
      : random_(seed), cluster_(3 + below(3), 1 + below(3)), troubles_left_(below(3) == 0 ? 0 : below(8)) {
    static constexpr std::uint32_t kChunks[] = {1, 16, 64, 100, 512};
    FileWriterSettings& settings = cluster_.settings;
    settings.checksum = {.type = static_cast<ChecksumType>(1 + below(2)), .bytes_per_chunk = kChunks[below(5)]};
    settings.block_size = settings.checksum.bytes_per_chunk * (1 + (1500 + below(8000)) / settings.checksum.bytes_per_chunk);
    settings.packet_bytes = 300 + below(3000);
    settings.most_waiting_bytes = 1 + below(20'000);
    settings.syncs_blocks = below(2) == 0;
    settings.replacement.when = static_cast<ReplacementPolicy::When>(below(3));
    settings.replacement.is_best_effort = below(2) == 0;
    cluster_.loop.shuffle_wake_ups(seed);
    cluster_.network.set_routes([this](const std::string& host, std::uint16_t) { return host == "nn1" ? namenode_route() : route(); },
                                seed);
    cluster_.hdfs.namenode().set_answer_time(below(2) == 0 ? 0ms : 2s, seed);
    for (std::size_t i = 0; i < cluster_.hdfs.datanodes(); ++i) trouble(cluster_.node(i));
    if (troubles_left_ > 0) plan_death();
  }

  void run() {
    writer_ = cluster_.write();
    for (std::size_t step = 0; step < 25 && !has_failed_; ++step) {
      write();
      if (below(3) == 0) flush();
      if (below(40) == 0) pass_a_deadline();
      if (below(20) == 0) cluster_.loop.advance(1s * below(200));
      if (below(25) == 0) reopen();
      if (below(10) == 0) trouble(some_node());
    }
    close();
    check_end();
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  SimDatanode& some_node() { return cluster_.node(below(cluster_.hdfs.datanodes())); }
  bool draws_trouble(std::size_t one_of) {
    if (troubles_left_ == 0 || below(one_of) != 0) return false;
    --troubles_left_;
    return true;
  }

  SimRoute quiet_route() {
    SimRoute route;
    if (below(2) == 0) route.most_delay = 1ms * below(30);
    if (below(3) == 0) route.fragment = 20 + below(1000);
    if (below(3) == 0) route.window = 100 + below(3000);
    return route;
  }
  /// Calls are repeated when connections break.
  SimRoute namenode_route() {
    SimRoute route = quiet_route();
    if (draws_trouble(5)) route.cut_after = 1 + below(5000);
    return route;
  }
  SimRoute route() {
    SimRoute route = quiet_route();
    if (!draws_trouble(5)) return route;
    switch (below(5)) {
      case 0:
        route.answer = SimRoute::Answer::Refuse;
        break;
      case 1:
        route.answer = SimRoute::Answer::Silence;
        break;
      case 2:
        route.stall_after = below(20'000);
        break;
      default:
        route.cut_after = 1 + below(20'000);
    }
    return route;
  }

  void trouble(SimDatanode& node) {
    if (!draws_trouble(4)) return;
    static constexpr TransferStatus kReplies[] = {TransferStatus::Error, TransferStatus::ChecksumError, TransferStatus::Restarting};
    switch (below(5)) {
      case 0:
        node.faults.refused_operations = 1;
        break;
      case 1:
        node.faults.bad_ack_at = below(10);
        node.faults.bad_ack = kReplies[below(3)];
        break;
      case 2:
        node.faults.silent_from = below(10);
        break;
      case 3:
        node.faults.foolish_ack_at = below(10);
        break;
      default:
        node.faults.packets_until_death = 1 + below(20);
        ++deaths_;
    }
  }

  void plan_death() {
    SimDatanode& node = some_node();
    const Instant::duration when = 1ms * below(20'000);
    death_->set(cluster_.in(when), [this, &node] {
      ++deaths_;
      node.die();
    });
    birth_->set(cluster_.in(when + 1s * below(300)), [&node] { node.come_back(); });
  }

  Status done(Task<Status> task, Instant::duration wait) {
    const Instant begin = cluster_.loop.now();
    std::optional<Status> status = cluster_.run(std::move(task));
    EXPECT_TRUE(status.has_value()) << "it hangs";
    EXPECT_LE(cluster_.loop.now() - begin, wait + 1s);
    return status.value_or(fatal("it hangs"));
  }
  /// Failures of the writer end the scenario; passed deadlines must not happen at all.
  void note(const Status& status, const char* what) {
    if (status.ok()) return;
    EXPECT_NE(status.cause(), Cause::Timeout) << what << ": " << status.message();
    has_failed_ = true;
    failure_ = status.message();
  }

  void write() {
    std::string bytes(1 + below(below(4) == 0 ? 8000 : 300), '\0');
    for (char& c : bytes) c = static_cast<char>(random_());
    const Status written = done(writer_->write(as_bytes(bytes), kLong), kWait);
    note(written, "write");
    if (written.ok()) content_ += bytes;
  }
  void flush() {
    if (has_failed_) return;
    const Status flushed = done(below(2) == 0 ? writer_->flush(kLong) : writer_->sync(kLong), kWait);
    note(flushed, "flush");
    if (!flushed.ok()) return;
    flushed_ = content_.size();
    check_replicas();
  }
  void pass_a_deadline() {
    if (has_failed_) return;
    const Status flushed = done(writer_->flush(cluster_.in(1ms * below(50))), 1s);
    if (flushed.ok()) flushed_ = content_.size();
    if (!flushed.ok() && flushed.cause() != Cause::Timeout) note(flushed, "short flush");
  }
  void close() {
    if (has_failed_) return;
    const Status closed = done(writer_->close(kLong), kWait);
    note(closed, "close");
    if (closed.ok()) flushed_ = content_.size();
  }
  void reopen() {
    close();
    if (has_failed_) return;
    writer_.reset();
    auto appended = cluster_.append();
    note(appended.status(), "append");
    if (appended) writer_ = std::move(*appended);
  }

  /// The NameNode learns a block's length when the next one begins.
  std::size_t flushed_bytes_of(const LocatedBlock& block, std::size_t offset) {
    const bool is_last = block.block.id == cluster_.blocks().back().block.id;
    return is_last ? flushed_ - offset : std::min<std::size_t>(block.block.bytes, flushed_ - offset);
  }

  /// Each flushed byte is on a node's disk; on one that lives, when none has died.
  void check_replicas() {
    std::size_t offset = 0;
    for (const LocatedBlock& block : cluster_.blocks()) {
      const std::string_view expected = std::string_view(content_).substr(offset, flushed_bytes_of(block, offset));
      bool is_there = false;
      for (std::size_t i = 0; i < cluster_.hdfs.datanodes(); ++i) {
        const SimDatanode::Replica* const replica = cluster_.node(i).find_replica(block.block.id);
        is_there = is_there || ((cluster_.node(i).is_alive() || deaths_ > 0) && replica != nullptr && replica->bytes.starts_with(expected));
      }
      EXPECT_TRUE(is_there) << "block " << block.block.id << " at " << offset;
      offset += expected.size();
    }
    EXPECT_EQ(offset, flushed_);
  }

  /// Whatever has become of the writer, the file can be closed, and then has all that was flushed.
  void check_end() {
    EXPECT_THAT(cluster_.hdfs.complaints(), IsEmpty()) << failure_;
    death_->cancel();
    birth_->cancel();
    writer_.reset();
    cluster_.network.set_routes(nullptr);
    for (std::size_t i = 0; i < cluster_.hdfs.datanodes(); ++i) {
      cluster_.node(i).come_back();
      cluster_.node(i).faults = {};
    }
    cluster_.loop.advance(1h);
    check_replicas();
    recover();
    std::string all;
    for (const LocatedBlock& block : cluster_.blocks()) {
      const auto read = cluster_.run(cluster_.read_block(block, 0, block.block.bytes));
      ASSERT_TRUE(read.has_value());
      ASSERT_TRUE(read->ok()) << read->status().message() << " after " << failure_;
      all += **read;
    }
    EXPECT_GE(all.size(), flushed_) << failure_;
    EXPECT_TRUE(content_.starts_with(all)) << all.size() << " bytes read, " << flushed_ << " flushed";
    const Result<std::string> held = cluster_.hdfs.read(SimCluster::kPath);
    ASSERT_TRUE(held.ok()) << held.status().message();
    EXPECT_TRUE(*held == all);
  }
  void recover() {
    for (int attempt = 0; attempt < 3 && cluster_.hdfs.is_open(SimCluster::kPath); ++attempt) {
      const auto begun = cluster_.run(cluster_.namenode.recover_lease(SimCluster::kPath, cluster_.in(1min)));
      ASSERT_TRUE(begun && begun->ok());
      cluster_.loop.advance(5s);
    }
    ASSERT_FALSE(cluster_.hdfs.is_open(SimCluster::kPath));
  }

  static constexpr Instant::duration kWait = 2h;
  std::mt19937_64 random_;
  SimCluster cluster_;
  const Deadline kLong = Deadline::never();
  std::size_t troubles_left_;
  std::size_t deaths_ = 0;
  std::string content_;
  std::size_t flushed_ = 0;
  bool has_failed_ = false;
  std::string failure_;
  std::unique_ptr<LoopTimer> death_ = cluster_.loop.make_timer();
  std::unique_ptr<LoopTimer> birth_ = cluster_.loop.make_timer();
  std::unique_ptr<FileWriter> writer_;
};

TEST(DataPath, keeps_what_was_flushed_whatever_nodes_and_network_do) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Scenario scenario(seed);
    scenario.run();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace flume::hdfs
