#include "components/channels/file/file_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/ascii.h"
#include "text/folder_list.h"

namespace flume {
namespace {

constexpr std::int64_t kDefaultSlotBytes = std::int64_t{64} << 20;
constexpr std::int64_t kLargestSlotBytes = std::int64_t{256} << 20;
constexpr std::int64_t kSmallestSlotBytes = std::int64_t{64} << 10;
constexpr std::int64_t kLeastRequiredSpace = std::int64_t{1} << 20;
constexpr std::string_view kPasswordFile = ".passwordFile";

bool is_one_of(const std::string& value, std::string_view word, std::string_view class_name) {
  return to_lower(value) == word || value == class_name;
}

void check_encryption(const FileOptions& options, OptionProblems& problems) {
  if (!options.has_keys()) return;
  if (options.key_provider.empty()) {
    problems.push_back({{"encryption.keyProvider"}, "is needed with encryption.activeKey: JCEKSFILE"});
  } else if (!is_one_of(options.key_provider, "jceksfile", "org.apache.flume.channel.file.encryption.JCEFileKeyProvider$Builder")) {
    problems.push_back(
        {{"encryption.keyProvider"}, options.key_provider + ": keys come from JCEKSFILE only; a class of Java cannot be loaded"});
  } else if (const Status settings = crypto::KeyProvider::check(options.key_settings()); !settings.ok()) {
    problems.push_back({{"encryption.keyProvider"}, settings.message()});
  }
  if (!options.cipher_provider.empty() &&
      !is_one_of(options.cipher_provider, "aesctrnopadding", "org.apache.flume.channel.file.encryption.AESCTRNoPaddingProvider")) {
    problems.push_back(
        {{"encryption.cipherProvider"}, options.cipher_provider + ": only AESCTRNOPADDING is known; a class of Java cannot be loaded"});
  }
  for (const auto& [key, file] : options.key_password_files) {
    if (!key.ends_with(kPasswordFile))
      problems.push_back({{}, "encryption.keyProvider.keys." + key + ": only <alias>.passwordFile is known there"});
  }
}

}  // namespace

std::span<const EnumName<TakeSync>> enum_names(TakeSync) noexcept {
  static constexpr std::array<EnumName<TakeSync>, 2> kNames{{{"lazy", TakeSync::Lazy}, {"strict", TakeSync::Strict}}};
  return kNames;
}

namespace storage {
std::span<const EnumName<OnDamage>> enum_names(OnDamage) noexcept {
  static constexpr std::array<EnumName<OnDamage>, 2> kNames{{{"stop", OnDamage::Stop}, {"skip", OnDamage::Skip}}};
  return kNames;
}
}  // namespace storage

std::vector<std::string> FileOptions::folders(const std::string& home) const {
  std::vector<std::string> folders = folder_list(data_dirs, home);
  return folders.empty() ? folder_list(kDefaultDataDirs, home) : folders;
}

storage::LogSettings FileOptions::log_settings(const std::string& home) const {
  const std::int64_t slot = max_file_size == FileOptions().max_file_size ? kDefaultSlotBytes : max_file_size.count;
  storage::LogSettings settings;
  settings.folders = folders(home);
  settings.lost_folders.assign(lost_data_dirs.begin(), lost_data_dirs.end());
  settings.slot_bytes = static_cast<std::uint64_t>(std::clamp(slot, kSmallestSlotBytes, kLargestSlotBytes));
  settings.minimum_free_bytes = static_cast<std::uint64_t>(std::max(minimum_required_space.count, kLeastRequiredSpace));
  settings.sync_interval = take_sync_interval;
  settings.syncs_takes = take_sync == TakeSync::Strict;
  settings.on_damage = on_damage;
  return settings;
}

crypto::KeyProviderSettings FileOptions::key_settings() const {
  crypto::KeyProviderSettings settings{key_store_file, key_store_password_file, {}, {}};
  for (const std::string& alias : keys) settings.keys += (settings.keys.empty() ? "" : " ") + alias;
  for (const auto& [key, file] : key_password_files) {
    if (key.ends_with(kPasswordFile)) settings.password_files.emplace(key.substr(0, key.size() - kPasswordFile.size()), file);
  }
  return settings;
}

OptionProblems check(const FileOptions& options) {
  OptionProblems problems;
  if (options.transaction_capacity > options.capacity) {
    problems.push_back({{},
                        "transactionCapacity is " + std::to_string(options.transaction_capacity) + ", but capacity only " +
                            std::to_string(options.capacity) +
                            ": a full transaction could never be stored. Raise capacity or lower transactionCapacity"});
  }
  for (OptionProblem& problem : check_storage(options)) problems.push_back(std::move(problem));
  return problems;
}

OptionProblems check_storage(const FileOptions& options) {
  OptionProblems problems;
  check_encryption(options, problems);
  std::vector<std::string> folders = options.folders("~");
  std::sort(folders.begin(), folders.end());
  const auto twice = std::adjacent_find(folders.begin(), folders.end());
  if (twice != folders.end()) problems.push_back({{"dataDirs"}, *twice + " is named twice"});
  return problems;
}

}  // namespace flume
