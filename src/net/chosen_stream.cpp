#include "net/chosen_stream.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flume {
namespace {

/// The connection, with a byte that was read already.
class FirstByteAgain final : public Stream {
 public:
  FirstByteAgain(std::unique_ptr<Stream> inner, std::byte first) : inner_(std::move(inner)), first_(first) {}

  Result<Transfer> read_some(std::span<std::byte> buffer) override {
    if (!first_ || buffer.empty()) return inner_->read_some(buffer);
    buffer.front() = *std::exchange(first_, std::nullopt);
    return Transfer{Transfer::State::Moved, 1};
  }
  Result<Transfer> write_some(std::span<const ByteView> pieces) override { return inner_->write_some(pieces); }
  /// Whoever was given this reads before it waits.
  void wait_readable(std::function<void()> callback) override { inner_->wait_readable(std::move(callback)); }
  void wait_writable(std::function<void()> callback) override { inner_->wait_writable(std::move(callback)); }
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override { inner_->close(); }
  void reset() override { inner_->reset(); }
  [[nodiscard]] const std::string& peer() const override { return inner_->peer(); }

 private:
  const std::unique_ptr<Stream> inner_;
  std::optional<std::byte> first_;
};

}  // namespace

ChosenStream::ChosenStream(std::unique_ptr<Stream> inner, Choose choose) : inner_(std::move(inner)), choose_(std::move(choose)) {}

Result<Transfer> ChosenStream::read_some(std::span<std::byte> buffer) {
  if (choose_ && !buffer.empty()) {
    std::byte first{};
    auto got = inner_->read_some({&first, 1});
    if (!got || got->state != Transfer::State::Moved) return got;
    inner_ = std::exchange(choose_, nullptr)(std::make_unique<FirstByteAgain>(std::move(inner_), first), first);
    if (waits_to_write_) inner_->wait_writable(std::exchange(waits_to_write_, nullptr));
  }
  return inner_->read_some(buffer);
}

Result<Transfer> ChosenStream::write_some(std::span<const ByteView> pieces) {
  if (choose_) return Transfer{Transfer::State::WouldBlock, 0};
  return inner_->write_some(pieces);
}

void ChosenStream::wait_writable(std::function<void()> callback) {
  if (choose_) {
    waits_to_write_ = std::move(callback);
  } else {
    inner_->wait_writable(std::move(callback));
  }
}

void ChosenStream::close() {
  waits_to_write_ = nullptr;
  inner_->close();
}

void ChosenStream::reset() {
  waits_to_write_ = nullptr;
  inner_->reset();
}

}  // namespace flume
