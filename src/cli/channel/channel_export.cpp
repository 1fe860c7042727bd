#include "cli/channel/channel_export.h"

#include <memory>

namespace flume::cli {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::string_view kUnfinished = "events.jsonl.new";

/// A file that is removed again unless it was kept.
class NewFile {
 public:
  NewFile(Files& files, std::string path, std::unique_ptr<File> file) : files_(files), path_(std::move(path)), file_(std::move(file)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (!is_kept_) files_.remove(path_).ignore();  // told already why the export failed
  }
  Status append(std::string_view bytes) {
    FLUME_TRY(file_->write_at(size_, as_bytes(bytes)));
    size_ += bytes.size();
    return {};
  }
  /// Under its final name, and there after power loss.
  Status keep(const std::string& path) {
    FLUME_TRY(file_->sync());
    FLUME_TRY(file_->close());
    FLUME_TRY(files_.rename(path_, path, false));
    is_kept_ = true;
    return files_.sync_directory(parent_directory(path));
  }

 private:
  Files& files_;
  const std::string path_;
  const std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  bool is_kept_ = false;
};

}  // namespace

Result<Exported> export_events(const storage::LogLook& look, const EventSelection& selection, Files& files, const std::string& folder,
                               const std::function<void(const std::string&)>& tell) {
  FLUME_TRY(files.make_directories(folder));
  const std::string unfinished = folder + "/" + std::string(kUnfinished);
  auto opened = files.open(unfinished, OpenMode::CreateNew);
  if (opened.cause() == Cause::Exists)
    return retryable(unfinished + " is there already: another export goes on, or one was broken off; remove it then", Cause::Exists);
  if (!opened) return std::move(opened).status();
  NewFile file(files, unfinished, *std::move(opened));
  std::string piece;
  EventId first = 0;
  EventId last = 0;
  const auto visit = [&](EventId id, const EventView& event) -> Status {
    if (first == 0) first = id;
    last = id;
    append_as_export(id, event, piece);
    if (piece.size() < kPieceBytes) return {};
    FLUME_TRY(file.append(piece));
    piece.clear();
    return {};
  };
  auto walked = each_event(look, selection, visit, tell);
  if (!walked) return std::move(walked).status();
  if (walked->events == 0) return Exported{{}, 0, walked->problems};
  if (!piece.empty()) FLUME_TRY(file.append(piece));
  const std::string path = folder + "/events-" + std::to_string(first) + "-" + std::to_string(last) + ".jsonl";
  FLUME_TRY(file.keep(path));
  return Exported{path, walked->events, walked->problems};
}

}  // namespace flume::cli
