// The folders of a log, known by identity and not by path: a disk that is not mounted is told from a folder that is new. Each
// folder has a file `folder` that names all folders of its channel; nothing is put anywhere before all of them know of each
// other, and each opening is written down in all of them, so that one that was away meanwhile is told, too. Layout: FORMAT.md.
// One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/files.h"
#include "storage/log_format.h"
#include "storage/log_settings.h"

namespace flume::storage {

inline constexpr std::string_view kFolderFile = "folder";
inline constexpr std::size_t kFolderCopyBytes = 8192;  ///< the file has two copies: one is whole while the other is written
inline constexpr std::size_t kMostFolders = 64;
inline constexpr std::size_t kMostFolderPath = 100;  ///< bytes kept of a path: its end

using FolderId = std::array<std::uint8_t, 16>;
/// 32 hexadecimal digits.
[[nodiscard]] std::string to_string(const FolderId& id);

struct KnownFolder {
  FolderId id{};
  std::string path;  ///< where it was last: for people
  friend bool operator==(const KnownFolder&, const KnownFolder&) = default;
};

/// What a folder knows of itself and of the others.
struct FolderRecord {
  ChannelUuid channel{};
  FolderId id{};
  std::uint64_t begun = 0;     ///< number of the last opening of the log that began with this folder there,
  std::uint64_t complete = 0;  ///< and of the last one that had begun with all of them: something may have been put since
  std::vector<KnownFolder> known;

  /// At most kFolderCopyBytes.
  [[nodiscard]] std::string encode() const;
  /// Nothing when the bytes do not begin with a whole copy.
  static std::optional<FolderRecord> decode(std::string_view bytes);
};

class LogFolders {
 public:
  /// Changes nothing. InvalidConfig: they are of several channels, or copies of each other. Corrupt: one cannot be read, or the
  /// channel went on without it.
  static Result<LogFolders> read(const LogSettings& settings, Files& files);

  [[nodiscard]] const std::optional<ChannelUuid>& channel() const noexcept { return channel_; }
  /// Folders of the channel that are not there and not given up; and those that are given up.
  [[nodiscard]] const std::vector<KnownFolder>& missing() const noexcept { return missing_; }
  [[nodiscard]] const std::vector<KnownFolder>& given_up() const noexcept { return given_up_; }
  /// Says which is missing and what to do. It may be mounted any time: Retryable.
  [[nodiscard]] Status told_missing() const;

  /// Writes down, synced, that the log is opened with these folders: before a segment begins. Those given up are still known:
  Status write(const ChannelUuid& channel, const std::function<std::uint64_t()>& random, Files& files);
  /// until the segment is durable in which their ids are passed over.
  Status forget_given_up(Files& files);

 private:
  struct Folder {
    std::string path;
    std::optional<FolderRecord> record;  // none: it is new
    std::size_t copy = 0;                // where that was read
  };
  static Result<Folder> read_folder(const std::string& path, Files& files);
  static Status write_record(Folder& folder, FolderRecord record, Files& files);
  Status take_stock(const LogSettings& settings);

  std::vector<Folder> folders_;
  std::optional<ChannelUuid> channel_;
  std::vector<KnownFolder> missing_;
  std::vector<KnownFolder> given_up_;
};

}  // namespace flume::storage
