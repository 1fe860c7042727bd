#include "clients/hdfs/hdfs_client.h"

#include <array>
#include <random>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "clients/hdfs/visible_length.h"

namespace flume::hdfs {
namespace {

/// Half of the NameNode's soft limit, after which others may take a lease.
constexpr std::chrono::seconds kLeaseRenewal{30};

std::string client_name(const ClientId& id) {
  std::string name = "flume-ng_" + std::to_string(::getpid()) + "_";
  for (std::size_t i = 0; i < 8; ++i) name += fmt::format("{:02x}", std::to_integer<unsigned>(id[i]));
  return name;
}

ClientSettings with_client(ClientSettings settings, const std::string& client) {
  settings.file.transfer.client = client;
  return settings;
}

Status encrypted(const std::string& path) {
  return retryable(path + ": in an encryption zone; encrypted files are not in this version: write to a folder outside the zone",
                   Cause::Unsupported);
}

}  // namespace

ClientId random_client_id() {
  ClientId id{};
  std::random_device random;
  for (std::byte& byte : id) byte = static_cast<std::byte>(random());
  return id;
}

HdfsClient::HdfsClient(EventLoop& loop, Dialer& dialer, ClientSettings settings, const ClientId& id, Log log)
    : loop_(loop),
      dialer_(dialer),
      settings_(with_client(std::move(settings), client_name(id))),
      log_(std::move(log)),
      id_(id),
      rpc_(loop, dialer, settings_.rpc, id),
      namenode_(rpc_, client_name(id)) {}

Task<Status> HdfsClient::connect(Deadline deadline) {
  if (file_settings_) co_return Status();
  Result<ServerDefaults> defaults = co_await namenode_.server_defaults(deadline);
  if (!defaults) co_return std::move(defaults).status();
  if (defaults->encrypts_data_transfer) {
    co_return fatal("the cluster encrypts data transfer (dfs.encrypt.data.transfer): not in this version", Cause::Unsupported);
  }
  Result<FileWriterSettings> settings = settings_.file_settings(*defaults);
  if (!settings) co_return std::move(settings).status();
  file_settings_ = std::move(*settings);
  co_return Status();
}

WrittenFile HdfsClient::written(OpenFile file, FileWriterSettings settings, std::optional<LocatedBlock> last_block, std::uint64_t length) {
  std::shared_ptr<const void> user = lease_users_.lock();
  if (!user) {
    user = std::make_shared<const int>();
    lease_users_ = user;
  }
  if (!keeping_leases_.is_running()) keeping_leases_ = RunningTask::start(loop_, keep_leases());
  const std::uint64_t file_id = file.file_id;
  return {.writer = std::make_unique<FileWriter>(loop_, dialer_, namenode_, std::move(file), std::move(settings), std::move(last_block),
                                                 &packets_),
          .length = length,
          .file_id = file_id,
          .lease_is_kept = std::move(user)};
}

Task<void> HdfsClient::keep_leases() {
  bool is_told = false;
  while (!lease_users_.expired()) {
    co_await sleep_until(loop_, loop_.in(kLeaseRenewal));
    if (lease_users_.expired()) break;
    const Status renewed = co_await namenode_.renew_lease(loop_.in(kLeaseRenewal));
    if (!renewed.ok() && !is_told) log_.warn("leases of open files could not be renewed; tried again", {{"reason", renewed}});
    if (renewed.ok() && is_told) log_.info("leases of open files are renewed again");
    is_told = !renewed.ok();
  }
}

Task<Result<WrittenFile>> HdfsClient::create(std::string path, Deadline deadline) {
  FLUME_CO_TRY(co_await connect(deadline));
  const Result<FileStatus> status = co_await namenode_.create(path, settings_.create_options(), deadline);
  if (!status) co_return status.status();
  if (status->is_encrypted) {
    // Empty, and ours.
    const Result<bool> removed = co_await namenode_.remove(path, false, deadline);
    if (!removed) co_return removed.status();
    co_return encrypted(path);
  }
  OpenFile file{.path = path, .client = namenode_.client(), .file_id = status->file_id};
  co_return written(std::move(file), *file_settings_, std::nullopt, 0);
}

Task<Result<WrittenFile>> HdfsClient::append(std::string path, Deadline deadline) {
  FLUME_CO_TRY(co_await connect(deadline));
  Result<std::optional<FileStatus>> before = co_await namenode_.file_info(path, deadline);
  if (!before) co_return std::move(before).status();
  if (!before->has_value()) co_return retryable("append " + path + ": no such file", Cause::NotFound);
  if ((*before)->is_encrypted) co_return encrypted(path);
  if ((*before)->is_erasure_coded) {
    co_return retryable("append " + path + ": the file is erasure-coded; appending to such files is not in this version",
                        Cause::Unsupported);
  }
  Result<AppendedFile> appended = co_await namenode_.append(path, deadline);
  if (!appended) co_return std::move(appended).status();
  const FileStatus& status = appended->status ? *appended->status : **before;
  const std::uint64_t last_bytes = appended->last_block ? appended->last_block->block.bytes : 0;
  if (status.block_size == 0 || last_bytes > status.block_size) {
    co_return retryable(path + ": the NameNode says that its blocks have " + std::to_string(status.block_size) +
                        " bytes, and the last one " + std::to_string(last_bytes));
  }
  FileWriterSettings settings = *file_settings_;
  settings.block_size = status.block_size;
  settings.replication = status.replication;
  if (appended->last_block) {
    // Its chunks stay as they are, whatever is configured today. When no node tells, the writer will meet the same nodes.
    const Result<Checksum> kept = co_await checksum_of(loop_, dialer_, settings.transfer, *appended->last_block, deadline);
    if (kept) settings.checksum = *kept;
  }
  OpenFile file{.path = path, .client = namenode_.client(), .file_id = status.file_id};
  co_return written(std::move(file), std::move(settings), std::move(appended->last_block), status.length);
}

Task<Result<std::unique_ptr<FileReader>>> HdfsClient::open(std::string path, Deadline deadline) {
  Result<std::optional<FileStatus>> status = co_await namenode_.file_info(path, deadline);
  if (!status) co_return std::move(status).status();
  if (!status->has_value()) co_return retryable(path + ": no such file", Cause::NotFound);
  if ((*status)->type == FileStatus::Type::Directory) co_return retryable(path + ": a folder, not a file", Cause::WrongType);
  if ((*status)->is_encrypted) co_return encrypted(path);
  if ((*status)->is_erasure_coded) co_return retryable(path + ": erasure-coded files cannot be read by this version", Cause::Unsupported);
  Result<LocatedBlocks> blocks = co_await namenode_.all_block_locations(path, (*status)->block_size, deadline);
  if (!blocks) co_return std::move(blocks).status();
  if (blocks->is_under_construction && !blocks->is_last_block_complete && blocks->last_block) {
    LocatedBlock& last = *blocks->last_block;
    const Result<std::uint64_t> length =
        co_await visible_length(loop_, dialer_, settings_.rpc, id_, settings_.transfer().uses_hostname, last, deadline);
    if (length) {
      last.block.bytes = *length;
    } else {
      log_.info("no DataNode tells how much of the file was flushed; what the NameNode knows is read",
                {{"path", path}, {"reason", length.status()}});
    }
  }
  co_return std::make_unique<FileReader>(loop_, dialer_, settings_.transfer(), path, std::move(*blocks));
}

Task<Result<bool>> HdfsClient::recover(std::string path, Deadline deadline) {
  const Result<bool> closed = co_await namenode_.is_file_closed(path, deadline);
  if (!closed || *closed) co_return closed;
  co_return co_await namenode_.recover_lease(path, deadline);
}

Task<Status> HdfsClient::make_directories(std::string path, Deadline deadline) {
  co_return co_await namenode_.mkdirs(path, settings_.folder_permission(), deadline);
}

}  // namespace flume::hdfs
