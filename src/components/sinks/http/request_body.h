// Events as the body of a request. Owned by the sink; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "components/sinks/http/http_options.h"
#include "flume/event.h"

namespace flume {

class RequestBody {
 public:
  using Refuse = std::function<void(std::uint32_t index, std::string reason)>;

  RequestBody(HttpBatch batch, HttpBinary binary) : batch_(batch), binary_(binary) {}

  /// Replaces what was there by the events of `batch`. `refuse` is told of those that cannot be written so.
  void write(const EventBatch& batch, const Refuse& refuse);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// That are in it.
  [[nodiscard]] std::uint32_t events() const noexcept { return events_; }
  /// That have nothing to send.
  [[nodiscard]] std::uint32_t empty_events() const noexcept { return empty_events_; }

 private:
  /// False: it is not written, and counts as empty, or `reason` says why not.
  bool append(const EventView& event, std::string& reason);

  const HttpBatch batch_;
  const HttpBinary binary_;
  std::string text_;
  std::uint32_t events_ = 0;
  std::uint32_t empty_events_ = 0;
};

/// What requests are called unless contentTypeHeader says otherwise.
[[nodiscard]] std::string_view usual_content_type(HttpBatch batch) noexcept;

}  // namespace flume
