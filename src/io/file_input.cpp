#include "io/file_input.h"

#include <algorithm>

namespace flume {
namespace {

/// As much is read at a time, and kept at most once somebody has seen more.
constexpr std::size_t kWindow = 256 * 1024;

}  // namespace

Result<std::unique_ptr<FileInput>> FileInput::open(Files& files, const std::string& path) {
  auto file = files.open(path, OpenMode::Read);
  if (!file) return std::move(file).status();
  const auto size = (*file)->size();
  if (!size) return size.status();
  return std::unique_ptr<FileInput>(new FileInput(*std::move(file), *size));
}

Result<std::string_view> FileInput::peek(std::size_t bytes) {
  if (at_ > window_.size() || window_.size() - at_ < bytes) FLUME_TRY(fill(bytes));
  return std::string_view(window_).substr(at_);
}

void FileInput::seek(std::uint64_t position) {
  if (position >= window_begin_ && position - window_begin_ <= window_.size()) {
    at_ = static_cast<std::size_t>(position - window_begin_);
    return;
  }
  window_.clear();
  window_begin_ = position;
  at_ = 0;
}

Status FileInput::fill(std::size_t bytes) {
  const std::uint64_t from = position();
  window_.erase(0, std::min(at_, window_.size()));
  window_begin_ = from;
  at_ = 0;
  const std::uint64_t left = size_ - std::min(from, size_);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(bytes, kWindow), left));
  std::size_t filled = window_.size();
  if (wanted <= filled) return {};
  if (window_.capacity() > kWindow && wanted <= kWindow) {
    std::string small;
    small.reserve(kWindow);
    small.append(window_);
    window_.swap(small);
  }
  window_.resize(wanted);
  while (filled < wanted) {
    const auto got = file_->read_at(from + filled, std::as_writable_bytes(std::span(window_)).subspan(filled));
    if (!got || *got == 0) {
      window_.resize(filled);
      return got ? Status() : got.status();
    }
    filled += *got;
  }
  return {};
}

}  // namespace flume
