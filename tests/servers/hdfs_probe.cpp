// Makes the HDFS client's calls one after the other, as lines of standard input tell them, for tests against real servers:
//   hdfs_probe HOST PORT USER SECONDS < "mkdirs /a\ncreate /a/b\nls /a\nrename /a/b /a/c\ndelete /a\n"
// Prints one line for each: `ok ...` or `error CAUSE: message`. SECONDS is the deadline of each call. Between two lines the
// loop goes on: files that are open (hdfs_probe_files.h) keep their pipelines alive.
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "clients/hdfs/namenode.h"
#include "hdfs_probe_files.h"
#include "net/asio_network.h"

namespace flume::hdfs {
namespace {

std::string told(const Status& status) { return status.ok() ? "ok" : error(status); }
std::string told(const Result<bool>& result) { return result ? (*result ? "ok yes" : "ok no") : error(result.status()); }

std::string described(const FileStatus& status) {
  std::ostringstream text;
  text << (status.type == FileStatus::Type::Directory ? "d" : "f") << " " << std::oct << status.permission << std::dec << " "
       << status.owner << " " << status.length << " " << status.name;
  return text.str();
}

Task<std::string> list(NameNodeClient& namenode, std::string path, Deadline deadline) {
  const auto entries = co_await namenode.entries(std::move(path), SIZE_MAX, deadline);
  if (!entries) co_return error(entries.status());
  if (!entries->has_value()) co_return std::string("ok none");
  std::string text = "ok";
  for (const FileStatus& entry : **entries) text += " [" + described(entry) + "]";
  co_return text;
}

/// An empty file, created and completed.
Task<std::string> create(NameNodeClient& namenode, std::string path, bool completes, Deadline deadline) {
  const CreateOptions options{.permission = 0640, .replication = 1, .block_size = 1 << 20};
  const auto status = co_await namenode.create(path, options, deadline);
  if (!status) co_return error(status.status());
  if (!completes) co_return std::string("ok");
  const OpenFile file{.path = path, .client = namenode.client(), .file_id = status->file_id};
  const auto completed = co_await namenode.complete(file, std::nullopt, deadline);
  co_return told(completed);
}

Task<std::string> add_block(NameNodeClient& namenode, std::string path, Deadline deadline) {
  const auto status = co_await namenode.file_info(path, deadline);
  if (!status) co_return error(status.status());
  if (!status->has_value()) co_return std::string("ok none");
  const OpenFile file{.path = path, .client = namenode.client(), .file_id = (**status).file_id};
  const auto located = co_await namenode.add_block(file, std::nullopt, {}, deadline);
  if (!located) co_return error(located.status());
  const auto stamped = co_await namenode.update_block_for_pipeline(located->block, deadline);
  if (!stamped) co_return error(stamped.status());
  if (stamped->block.generation_stamp <= located->block.generation_stamp) co_return std::string("error: no new stamp");
  const Status abandoned = co_await namenode.abandon_block(file, located->block, deadline);
  if (!abandoned.ok()) co_return error(abandoned);
  co_return "ok " + std::to_string(located->nodes.size()) + " " + located->nodes[0].address + " " +
      std::to_string(located->nodes[0].transfer_port);
}

Task<std::string> info(NameNodeClient& namenode, std::string path, Deadline deadline) {
  const auto status = co_await namenode.file_info(std::move(path), deadline);
  if (!status) co_return error(status.status());
  co_return status->has_value() ? "ok " + described(**status) : std::string("ok none");
}

Task<std::string> defaults(NameNodeClient& namenode, Deadline deadline) {
  const auto values = co_await namenode.server_defaults(deadline);
  if (!values) co_return error(values.status());
  co_return "ok " + std::to_string(values->block_size) + " " + std::to_string(values->bytes_per_checksum) + " " +
      std::to_string(values->write_packet_size) + " " + std::to_string(static_cast<int>(values->checksum_type));
}

Task<std::string> blocks(NameNodeClient& namenode, std::string path, Deadline deadline) {
  const auto found = co_await namenode.block_locations(std::move(path), 0, std::uint64_t{1} << 40, deadline);
  if (!found) co_return error(found.status());
  co_return "ok " + std::to_string(found->blocks.size()) + " " + std::to_string(found->file_length);
}

/// The transfer ports of the last block's nodes; of an open file: its pipeline, in no order.
Task<std::string> nodes(NameNodeClient& namenode, std::string path, Deadline deadline) {
  const auto found = co_await namenode.block_locations(std::move(path), 0, std::uint64_t{1} << 40, deadline);
  if (!found) co_return error(found.status());
  if (!found->last_block) co_return std::string("error: no block");
  std::string text = "ok";
  for (const Datanode& node : found->last_block->nodes) text += " " + std::to_string(node.transfer_port);
  co_return text;
}

Task<std::string> append(NameNodeClient& namenode, std::string path, Deadline deadline) {
  const auto appended = co_await namenode.append(std::move(path), deadline);
  if (!appended) co_return error(appended.status());
  co_return appended->last_block ? "ok " + std::to_string(appended->last_block->block.bytes) : std::string("ok no block");
}

Task<std::string> execute(NameNodeClient& namenode, ProbeFiles& files, std::vector<std::string> words, Deadline deadline) {
  std::string about_data = co_await files.execute(words, deadline);
  if (!about_data.empty()) co_return std::move(about_data);
  words.resize(3);
  const std::string& verb = words[0];
  const std::string& path = words[1];
  if (verb == "mkdirs") co_return told(co_await namenode.mkdirs(path, 0755, deadline));
  if (verb == "create") co_return co_await create(namenode, path, true, deadline);
  if (verb == "open") co_return co_await create(namenode, path, false, deadline);
  if (verb == "block") co_return co_await add_block(namenode, path, deadline);
  if (verb == "blocks") co_return co_await blocks(namenode, path, deadline);
  if (verb == "nodes") co_return co_await nodes(namenode, path, deadline);
  if (verb == "append") co_return co_await append(namenode, path, deadline);
  if (verb == "ls") co_return co_await list(namenode, path, deadline);
  if (verb == "info") co_return co_await info(namenode, path, deadline);
  if (verb == "rename") co_return told(co_await namenode.rename(path, words[2], deadline));
  if (verb == "delete") co_return told(co_await namenode.remove(path, true, deadline));
  if (verb == "chmod") co_return told(co_await namenode.set_permission(path, 0700, deadline));
  if (verb == "renew") co_return told(co_await namenode.renew_lease(deadline));
  if (verb == "recover") co_return told(co_await namenode.recover_lease(path, deadline));
  if (verb == "closed") co_return told(co_await namenode.is_file_closed(path, deadline));
  if (verb == "truncate") co_return told(co_await namenode.truncate(path, 0, deadline));
  if (verb == "defaults") co_return co_await defaults(namenode, deadline);
  co_return "error: what is " + verb + "?";
}

/// Lines of standard input, read by a thread of their own so that the loop never stops for them.
class Input {
 public:
  explicit Input(EventLoop& loop) : came_(loop), reader_([this, &loop] { read(loop); }) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() = default;

  /// Nothing: the input has ended.
  Task<std::optional<std::string>> next() {
    while (lines_.empty()) co_await came_.wait(Deadline::never());
    std::optional<std::string> line = std::move(lines_.front());
    lines_.pop_front();
    co_return line;
  }

 private:
  void read(EventLoop& loop) {
    const auto tell = [this, &loop](std::optional<std::string> line) {
      loop.post([this, line = std::move(line)]() mutable {
        lines_.push_back(std::move(line));
        came_.notify_all();
      });
    };
    for (std::string line; std::getline(std::cin, line);) tell(line);
    tell(std::nullopt);
  }

  std::deque<std::optional<std::string>> lines_;
  Signal came_;
  std::jthread reader_;
};

Task<int> serve(Input& input, NameNodeClient& namenode, ProbeFiles& files, std::chrono::seconds patience) {
  for (;;) {
    const std::optional<std::string> line = co_await input.next();
    if (!line) co_return 0;
    std::istringstream text(*line);
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    if (words.empty()) continue;
    const std::string answer = co_await execute(namenode, files, std::move(words), namenode.loop().in(patience));
    std::cout << answer << '\n' << std::flush;
  }
}

int run(const std::string& host, std::uint16_t port, const std::string& user, std::chrono::seconds patience) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::random_device random;
  ClientId client;
  for (std::byte& byte : client) byte = static_cast<std::byte>(random());
  RpcSettings settings;
  settings.servers.push_back({.host = host, .port = port});
  settings.user = user;
  RpcClient rpc(*loop, network, std::move(settings), client);
  NameNodeClient namenode(rpc, "hdfs_probe_" + std::to_string(random()));
  ProbeFiles files(*loop, network, namenode);
  Input input(*loop);
  return run_to_end(*loop, serve(input, namenode, files, patience)).value();
}

}  // namespace
}  // namespace flume::hdfs

int main(int count, char** arguments) {
  if (count != 5) {
    std::cerr << "usage: hdfs_probe HOST PORT USER SECONDS < calls\n";
    return 2;
  }
  return flume::hdfs::run(arguments[1], static_cast<std::uint16_t>(std::stoi(arguments[2])), arguments[3],
                          std::chrono::seconds(std::stoi(arguments[4])));
}
