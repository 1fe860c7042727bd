// Random calls against a NameNode that misbehaves at random, compared with the same calls on a namespace without any
// network: what callers see and what is there in the end must be the same, and every call ends by its deadline.
#include <random>

#include "clients/hdfs/namenode_fixture.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;

/// What a caller learns from a call: its cause, and the value that matters.
std::string seen(const Status& status) { return status.ok() ? "ok" : "cause " + std::string(to_string(status.cause())); }
std::string seen(const Result<bool>& result) { return result ? (*result ? "yes" : "no") : seen(result.status()); }

/// One random call after the other, the same ones for the same seed.
class Script {
 public:
  explicit Script(std::uint64_t seed) : random_(seed) {}

  std::string step(NameNodeFixture& hdfs) {
    NameNodeClient& nn = *hdfs.namenode;
    const std::string path = some_path();
    const Deadline deadline = hdfs.loop.in(1h);
    switch (random_() % 12) {
      case 0:
        return "mkdirs " + path + seen(hdfs.run(nn.mkdirs(path, 0755, deadline)));
      case 1:
      case 2: {
        const auto created = hdfs.run(nn.create(path, {.block_size = 1024, .overwrites = random_() % 4 == 0}, deadline));
        return "create " + path + seen(created.status()) + (created ? std::to_string(created->file_id) : "");
      }
      case 3:
      case 4: {
        const auto file = hdfs.names.files().find(path);
        if (file == hdfs.names.files().end()) return "";
        std::optional<Block> previous;
        if (!file->second.blocks.empty()) {
          previous = file->second.blocks.back();
          previous->bytes = 1 + random_() % 1024;
        }
        const auto block = hdfs.run(nn.add_block(hdfs.open_file(path), previous, {}, deadline));
        return "addBlock " + path + seen(block.status()) + (block ? std::to_string(block->block.id) : "");
      }
      case 5: {
        const auto file = hdfs.names.files().find(path);
        if (file == hdfs.names.files().end()) return "";
        std::optional<Block> last;
        if (!file->second.blocks.empty()) {
          last = file->second.blocks.back();
          last->bytes = 1 + random_() % 1024;
        }
        return "complete " + path + seen(hdfs.run(nn.complete(hdfs.open_file(path), last, deadline)));
      }
      case 6: {
        const std::string to = some_path();
        return "rename " + path + " " + to + seen(hdfs.run(nn.rename(path, to, deadline)));
      }
      case 7:
        return "delete " + path + seen(hdfs.run(nn.remove(path, random_() % 2 == 0, deadline)));
      case 8: {
        const auto appended = hdfs.run(nn.append(path, deadline));
        return "append " + path + seen(appended.status()) +
               (appended && appended->last_block ? std::to_string(appended->last_block->block.id) : "");
      }
      case 9: {
        const auto info = hdfs.run(nn.file_info(path, deadline));
        return "info " + path + seen(info.status()) + (info && *info ? std::to_string((**info).length) : "none");
      }
      case 10: {
        const auto all = hdfs.run(nn.entries(path, SIZE_MAX, deadline));
        return "list " + path + seen(all.status()) + (all && *all ? std::to_string((**all).size()) : "none");
      }
      default:
        return "closed " + path + seen(hdfs.run(nn.is_file_closed(path, deadline)));
    }
  }

 private:
  std::string some_path() {
    static constexpr std::array kPaths{"/a", "/b", "/a/x", "/a/y", "/b/x", "/b/x/deep"};
    return kPaths[random_() % kPaths.size()];
  }
  std::mt19937_64 random_;
};

std::string tree(const SimNamespace& names) {
  std::string text;
  for (const auto& [path, file] : names.files()) {
    text += path + (file.is_directory ? " dir" : " file") + " " + file.lease + " " + std::to_string(file.id);
    for (const Block& block : file.blocks) text += " " + std::to_string(block.id) + ":" + std::to_string(block.bytes);
    text += "\n";
  }
  return text;
}

constexpr int kSteps = 12;

class Misbehaving {
 public:
  Misbehaving(NameNodeFixture& hdfs, std::uint64_t seed) : random_(seed) {
    hdfs.names.listing_page = 2;
    hdfs.names.soft_limit = hdfs.names.hard_limit = Instant::duration::max();  // nobody renews leases here, and faults take time
    hdfs.network.set_routes([this](const std::string&, std::uint16_t) { return route(); }, seed);
    if (seed % 2 == 0) hdfs.loop.shuffle_wake_ups(seed);
    for (const auto& node : hdfs.nodes) {
      node->set_answer_time(random_() % 2 == 0 ? 0ms : 200ms, seed);
      node->set_faults([this](std::string_view) { return fault(); });
    }
  }

 private:
  SimRoute route() {
    SimRoute route;
    switch (random_() % 10) {
      case 0:
        route.answer = SimRoute::Answer::Refuse;
        break;
      case 1:
        route.answer = SimRoute::Answer::Silence;
        break;
      case 2:
        route.cut_after = 1 + random_() % 2000;
        break;
      case 3:
        route.stall_after = 1 + random_() % 2000;
        break;
      case 4:
        route.fragment = 1 + random_() % 7;
        break;
      default:
        route.most_delay = std::chrono::milliseconds(random_() % 50);
    }
    return route;
  }
  SimFault fault() {
    constexpr std::array kFaults{SimFault::CutBefore, SimFault::CutAfter,    SimFault::Silence,        SimFault::SilenceBefore,
                                 SimFault::Retriable, SimFault::Standby,     SimFault::Twice,          SimFault::WrongId,
                                 SimFault::Fatal,     SimFault::CutInAnswer, SimFault::MalformedHeader};
    return random_() % 3 == 0 ? kFaults[random_() % kFaults.size()] : SimFault::None;
  }
  std::mt19937_64 random_;
};

TEST(NameNodeProperty, faults_of_network_and_namenode_do_not_show_in_what_callers_see) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    NameNodeFixture plain;
    plain.names.listing_page = 2;
    plain.names.soft_limit = plain.names.hard_limit = Instant::duration::max();
    NameNodeFixture troubled(seed % 3 == 0 ? std::vector<std::string>{"nn1", "nn2"} : std::vector<std::string>{"nn1"});
    const Misbehaving misbehaving(troubled, seed);
    Script first(seed);
    Script second(seed);
    for (int i = 0; i < kSteps; ++i) {
      const std::string expected = first.step(plain);
      const std::string found = second.step(troubled);
      ASSERT_EQ(found, expected) << "seed " << seed << " step " << i;
    }
    ASSERT_EQ(tree(troubled.names), tree(plain.names)) << "seed " << seed;
  }
}

TEST(NameNodeProperty, every_call_ends_by_its_deadline_or_when_it_is_cancelled) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    NameNodeFixture hdfs;
    const Misbehaving misbehaving(hdfs, seed);
    std::mt19937_64 random(seed);
    std::vector<std::pair<Deadline, RunningTask>> tasks;
    for (int i = 0; i < 20; ++i) {
      const Deadline deadline = hdfs.loop.in(std::chrono::milliseconds(random() % 5000));
      tasks.emplace_back(deadline, RunningTask::start<Status>(hdfs.loop, hdfs.namenode->mkdirs("/d" + std::to_string(i), 0755, deadline),
                                                              [](const Status&) {}));
      hdfs.loop.advance(std::chrono::milliseconds(random() % 300));
      if (random() % 4 == 0) tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(random() % tasks.size()));
      for (const auto& [when, task] : tasks) {
        ASSERT_TRUE(!task.is_running() || hdfs.loop.now() <= when.when()) << "seed " << seed;
      }
    }
    hdfs.loop.advance(10s);
    for (const auto& [when, task] : tasks) ASSERT_FALSE(task.is_running()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace flume::hdfs
