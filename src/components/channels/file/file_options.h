// The keys of the file channel. Flume's all are known; those that were for its checkpoint and replay do nothing here, since the
// log is its own checkpoint.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/key_provider.h"
#include "flume/component.h"
#include "storage/log_settings.h"

namespace flume {

namespace storage {
std::span<const EnumName<OnDamage>> enum_names(OnDamage) noexcept;
}

enum class TakeSync : std::uint8_t { Lazy, Strict };
std::span<const EnumName<TakeSync>> enum_names(TakeSync) noexcept;

struct FileOptions {
  std::string data_dirs;
  std::int64_t capacity = 1'000'000;
  std::int64_t transaction_capacity = 10'000;
  std::chrono::seconds keep_alive{3};
  Bytes max_file_size{1'623'195'647};
  Bytes minimum_required_space{524'288'000};
  std::chrono::milliseconds take_sync_interval{100};
  TakeSync take_sync = TakeSync::Lazy;
  storage::OnDamage on_damage = storage::OnDamage::Stop;
  Names lost_data_dirs;
  Bytes hot_bytes{std::int64_t{16} << 20};

  // Known for Flume's sake.
  std::string checkpoint_dir;
  bool use_dual_checkpoints = false;
  std::string backup_checkpoint_dir;
  bool compress_backup_checkpoint = false;
  std::chrono::milliseconds checkpoint_interval{30'000};
  bool use_log_replay_v1 = false;
  bool use_fast_replay = false;
  bool checkpoint_on_close = true;
  bool fsync_per_transaction = true;
  std::chrono::seconds fsync_interval{5};
  std::string active_key;
  std::string cipher_provider;
  std::string key_provider;
  std::string key_store_file;
  std::string key_store_password_file;
  Names keys;
  OptionFamily key_password_files;
  std::string misspelt_password_file;
  OptionFamily misspelt_password_files;

  /// The folders of dataDirs; `home`: for the default.
  [[nodiscard]] std::vector<std::string> folders(const std::string& home) const;
  [[nodiscard]] storage::LogSettings log_settings(const std::string& home) const;
  [[nodiscard]] bool has_keys() const noexcept { return !key_provider.empty() || !active_key.empty(); }
  [[nodiscard]] crypto::KeyProviderSettings key_settings() const;
};

OptionProblems check(const FileOptions& options);

}  // namespace flume
