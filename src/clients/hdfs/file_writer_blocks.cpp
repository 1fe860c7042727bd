// The streamer of a FileWriter: blocks, their pipelines, and what is done when those break.
#include <algorithm>
#include <utility>

#include "clients/hdfs/file_writer.h"

namespace flume::hdfs {

Task<void> FileWriter::stream() {
  Status ended = co_await stream_until_error();
  failure_ = what(std::move(ended));
  pipeline_.reset();
  queue_.acknowledged().notify_all();
}

Task<Status> FileWriter::stream_until_error() {
  if (stage_ == Stage::Append) {
    FLUME_CO_TRY(co_await establish(false));
  }
  for (;;) {
    if (pipeline_ && pipeline_->is_finished()) {
      finish_block();
    } else if (pipeline_ && pipeline_->failure()) {
      FLUME_CO_TRY(co_await recover(*pipeline_->failure()));
    } else if (!pipeline_ && queue_.next() != nullptr) {
      FLUME_CO_TRY(co_await begin_block());
    } else {
      co_await changed_.wait(Deadline::never());
    }
  }
}

WriteOperation FileWriter::operation(PipelineStage stage, std::uint64_t new_stamp) const {
  return {.target = *target_,
          .client = file_.client,
          .stage = stage,
          .new_generation_stamp = new_stamp,
          .least_bytes = queue_.acknowledged_bytes(),
          .most_bytes = queue_.sent_bytes(),
          .block_size = settings_.block_size,
          .checksum = settings_.checksum};
}

Task<Status> FileWriter::begin_block() {
  errors_.clear();
  queue_.begin_block(0);
  for (std::size_t attempt = 0; attempt < settings_.block_attempts; ++attempt) {
    Result<LocatedBlock> located = co_await add_block();
    if (!located) co_return std::move(located).status();
    target_ = std::move(*located);
    if (target_->nodes.empty()) co_return retryable("add a block: the NameNode named no DataNode for it", Cause::NoSpace);
    auto pipeline = std::make_unique<BlockWriter>(loop_, dialer_, settings_.transfer, queue_, changed_);
    const bool is_open = co_await pipeline->open(operation(PipelineStage::Create, 0));
    if (is_open) {
      stage_ = Stage::Streaming;
      is_block_unknown_ = true;
      was_appended_ = false;
      recoveries_ = 0;
      pipeline_ = std::move(pipeline);
      pipeline_->start();
      co_return Status();
    }
    errors_.push_back(pipeline->failure()->status.message());
    exclude(target_->nodes[pipeline->failure()->bad_node]);
    const Block abandoned = target_->block;
    target_.reset();
    const Deadline until = namenode_deadline();
    const auto abandon = [&] { return namenode_.abandon_block(file_, abandoned, until); };
    FLUME_CO_TRY(co_await when_ready(abandon, until));
  }
  co_return no_node_left().with_context("begin a block");
}

Task<Result<LocatedBlock>> FileWriter::add_block() {
  const Deadline deadline = namenode_deadline();
  const auto call = [&] { return namenode_.add_block(file_, previous_, excluded(), deadline); };
  Result<LocatedBlock> located = co_await when_ready(call, deadline);
  if (!located && !errors_.empty()) co_return std::move(located).status().with_context(no_node_left().message());
  co_return located;
}

void FileWriter::finish_block() {
  pipeline_.reset();
  previous_ = target_->block;
  previous_->bytes = queue_.acknowledged_bytes();
  target_.reset();
  stage_ = Stage::NoBlock;
  was_flushed_ = false;
  errors_.clear();
  queue_.acknowledged().notify_all();
}

Task<Status> FileWriter::recover(PipelineFailure failure) {
  pipeline_.reset();
  queue_.send_again();
  if (progress_ != queue_.last_acknowledged()) recoveries_ = 0;
  progress_ = queue_.last_acknowledged();
  errors_.push_back(failure.status.message());
  if (++recoveries_ > settings_.recovery_attempts) {
    co_return no_node_left().with_context(std::to_string(settings_.recovery_attempts) + " new pipelines brought no progress");
  }
  // A lone node that restarts is worth waiting for: nobody else has the block.
  if (failure.is_restarting && target_->nodes.size() == 1) {
    restart_deadline_ = loop_.in(settings_.restart_timeout);
  } else {
    drop_node(failure.bad_node);
  }
  FLUME_CO_TRY(co_await establish(true));
  co_return Status();
}

Task<Status> FileWriter::establish(bool is_recovery) {
  for (;;) {
    if (target_->nodes.empty()) co_return no_node_left();
    if (is_recovery) {
      FLUME_CO_TRY(co_await replace_node());
    }
    const Deadline until = namenode_deadline();
    const auto renew = [&] { return namenode_.update_block_for_pipeline(target_->block, until); };
    Result<LocatedBlock> renewed = co_await when_ready(renew, until);
    if (!renewed) co_return std::move(renewed).status().with_context("recover " + to_text(target_->block) + " on" + nodes());
    target_->token = renewed->token;
    const bool is_closing = queue_.next() != nullptr && queue_.next()->header.is_last && stage_ == Stage::Streaming;
    PipelineStage stage = is_closing ? PipelineStage::CloseRecovery : PipelineStage::StreamingRecovery;
    if (stage_ == Stage::Append) stage = is_recovery ? PipelineStage::AppendRecovery : PipelineStage::Append;
    auto pipeline = std::make_unique<BlockWriter>(loop_, dialer_, settings_.transfer, queue_, changed_);
    const bool is_open = co_await pipeline->open(operation(stage, renewed->block.generation_stamp));
    if (!is_open) {
      is_recovery = true;
      const PipelineFailure& failure = *pipeline->failure();
      if (restart_deadline_ && loop_.in(std::chrono::seconds(1)) < *restart_deadline_) {
        co_await sleep_until(loop_, loop_.in(std::chrono::seconds(1)));
      } else {
        errors_.push_back(failure.status.message());
        drop_node(failure.bad_node);
      }
      continue;
    }
    restart_deadline_.reset();
    Block after = target_->block;
    after.generation_stamp = renewed->block.generation_stamp;
    after.bytes = queue_.acknowledged_bytes();
    const Deadline updated_until = namenode_deadline();
    const auto update = [&] {
      return namenode_.update_pipeline(target_->block, after, target_->nodes, target_->storage_ids, updated_until);
    };
    Status updated = co_await when_ready(update, updated_until);
    if (!updated.ok()) co_return std::move(updated).with_context("recover " + to_text(target_->block) + " on" + nodes());
    target_->block = after;
    stage_ = Stage::Streaming;
    if (is_closing) {
      // The operation itself has closed the block: its end is not sent again.
      queue_.take_next();
      queue_.acknowledge_oldest();
      finish_block();
    } else {
      pipeline_ = std::move(pipeline);
      pipeline_->start();
    }
    co_return Status();
  }
}

void FileWriter::drop_node(std::size_t node) {
  const auto at = static_cast<std::ptrdiff_t>(node);
  exclude(target_->nodes[node]);
  target_->nodes.erase(target_->nodes.begin() + at);
  if (!target_->storage_ids.empty()) target_->storage_ids.erase(target_->storage_ids.begin() + at);
  if (!target_->storage_types.empty()) target_->storage_types.erase(target_->storage_types.begin() + at);
  restart_deadline_.reset();
}

void FileWriter::exclude(const Datanode& node) { excluded_.push_back({.node = node, .until = loop_.now() + settings_.excluded_for}); }

std::vector<Datanode> FileWriter::excluded() {
  std::erase_if(excluded_, [now = loop_.now()](const Excluded& entry) { return entry.until <= now; });
  std::vector<Datanode> nodes;
  nodes.reserve(excluded_.size());
  for (const Excluded& entry : excluded_) nodes.push_back(entry.node);
  return nodes;
}

bool FileWriter::wants_replacement() const {
  const std::size_t left = target_->nodes.size();
  if (left == 0 || left >= settings_.replication) return false;
  // At the end of a block the NameNode takes care of missing replicas.
  if (queue_.next() != nullptr && queue_.next()->header.is_last) return false;
  if (settings_.replacement.when == ReplacementPolicy::When::Never) return false;
  if (settings_.replacement.when == ReplacementPolicy::When::Always) return true;
  return settings_.replication >= 3 && (was_appended_ || was_flushed_ || left <= settings_.replication / 2U);
}

Task<Status> FileWriter::replace_node() {
  if (!wants_replacement()) co_return Status();
  Status replaced = co_await extend_pipeline();
  const ReplacementPolicy& policy = settings_.replacement;
  if (replaced.ok() || (policy.is_best_effort && target_->nodes.size() >= policy.least_nodes)) co_return Status();
  co_return std::move(replaced).with_context(no_node_left().message() + "; no other DataNode takes over");
}

Task<Status> FileWriter::extend_pipeline() {
  constexpr int kAttempts = 3;
  constexpr std::uint64_t kBytesForEachTimeout = std::uint64_t{12} << 20;
  Status last;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Deadline until = namenode_deadline();
    const auto call = [&] { return namenode_.additional_datanodes(file_, *target_, excluded(), 1, until); };
    Result<LocatedBlock> extended = co_await when_ready(call, until);
    if (!extended) co_return std::move(extended).status();
    const auto added = std::ranges::find_if(extended->nodes, [this](const Datanode& node) {
      return std::ranges::none_of(target_->nodes, [&](const Datanode& old) { return old.uuid == node.uuid; });
    });
    // A list of storages, where there is one, has an entry for each node.
    const bool is_complete = (target_->storage_ids.empty() || !extended->storage_ids.empty()) &&
                             (target_->storage_types.empty() || !extended->storage_types.empty());
    if (!is_complete) co_return retryable("the NameNode named another DataNode without its storage");
    if (added == extended->nodes.end()) co_return retryable("the NameNode named no other DataNode", Cause::NoSpace);
    const auto place = static_cast<std::size_t>(added - extended->nodes.begin());
    LocatedBlock to;
    to.block = target_->block;
    to.token = extended->token;
    to.nodes = {*added};
    if (!extended->storage_ids.empty()) to.storage_ids = {extended->storage_ids[place]};
    if (!extended->storage_types.empty()) to.storage_types = {extended->storage_types[place]};
    const std::size_t timeouts = 2 + queue_.sent_bytes() / kBytesForEachTimeout;
    const Deadline deadline = answer_deadline(loop_, settings_.transfer, timeouts);
    const Datanode from = target_->nodes.front();
    last = co_await transfer_replica(loop_, dialer_, settings_.transfer, from, to, deadline);
    if (last.ok()) {
      target_->nodes.push_back(to.nodes.front());
      if (!target_->storage_ids.empty())
        target_->storage_ids.insert(target_->storage_ids.end(), to.storage_ids.begin(), to.storage_ids.end());
      if (!target_->storage_types.empty()) {
        target_->storage_types.insert(target_->storage_types.end(), to.storage_types.begin(), to.storage_types.end());
      }
      co_return Status();
    }
    errors_.push_back(last.message());
    exclude(to.nodes.front());
  }
  co_return last;
}

Status FileWriter::no_node_left() const {
  std::string text = target_ ? to_text(target_->block) + ": " : std::string();
  text += target_ && !target_->nodes.empty() ? "the DataNodes failed: " : "no DataNode is left: ";
  for (const std::string& error : errors_) text += (&error == errors_.data() ? "" : "; ") + error;
  return retryable(std::move(text), Cause::Unreachable);
}

}  // namespace flume::hdfs
