#include "clients/hdfs/file_writer.h"

#include <algorithm>
#include <utility>

namespace flume::hdfs {

FileWriter::FileWriter(EventLoop& loop, Dialer& dialer, FileNameNode& namenode, OpenFile file, FileWriterSettings settings,
                       std::optional<LocatedBlock> last_block, PacketPool* packets)
    : loop_(loop),
      dialer_(dialer),
      namenode_(namenode),
      file_(std::move(file)),
      settings_(std::move(settings)),
      queue_(loop, packets),
      changed_(loop),
      target_(std::move(last_block)) {
  if (target_) {
    stage_ = Stage::Append;
    was_appended_ = true;
    is_block_begun_ = true;
    block_offset_ = target_->block.bytes;
    queue_.begin_block(block_offset_);
  }
  streaming_ = RunningTask::start(loop_, stream());
}

Status FileWriter::append(ByteView bytes) {
  if (!failure_.ok()) return failure_;
  if (is_end_pushed_) return fatal(file_.path + ": written to after its close");
  while (!bytes.empty()) {
    if (!current_) begin_packet();
    // A packet holds whole chunks; one that begins inside a chunk ends with it: the DataNode completes the chunk.
    const std::uint64_t chunk = settings_.checksum.bytes_per_chunk;
    const std::uint64_t begun = current_->header.offset % chunk;
    const std::uint64_t whole = std::max<std::uint64_t>(settings_.packet_bytes / chunk, 1) * chunk;
    const std::uint64_t capacity = std::min(begun == 0 ? whole : chunk - begun, settings_.block_size - current_->header.offset);
    const std::size_t size = std::min<std::size_t>(bytes.size(), capacity - current_->data.size());
    // Few bytes and a flush are common; what is more than that probably fills the packet, and grows only once.
    constexpr std::size_t kFewBytes = 4096;
    if (current_->data.size() + size > kFewBytes) current_->data.reserve(capacity);
    current_->data += as_text(bytes.first(size));
    bytes = bytes.subspan(size);
    if (current_->data.size() == capacity) seal_packet(false);
  }
  return {};
}

void FileWriter::begin_packet() {
  current_ = queue_.make();
  current_->header.offset = block_offset_ - carried_.size();
  current_->data = carried_;
}

void FileWriter::seal_packet(bool syncs) {
  current_->header.syncs = syncs;
  const std::uint64_t offset = current_->header.offset;
  const std::uint64_t chunk = settings_.checksum.bytes_per_chunk;
  block_offset_ = offset + current_->data.size();
  const std::uint64_t chunk_begin = std::max(block_offset_ / chunk * chunk, offset);
  carried_ = current_->data.substr(static_cast<std::size_t>(chunk_begin - offset));
  push(std::move(current_));
  is_block_begun_ = true;
  if (block_offset_ >= settings_.block_size) push_end_of_block();
}

void FileWriter::push_end_of_block() {
  auto end = queue_.make();
  end->header.offset = block_offset_;
  end->header.is_last = true;
  end->header.syncs = settings_.syncs_blocks;
  push(std::move(end));
  block_offset_ = 0;
  carried_.clear();
  is_block_begun_ = false;
}

void FileWriter::push(std::unique_ptr<Packet> packet) {
  seal(*packet, next_seqno_++, settings_.checksum);
  queue_.push(std::move(packet));
  if (!pipeline_) changed_.notify_all();
}

Task<Status> FileWriter::write(ByteView bytes, Deadline deadline) {
  while (!has_room() && failure_.ok()) {
    const bool in_time = co_await queue_.acknowledged().wait(deadline);
    if (!in_time) co_return what(retryable("write: the DataNodes" + nodes() + " take no more bytes in time", Cause::Timeout));
  }
  co_return append(bytes);
}

Task<Status> FileWriter::flush(Deadline deadline) { return flush_through(false, deadline); }

Task<Status> FileWriter::sync(Deadline deadline) { return flush_through(true, deadline); }

Task<Status> FileWriter::flush_through(bool syncs, Deadline deadline) {
  if (!failure_.ok()) co_return failure_;
  was_flushed_ = true;
  const bool has_news = current_ && current_->data.size() > carried_.size();
  if (!has_news && syncs && is_block_begun_) {
    current_ = queue_.make();
    current_->header.offset = block_offset_;
    current_->header.syncs = true;
    push(std::move(current_));
  } else if (has_news) {
    seal_packet(syncs);
  }
  FLUME_CO_TRY(co_await wait_acknowledged(next_seqno_ - 1, deadline));
  was_flushed_ = true;  // also when its block has begun meanwhile
  if (target_ && (is_block_unknown_ || syncs)) {
    const auto call = [&] { return namenode_.fsync(file_, queue_.acknowledged_bytes(), deadline); };
    Status known = co_await when_ready(call, deadline);
    if (!known.ok()) co_return what(std::move(known));
    is_block_unknown_ = false;
  }
  co_return Status();
}

Task<Status> FileWriter::wait_acknowledged(std::int64_t seqno, Deadline deadline) {
  while (failure_.ok() && queue_.last_acknowledged() < seqno) {
    const bool in_time = co_await queue_.acknowledged().wait(deadline);
    if (!in_time) co_return what(retryable("flush: the DataNodes" + nodes() + " did not acknowledge in time", Cause::Timeout));
  }
  co_return failure_;
}

Task<Status> FileWriter::close(Deadline deadline) {
  if (!is_end_pushed_ && failure_.ok()) {
    if (current_ && current_->data.size() > carried_.size()) seal_packet(false);
    if (is_block_begun_) push_end_of_block();
    is_end_pushed_ = true;
  }
  FLUME_CO_TRY(co_await wait_acknowledged(next_seqno_ - 1, deadline));
  while (target_ && failure_.ok()) {  // the streamer is putting the last block away
    const bool in_time = co_await queue_.acknowledged().wait(deadline);
    if (!in_time) co_return what(retryable("close: the last block was not finished in time by the DataNodes" + nodes(), Cause::Timeout));
  }
  if (!failure_.ok()) co_return failure_;
  Status done = co_await complete(deadline);
  co_return what(std::move(done));
}

Task<Status> FileWriter::complete(Deadline deadline) {
  // The report follows the last acknowledgement within milliseconds. (Hadoop's client looks again after its first pause, 400 ms:
  // with small files that is nearly all of its time.)
  constexpr std::chrono::milliseconds kFirstLook{5};
  Instant::duration pause = std::min<Instant::duration>(settings_.first_pause, kFirstLook);
  for (;;) {
    const auto call = [&] { return namenode_.complete(file_, previous_, deadline); };
    const Result<bool> done = co_await when_ready(call, deadline);
    if (!done) co_return done.status();
    if (*done) co_return Status();
    if (loop_.in(pause) >= deadline) {
      co_return retryable("close: the DataNodes have not reported the last block to the NameNode in time", Cause::Timeout);
    }
    co_await sleep_until(loop_, loop_.in(pause));
    pause = std::min(2 * pause, settings_.longest_pause);
  }
}

std::string FileWriter::nodes() const {
  std::string text;
  if (!target_) return text;
  for (const Datanode& node : target_->nodes) text += " " + to_text(node);
  for (const std::string& error : errors_) text += (&error == errors_.data() ? " (" : "; ") + error;
  return text + (errors_.empty() ? "" : ")");
}

Status FileWriter::what(Status status) const { return std::move(status).with_context(file_.path); }

}  // namespace flume::hdfs
