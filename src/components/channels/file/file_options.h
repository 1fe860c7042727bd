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

inline constexpr std::string_view kDefaultDataDirs = "~/.flume/file-channel/data";

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
/// The same without capacities.
OptionProblems check_storage(const FileOptions& options);

inline constexpr std::string_view kNoCheckpoint = "the log is its own checkpoint";
inline constexpr std::string_view kMisspelt = "the word is encryption; Flume's guide misspells it, and its code does not read it either";
inline constexpr std::string_view kAlwaysSynced = "the log syncs many commits at once, by its own rules (docs/durability.md)";

/// All but capacity and keep-alive, which not every channel on a log lets be set.
inline constexpr auto kFileStorageOptions = options(
    option<&FileOptions::data_dirs>("dataDirs", "Folders for the events, separated by commas; best each on its own disk.",
                                    {.default_text = kDefaultDataDirs, .role = OptionRole::ExclusiveFolders}),
    option<&FileOptions::transaction_capacity>("transactionCapacity", "Most events in one put or take; at most capacity.",
                                               {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::TransactionCapacity}),
    option<&FileOptions::max_file_size>("maxFileSize", "Size of a segment: 64 MiB unless set, at most 256 MiB.", {.minimum = 1}),
    option<&FileOptions::minimum_required_space>("minimumRequiredSpace", "Space that puts leave free on each disk; at least 1 MiB.",
                                                 {.minimum = 0}),
    option<&FileOptions::take_sync_interval>("takeSyncInterval",
                                             "When take-commits are synced at the latest; power loss repeats later ones.",
                                             {.minimum = 0, .maximum = 60'000, .extension = true}),
    option<&FileOptions::take_sync>("takeSync", "strict: each take-commit is synced before the sink goes on, as Flume does it.",
                                    {.extension = true}),
    option<&FileOptions::on_damage>("onDamage", "What to do about events that the disk has lost: stop, or skip them and deliver the rest.",
                                    {.extension = true}),
    option<&FileOptions::lost_data_dirs>("lostDataDirs", "Identities of folders that are lost for good: their events are given up.",
                                         {.extension = true}),
    option<&FileOptions::hot_bytes>("hotBytes", "Events kept in memory for a sink that keeps up.", {.minimum = 0, .extension = true}),
    option<&FileOptions::checkpoint_dir>("checkpointDir", "Flume's checkpoint.", {.no_effect = kNoCheckpoint}),
    option<&FileOptions::use_dual_checkpoints>("useDualCheckpoints", "Flume's backup checkpoint.", {.no_effect = kNoCheckpoint}),
    option<&FileOptions::backup_checkpoint_dir>("backupCheckpointDir", "Flume's backup checkpoint.", {.no_effect = kNoCheckpoint}),
    option<&FileOptions::compress_backup_checkpoint>("compressBackupCheckpoint", "Flume's backup checkpoint.",
                                                     {.no_effect = kNoCheckpoint}),
    option<&FileOptions::checkpoint_interval>("checkpointInterval", "Flume's checkpoint.", {.no_effect = kNoCheckpoint}),
    option<&FileOptions::checkpoint_on_close>("checkpointOnClose", "Flume's checkpoint.", {.no_effect = kNoCheckpoint}),
    option<&FileOptions::use_log_replay_v1>("use-log-replay-v1", "Flume's replay.", {.no_effect = "nothing is replayed at start"}),
    option<&FileOptions::use_fast_replay>("use-fast-replay", "Flume's replay.", {.no_effect = "nothing is replayed at start"}),
    option<&FileOptions::fsync_per_transaction>("fsyncPerTransaction", "Whether Flume syncs at each commit.", {.no_effect = kAlwaysSynced}),
    option<&FileOptions::fsync_interval>("fsyncInterval", "How often Flume syncs otherwise.", {.no_effect = kAlwaysSynced}),
    option<&FileOptions::active_key>("encryption.activeKey", "Alias of the key that new segments are encrypted with."),
    option<&FileOptions::cipher_provider>("encryption.cipherProvider", "AESCTRNOPADDING; records are authenticated, too."),
    option<&FileOptions::key_provider>("encryption.keyProvider", "Where keys come from: JCEKSFILE."),
    option<&FileOptions::key_store_file>("encryption.keyProvider.keyStoreFile", "The JCEKS key store."),
    option<&FileOptions::key_store_password_file>("encryption.keyProvider.keyStorePasswordFile", "File with the key store's password."),
    option<&FileOptions::keys>("encryption.keyProvider.keys", "Aliases of the keys in use, now and earlier."),
    option<&FileOptions::key_password_files>("encryption.keyProvider.keys.*", "<alias>.passwordFile: file with the password of one key."),
    option<&FileOptions::misspelt_password_file>("encrpytion.keyProvider.keyStorePasswordFile", "As the Flume guide spells it.",
                                                 {.no_effect = kMisspelt}),
    option<&FileOptions::misspelt_password_files>("encyption.keyProvider.keys.*", "As the Flume guide spells it.",
                                                  {.no_effect = kMisspelt}));

}  // namespace flume
