// FileInput: a file as a ByteInput, read by a window that slides over it. The file's length is what it was at the opening: what
// is appended later is not seen, and a file that has become shorter ends there.
// Owner: who reads the file; one thread.
#pragma once

#include <memory>
#include <string>

#include "flume/byte_input.h"
#include "flume/files.h"

namespace flume {

class FileInput final : public ByteInput {
 public:
  static Result<std::unique_ptr<FileInput>> open(Files& files, const std::string& path);

  Result<std::string_view> peek(std::size_t bytes) override;
  void advance(std::size_t bytes) override { at_ += bytes; }
  void seek(std::uint64_t position) override;
  [[nodiscard]] std::uint64_t position() const override { return window_begin_ + at_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  FileInput(std::unique_ptr<File> file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  Status fill(std::size_t bytes);

  const std::unique_ptr<File> file_;
  const std::uint64_t size_;
  std::string window_;
  std::uint64_t window_begin_ = 0;  // in the file
  std::size_t at_ = 0;              // in the window; may be behind it
};

}  // namespace flume
