#include "hdfs_probe_files.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <sstream>
#include <utility>

#include "clients/hdfs/block_reader.h"
#include "hdfs_pattern.h"

namespace flume::hdfs {
namespace {

constexpr std::size_t kLongestPiece = std::size_t{4} << 20;

std::uint64_t number(const std::map<std::string, std::string>& settings, const std::string& key, std::uint64_t otherwise) {
  const auto found = settings.find(key);
  return found == settings.end() ? otherwise : std::stoull(found->second);
}

ChecksumType checksum_type(const std::map<std::string, std::string>& settings) {
  const auto found = settings.find("checksum");
  if (found == settings.end() || found->second == "crc32c") return ChecksumType::Crc32c;
  return found->second == "crc32" ? ChecksumType::Crc32 : ChecksumType::None;
}

ReplacementPolicy replacement(const std::map<std::string, std::string>& settings) {
  ReplacementPolicy policy;
  const auto found = settings.find("replace");
  if (found == settings.end()) return policy;
  if (found->second == "never") policy.when = ReplacementPolicy::When::Never;
  if (found->second == "always") policy.when = ReplacementPolicy::When::Always;
  policy.is_best_effort = found->second == "effort";
  return policy;
}

FileWriterSettings writer_settings(const std::map<std::string, std::string>& settings, const std::string& client) {
  FileWriterSettings made;
  made.transfer.client = client;
  made.transfer.socket_timeout = std::chrono::milliseconds(number(settings, "timeout", 60000));
  made.transfer.write_timeout = made.transfer.socket_timeout * 8;
  made.transfer.for_each_node = std::chrono::milliseconds(number(settings, "node", 5000));
  made.restart_timeout = std::chrono::milliseconds(number(settings, "restart", 30000));
  made.checksum = {.type = checksum_type(settings), .bytes_per_chunk = static_cast<std::uint32_t>(number(settings, "chunk", 512))};
  made.replication = static_cast<std::uint16_t>(number(settings, "replication", 1));
  made.packet_bytes = number(settings, "packet", std::uint64_t{64} << 10);
  made.most_waiting_bytes = number(settings, "waiting", made.most_waiting_bytes);
  made.replacement = replacement(settings);
  return made;
}

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

}  // namespace

std::string error(const Status& status) { return "error " + std::string(to_string(status.cause())) + ": " + status.message(); }

ProbeFiles::ProbeFiles(EventLoop& loop, Dialer& dialer, NameNodeClient& namenode)
    : loop_(loop), dialer_(dialer), namenode_(namenode), pattern_(pattern_bytes(kPatternPeriod + kLongestPiece)) {}

ByteView ProbeFiles::pattern(std::uint64_t offset, std::size_t most) const {
  return as_bytes(pattern_).subspan(offset % kPatternPeriod, std::min(most, kLongestPiece));
}

Task<std::string> ProbeFiles::execute(std::vector<std::string> words, Deadline deadline) {
  if (words.size() < 2) co_return std::string();
  Settings settings;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals != std::string::npos) settings[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  if (words[0] == "begin") co_return co_await begin(words[1], settings, deadline);
  if (words[0] == "more") co_return co_await more(words[1], settings, deadline);
  if (words[0] == "end") co_return co_await end(words[1], deadline);
  if (words[0] == "drop") co_return open_.erase(words[1]) > 0 ? "ok" : "error: not open";
  if (words[0] == "read") co_return co_await read(words[1], deadline);
  if (words[0] == "cut") co_return co_await cut(words[1], number(settings, "length", 0), deadline);
  if (words[0] == "finish") co_return co_await finish(words[1], deadline);
  co_return std::string();
}

Task<std::string> ProbeFiles::begin(std::string path, Settings settings, Deadline deadline) {
  FileWriterSettings made = writer_settings(settings, namenode_.client());
  std::optional<LocatedBlock> last_block;
  std::uint64_t length = 0;
  std::uint64_t file_id = 0;
  if (settings.contains("append")) {
    const auto before = co_await namenode_.file_info(path, deadline);
    if (!before) co_return error(before.status());
    if (!before->has_value()) co_return std::string("error: no such file");
    auto appended = co_await namenode_.append(path, deadline);
    if (!appended) co_return error(appended.status());
    length = (**before).length;
    file_id = (**before).file_id;
    made.block_size = (**before).block_size;
    last_block = std::move(appended->last_block);
    if (last_block && !settings.contains("chunk")) {
      const Result<Checksum> checksum = co_await checksum_of(loop_, dialer_, made.transfer, *last_block, deadline);
      if (!checksum) co_return error(checksum.status());
      made.checksum = *checksum;
    }
  } else {
    made.block_size = number(settings, "block", std::uint64_t{1} << 20);
    const CreateOptions options{.replication = made.replication, .block_size = made.block_size, .overwrites = true};
    const auto created = co_await namenode_.create(path, options, deadline);
    if (!created) co_return error(created.status());
    file_id = created->file_id;
  }
  OpenFile file{.path = path, .client = namenode_.client(), .file_id = file_id};
  open_[path] = {.writer = std::make_unique<FileWriter>(loop_, dialer_, namenode_, file, made, std::move(last_block)), .offset = length};
  co_return "ok " + std::to_string(length);
}

Task<std::string> ProbeFiles::more(std::string path, Settings settings, Deadline deadline) {
  const auto found = open_.find(path);
  if (found == open_.end()) co_return std::string("error: not open");
  Open& file = found->second;
  const std::uint64_t end = file.offset + number(settings, "bytes", 0);
  const std::size_t piece = number(settings, "piece", std::uint64_t{64} << 10);
  const std::uint64_t every = number(settings, "flush", number(settings, "sync", 0));
  const bool syncs = settings.contains("sync");
  const Instant started = loop_.now();
  const double cpu = cpu_seconds();
  std::uint64_t flushed = file.offset;
  while (file.offset < end) {
    const ByteView bytes = pattern(file.offset, std::min<std::uint64_t>(piece, end - file.offset));
    const Status written = co_await file.writer->write(bytes, deadline);
    if (!written.ok()) co_return error(written);
    file.offset += bytes.size();
    if (every == 0 || (file.offset - flushed < every && file.offset < end)) continue;
    Status done;
    if (syncs) {
      done = co_await file.writer->sync(deadline);
    } else {
      done = co_await file.writer->flush(deadline);
    }
    if (!done.ok()) co_return error(done);
    flushed = file.offset;
  }
  std::ostringstream text;
  text << "ok " << file.offset << " replicas " << file.writer->live_replicas() << " seconds "
       << std::chrono::duration<double>(loop_.now() - started).count() << " cpu " << cpu_seconds() - cpu;
  co_return text.str();
}

Task<std::string> ProbeFiles::end(std::string path, Deadline deadline) {
  const auto found = open_.find(path);
  if (found == open_.end()) co_return std::string("error: not open");
  const Status closed = co_await found->second.writer->close(deadline);
  const std::uint64_t length = found->second.offset;
  open_.erase(found);
  co_return closed.ok() ? "ok " + std::to_string(length) : error(closed);
}

Task<Status> ProbeFiles::read_block(LocatedBlock block, std::uint64_t& offset, Deadline deadline) {
  TransferSettings transfer;
  transfer.client = namenode_.client();
  const std::uint64_t bytes = block.block.bytes;
  BlockReader reader(loop_, dialer_, transfer, std::move(block), 0, bytes);
  for (const std::uint64_t end = offset + bytes; offset < end;) {
    const Result<std::string> got = co_await reader.next(deadline);
    if (!got) co_return got.status();
    for (ByteView left = as_bytes(*got); !left.empty();) {
      const ByteView expected = pattern(offset, left.size());
      if (!std::equal(expected.begin(), expected.end(), left.begin())) co_return corrupt("another byte behind " + std::to_string(offset));
      offset += expected.size();
      left = left.subspan(expected.size());
    }
  }
  co_return Status();
}

Task<std::string> ProbeFiles::read(std::string path, Deadline deadline) {
  auto found = co_await namenode_.block_locations(path, 0, std::uint64_t{1} << 40, deadline);
  if (!found) co_return error(found.status());
  std::vector<LocatedBlock> blocks = std::move(found->blocks);
  if (found->last_block && (blocks.empty() || blocks.back().block.id != found->last_block->block.id)) blocks.push_back(*found->last_block);
  std::uint64_t offset = 0;
  for (LocatedBlock& block : blocks) {
    const Status done = co_await read_block(std::move(block), offset, deadline);
    if (!done.ok()) co_return error(done);
  }
  co_return "ok " + std::to_string(offset);
}

Task<Status> ProbeFiles::wait_closed(std::string path, Deadline deadline) {
  for (;;) {
    const Result<bool> closed = co_await namenode_.is_file_closed(path, deadline);
    if (!closed) co_return closed.status();
    if (*closed) co_return Status();
    if (loop_.now() >= deadline.when()) co_return retryable(path + " stays open", Cause::Timeout);
    co_await sleep_until(loop_, loop_.in(std::chrono::milliseconds(100)));
  }
}

Task<std::string> ProbeFiles::cut(std::string path, std::uint64_t length, Deadline deadline) {
  const Result<bool> done = co_await namenode_.truncate(path, length, deadline);
  if (!done) co_return error(done.status());
  const Status closed = co_await wait_closed(path, deadline);
  co_return closed.ok() ? std::string("ok") : error(closed);
}

Task<std::string> ProbeFiles::finish(std::string path, Deadline deadline) {
  const Result<bool> done = co_await namenode_.recover_lease(path, deadline);
  if (!done) co_return error(done.status());
  const Status closed = co_await wait_closed(path, deadline);
  co_return closed.ok() ? std::string("ok") : error(closed);
}

}  // namespace flume::hdfs
