// A Stream of a server whose layers the client's first byte decides: it looks at that byte, and puts around the connection what the
// caller chooses. Until then nothing can be written: the client speaks first. One connection's thread, that of its loop; it owns the
// stream below.
#pragma once

#include <functional>
#include <memory>

#include "flume/net.h"

namespace flume {

class ChosenStream final : public Stream {
 public:
  /// Called once, with the first byte; what it is given still has that byte to read.
  using Choose = std::function<std::unique_ptr<Stream>(std::unique_ptr<Stream> stream, std::byte first)>;

  ChosenStream(std::unique_ptr<Stream> inner, Choose choose);

  Result<Transfer> read_some(std::span<std::byte> buffer) override;
  Result<Transfer> write_some(std::span<const ByteView> pieces) override;
  void wait_readable(std::function<void()> callback) override { inner_->wait_readable(std::move(callback)); }
  void wait_writable(std::function<void()> callback) override;
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override;
  void reset() override;
  [[nodiscard]] const std::string& peer() const override { return inner_->peer(); }

 private:
  std::unique_ptr<Stream> inner_;
  Choose choose_;                         // until it has been called
  std::function<void()> waits_to_write_;  // until then
};

}  // namespace flume
