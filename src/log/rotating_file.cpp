#include "log/rotating_file.h"

#include <array>
#include <utility>

namespace flume {

Status RotatingFile::open() {
  if (file_) return {};
  FLUME_TRY(files_.make_directories(parent_directory(path_)));
  auto file = files_.open(path_, OpenMode::CreateOrOpen);
  if (!file) return std::move(file).status();
  file_ = std::move(*file);
  return {};
}

Status RotatingFile::reopen() {
  const std::unique_ptr<File> file = std::exchange(file_, nullptr);
  return file ? file->close() : Status();
}

Status RotatingFile::rotate() {
  const auto name = [this](unsigned number) { return number == 0 ? path_ : path_ + "." + std::to_string(number); };
  for (unsigned number = backups_; number-- > 0;) {
    if (Status moved = files_.rename(name(number), name(number + 1), true); !moved.ok() && moved.cause() != Cause::NotFound) return moved;
  }
  if (backups_ == 0) FLUME_TRY(files_.remove(path_));
  rotate_above_ = max_bytes_;
  return reopen();
}

Status RotatingFile::make_room(std::size_t bytes) {
  FLUME_TRY(open());
  const auto size = file_->size();
  if (!size) return size.status();
  if (*size == 0 || *size + bytes <= rotate_above_) return {};
  Status rotated = rotate();
  if (!rotated.ok()) rotate_above_ = *size + bytes + max_bytes_ / 10;
  return rotated;
}

Status RotatingFile::append(std::string_view line) {
  FLUME_TRY(open());
  const auto size = file_->size();
  const std::array<ByteView, 2> pieces{as_bytes(is_line_torn_ ? "\n" : ""), as_bytes(line)};
  Status written = size ? file_->write_at(*size, pieces) : size.status();
  is_line_torn_ = !written.ok();
  if (!written.ok()) file_.reset();  // the next line opens it anew: the disk may have been replaced
  return written;
}

}  // namespace flume
