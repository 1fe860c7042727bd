// The list of a sink's unfinished files, from which a later run finishes them. Behind it is the channel's bookmark when that
// survives a crash, else a small file in the state folder (state_file_journal.h).
//   p<id> = 1 <folder> <name in use> <final name> <record structure> <creation mark> <identity>
//                                                                          before the file is made, and once it is; see file_system.h
//   s<id> = 1 I | 1 O <length> <events> <crc32c> <format state> | 1 S ...  intent, open, sealed: at each commit
// Fields are percent-encoded; 1 is the version of the state. One thread, the sink's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/bookmark.h"
#include "flume/sink.h"

namespace flume::output {

/// A place at which a file can end.
struct FileMark {
  std::uint64_t length = 0;
  std::uint64_t events = 0;
  std::uint64_t body_bytes = 0;      ///< of this run only: for rolling
  std::optional<std::uint32_t> crc;  ///< of the first `length` bytes, when it is kept
  std::string format_state;
};

struct FileNames {
  std::string folder;
  std::string in_use;  ///< names in the folder; equal when the file is written under its final name
  std::string final_name;
  [[nodiscard]] std::string in_use_path() const { return folder + "/" + in_use; }
  [[nodiscard]] std::string final_path() const { return folder + "/" + final_name; }
  [[nodiscard]] bool needs_rename() const noexcept { return in_use != final_name; }
};

/// How the file is told from somebody else's of its name. Without a mark: it was there, and goes by its name or its identity.
struct FileOrigin {
  std::string mark;
  std::string identity;  ///< empty: not known, nothing is written into it yet
};

enum class FileStage : std::uint8_t { Intent, Open, Sealed };

/// One unfinished file as the journal knows it.
struct JournalRecord {
  FileNames names;
  std::string structure;
  FileStage stage = FileStage::Intent;
  FileMark mark;
  FileOrigin origin;
};

[[nodiscard]] std::string names_key(std::uint64_t id);
[[nodiscard]] std::string stage_key(std::uint64_t id);
[[nodiscard]] std::string encode_names(const FileNames& names, std::string_view structure, const FileOrigin& origin);
[[nodiscard]] std::string encode_stage(FileStage stage, const FileMark& mark);

/// By id. Fatal: a value of a newer version, or one that cannot be read; nothing is changed then.
Result<std::map<std::uint64_t, JournalRecord>> decode_journal(const Bookmark& values);

class FileJournal {
 public:
  virtual ~FileJournal() = default;
  virtual Result<Bookmark> load(SinkContext& context) = 0;
  virtual Status note(SinkContext& context, std::span<const KeyValue> set, Durability durability) = 0;
  /// True when lengths are noted atomically with the commit of the events that they cover.
  [[nodiscard]] virtual bool travels_with_commits() const noexcept = 0;
};

class BookmarkJournal final : public FileJournal {
 public:
  Result<Bookmark> load(SinkContext& context) override { return context.bookmark(); }
  Status note(SinkContext& context, std::span<const KeyValue> set, Durability durability) override { return context.note(set, durability); }
  [[nodiscard]] bool travels_with_commits() const noexcept override { return true; }
};

}  // namespace flume::output
