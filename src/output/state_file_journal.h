// The journal of a sink whose channel forgets everything in a crash: an append-only file of lines
//   1 <crc32c of the rest> <key> <value>      or without value: erased
// A line that is torn or damaged is left out; a line of a newer version stops the sink, and the file is left as it is.
// Not synced line by line: it must survive kill -9; after a power loss the channel's events are gone, too. One thread.
#pragma once

#include <memory>
#include <string>

#include "flume/files.h"
#include "flume/log.h"
#include "output/file_journal.h"

namespace flume::output {

/// Behind the sink's name, in the agent's state folder.
inline constexpr std::string_view kStateFileSuffix = ".unfinished-files";

class StateFileJournal final : public FileJournal {
 public:
  /// Longest file that is read.
  static constexpr std::uint64_t kLargestFile = 256U << 20U;
  /// A file longer than this and than four times what it says is written anew.
  static constexpr std::uint64_t kRewriteFrom = 64U << 10U;

  /// An empty `path`: there is no place for state, the list is good for this run only.
  StateFileJournal(Files& files, std::string path, Log log) : files_(files), path_(std::move(path)), log_(std::move(log)) {}

  /// What a list says, without changing it. Cause::NotFound: there is none. Damaged lines are told.
  static Result<Bookmark> read(Files& files, const std::string& path, const Log& log);

  Result<Bookmark> load(SinkContext& context) override;
  Status note(SinkContext& context, std::span<const KeyValue> set, Durability durability) override;
  [[nodiscard]] bool travels_with_commits() const noexcept override { return false; }

 private:
  Status open();
  Status rewrite();
  Status append(std::span<const KeyValue> set);

  Files& files_;
  const std::string path_;
  const Log log_;
  Bookmark values_;
  std::unique_ptr<File> file_;
  std::uint64_t length_ = 0;
};

}  // namespace flume::output
