#include "storage/log_folders.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/crc32c.h"
#include "storage/byte_order.h"

namespace flume::storage {
namespace {

constexpr std::string_view kMagic = "FLUMDIR1";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kCheckedFrom = 12;  // behind magic and checksum
constexpr std::size_t kLengthBytes = 4;

template <std::size_t Bytes>
std::string_view text_of(const std::array<std::uint8_t, Bytes>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::size_t Bytes>
void read_into(std::array<std::uint8_t, Bytes>& bytes, ByteReader& in) {
  const std::string_view from = in.bytes(bytes.size());
  if (in.ok()) std::memcpy(bytes.data(), from.data(), from.size());
}

bool knows(const std::vector<KnownFolder>& known, const FolderId& id) {
  return std::any_of(known.begin(), known.end(), [&](const KnownFolder& folder) { return folder.id == id; });
}

std::string described(const KnownFolder& folder) { return to_string(folder.id) + ", last at " + folder.path; }

}  // namespace

std::string to_string(const FolderId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : id) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string FolderRecord::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.number(kVersion);
  bytes += text_of(channel);
  bytes += text_of(id);
  out.number(begun);
  out.number(complete);
  out.number(static_cast<std::uint32_t>(known.size()));
  for (const KnownFolder& folder : known) {
    bytes += text_of(folder.id);
    const std::string_view path = folder.path;
    out.text(path.substr(path.size() - std::min(path.size(), kMostFolderPath)));
  }
  std::string checked;
  ByteWriter(checked).text(bytes);
  std::string whole(kMagic);
  ByteWriter(whole).number(codec::crc32c(0, checked));
  return whole + checked;
}

std::optional<FolderRecord> FolderRecord::decode(std::string_view bytes) {
  if (bytes.size() < kCheckedFrom + kLengthBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  const std::uint64_t length = ByteReader(bytes.substr(kCheckedFrom)).number<std::uint32_t>();
  if (length > bytes.size() - kCheckedFrom - kLengthBytes) return std::nullopt;
  const std::string_view checked = bytes.substr(kCheckedFrom, kLengthBytes + length);
  if (ByteReader(bytes.substr(kMagic.size())).number<std::uint32_t>() != codec::crc32c(0, checked)) return std::nullopt;
  ByteReader in(checked.substr(kLengthBytes));
  if (in.number<std::uint32_t>() != kVersion) return std::nullopt;
  FolderRecord record;
  read_into(record.channel, in);
  read_into(record.id, in);
  record.begun = in.number<std::uint64_t>();
  record.complete = in.number<std::uint64_t>();
  for (std::uint32_t left = in.count(record.id.size() + sizeof(std::uint32_t)); left != 0 && in.ok(); --left) {
    KnownFolder folder;
    read_into(folder.id, in);
    folder.path = in.text();
    record.known.push_back(std::move(folder));
  }
  if (!in.ok() || !in.at_end() || record.known.size() > kMostFolders || record.complete > record.begun) return std::nullopt;
  return record;
}

Result<LogFolders::Folder> LogFolders::read_folder(const std::string& path, Files& files) {
  Folder folder{path, {}, 0};
  const std::string file = path + "/" + std::string(kFolderFile);
  auto content = files.read_all(file, 2 * kFolderCopyBytes);
  if (content.cause() == Cause::NotFound) return folder;
  if (!content && content.cause() != Cause::TooLarge) return std::move(content).status();
  for (const std::size_t copy : {std::size_t{0}, std::size_t{1}}) {
    if (!content || content->size() < copy * kFolderCopyBytes) break;
    auto record = FolderRecord::decode(std::string_view(*content).substr(copy * kFolderCopyBytes, kFolderCopyBytes));
    const auto age = [](const FolderRecord& of) { return std::pair(of.begun, of.complete); };
    if (!record || (folder.record && age(*folder.record) >= age(*record))) continue;
    folder.record = std::move(record);
    folder.copy = copy;
  }
  if (folder.record) return folder;
  return corrupt(file +
                 " is damaged, or of a newer version: which folder of the channel this is, is not known. Nothing was changed. If it is the "
                 "right one, remove this file: the events are not in it, and the folder gets a new identity");
}

Result<LogFolders> LogFolders::read(const LogSettings& settings, Files& files) {
  if (settings.folders.size() > kMostFolders) {
    return invalid_config("dataDirs names " + std::to_string(settings.folders.size()) + " folders: at most " +
                          std::to_string(kMostFolders) + " can be used");
  }
  LogFolders folders;
  for (const std::string& path : settings.folders) {
    auto folder = read_folder(path, files);
    if (!folder) return std::move(folder).status();
    folders.folders_.push_back(*std::move(folder));
  }
  FLUME_TRY(folders.take_stock(settings));
  return folders;
}

Status LogFolders::take_stock(const LogSettings& settings) {
  const Folder* first = nullptr;
  const Folder* newest = nullptr;
  for (const Folder& folder : folders_) {
    if (!folder.record) continue;
    if (first != nullptr && folder.record->channel != first->record->channel) {
      return invalid_config(folder.path + " belongs to another channel than " + first->path +
                            ": two channels' folders are mixed up in dataDirs");
    }
    const auto twin = std::find_if(folders_.begin(), folders_.end(), [&](const Folder& other) {
      return &other != &folder && other.record && other.record->id == folder.record->id;
    });
    if (twin != folders_.end()) {
      return invalid_config(folder.path + " and " + twin->path +
                            " are copies of one folder: dataDirs can have one of them, and the channel goes on with that one only");
    }
    if (first == nullptr) first = &folder;
    if (newest == nullptr || folder.record->complete > newest->record->complete) newest = &folder;
  }
  if (first == nullptr) return {};
  channel_ = first->record->channel;
  for (const Folder& folder : folders_) {
    if (!folder.record) continue;
    if (folder.record->begun < newest->record->complete) {
      return corrupt(
          folder.path + " is out of date: the channel was opened without it since (opening " + std::to_string(newest->record->complete) +
          " of " + newest->path + ", " + std::to_string(folder.record->begun) +
          " here). It was away, or is an older copy from a backup, and what is in it cannot be joined to the rest again. Nothing "
          "was changed. Bring the right folder back; or, if there is none, take this one out of dataDirs and set lostDataDirs = " +
          to_string(folder.record->id));
    }
    for (const KnownFolder& known : folder.record->known) {
      const bool is_there =
          std::any_of(folders_.begin(), folders_.end(), [&](const Folder& other) { return other.record && other.record->id == known.id; });
      if (is_there || knows(missing_, known.id) || knows(given_up_, known.id)) continue;
      const auto& lost = settings.lost_folders;
      const bool is_given_up = std::find(lost.begin(), lost.end(), to_string(known.id)) != lost.end();
      (is_given_up ? given_up_ : missing_).push_back(known);
    }
  }
  return {};
}

Status LogFolders::told_missing() const {
  std::string text;
  std::string ids;
  for (const KnownFolder& folder : missing_) {
    text += (text.empty() ? "" : "; ") + described(folder);
    ids += (ids.empty() ? "" : " ") + to_string(folder.id);
    const bool is_empty_now = std::any_of(folders_.begin(), folders_.end(),
                                          [&](const Folder& other) { return !other.record && other.path.ends_with(folder.path); });
    text += is_empty_now ? " (another folder is there now: is its disk mounted?)" : " (dataDirs does not name that)";
  }
  return retryable(
      "a folder of this channel is missing: " + text +
          ". Nothing was changed. Mount its disk, or name its new place in dataDirs. If it is lost for good, set lostDataDirs = " + ids +
          ": the channel goes on without the events in it",
      Cause::NotFound);
}

Status LogFolders::write_record(Folder& folder, FolderRecord record, Files& files) {
  const std::string path = folder.path + "/" + std::string(kFolderFile);
  const std::string bytes = record.encode();
  if (!folder.record) {
    FLUME_TRY(files.replace(path, bytes + std::string(kFolderCopyBytes - bytes.size(), '\0') + bytes));
  } else {
    // In its place: a full disk has room for that.
    auto file = files.open(path, OpenMode::ReadWrite);
    if (!file) return std::move(file).status();
    const std::size_t copy = 1 - folder.copy;
    FLUME_TRY((*file)->write_at(copy * kFolderCopyBytes, as_bytes(bytes)));
    FLUME_TRY((*file)->sync());
    folder.copy = copy;
  }
  folder.record = std::move(record);
  return {};
}

Status LogFolders::write(const ChannelUuid& channel, const std::function<std::uint64_t()>& random, Files& files) {
  std::vector<KnownFolder> written = given_up_;  // a folder knows of others only when their own files say so
  std::uint64_t opening = 1;
  for (const Folder& folder : folders_) {
    if (!folder.record) continue;
    opening = std::max(opening, folder.record->begun + 1);
    written.push_back({folder.record->id, folder.path});
  }
  if (folders_.size() + given_up_.size() > kMostFolders) {
    return invalid_config("more than " + std::to_string(kMostFolders) + " folders are in dataDirs and lostDataDirs together");
  }
  const bool is_alone = folders_.size() == 1;
  if (is_alone && folders_.front().record && folders_.front().record->known == written) return {};
  for (Folder& folder : folders_) {
    FolderRecord record = folder.record.value_or(FolderRecord{channel, {}, 0, 0, {}});
    if (!folder.record) {
      for (std::uint8_t& byte : record.id) byte = static_cast<std::uint8_t>(random());
      written.push_back({record.id, folder.path});
    }
    record.begun = opening;
    if (is_alone) record.complete = opening;
    record.known = written;
    FLUME_TRY(write_record(folder, std::move(record), files));
  }
  if (is_alone) return {};
  for (Folder& folder : folders_) {
    FolderRecord record = *folder.record;
    record.complete = opening;
    record.known = written;
    FLUME_TRY(write_record(folder, std::move(record), files));
  }
  return {};
}

Status LogFolders::forget_given_up(Files& files) {
  if (std::exchange(given_up_, {}).empty()) return {};
  return write(*channel_, [] { return std::uint64_t{0}; }, files);  // none is new
}

}  // namespace flume::storage
