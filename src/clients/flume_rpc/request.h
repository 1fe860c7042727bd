// Calls of Flume's AvroSourceProtocol, written and read. A record in a slab is the Avro form of an event: the events of a batch go
// on the wire as they lie there, and come off it into memory where they can stay. Pure; one connection's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clients/flume_rpc/frame.h"
#include "clients/flume_rpc/handshake.h"
#include "flume/batch_builder.h"

namespace flume::rpc {

/// A whole message: framing and call; the events are those of the batch, which are not copied.
struct EncodedRequest {
  std::string head;
  EventBatch events;
  std::string tail;

  /// What is to be written, in order; views into this and into the batch's slabs.
  [[nodiscard]] std::vector<ByteView> pieces() const;
};

/// What a message of appendBatch has beside the bytes of its events, metadata apart: at most so much.
inline constexpr std::size_t kMostAround = 64;

/// Precondition: head, events and tail together have no more than 2^31 - 1 bytes.
[[nodiscard]] EncodedRequest encode_append_batch(std::int32_t serial, const Metadata& metadata, EventBatch events);
/// A handshake alone (Avro: a message without a name): the connection is greeted, nothing is called.
[[nodiscard]] std::string encode_greeting(std::int32_t serial, const HandshakeRequest& handshake);

struct Request {
  std::int32_t serial = 0;
  std::optional<HandshakeRequest> handshake{};
  Metadata metadata{};
  std::string method{};        ///< empty: nothing but the handshake
  std::int64_t first_block{};  ///< of appendBatch: events that its first array block has
  std::string_view events{};   ///< of append and appendBatch: all that follows; where EventRoom said
};

/// Where the events of a request are received: the memory of a BatchBuilder (BuilderRoom), or other.
class EventRoom {
 public:
  virtual ~EventRoom() = default;
  /// Memory of at least `bytes`, valid until the next call or until the request was taken. The first `kept` bytes of what was
  /// given before, at `from`, are moved there; with `kept` 0 a new request begins.
  virtual std::uint8_t* grow(const std::uint8_t* from, std::size_t kept, std::size_t bytes) = 0;
};

/// Behind the built events of a builder: nothing else may use it from the first byte of a request's events until adopt_events().
class BuilderRoom final : public EventRoom {
 public:
  explicit BuilderRoom(BatchBuilder& builder) : builder_(builder) {}
  std::uint8_t* grow(const std::uint8_t* from, std::size_t kept, std::size_t bytes) override;

 private:
  BatchBuilder& builder_;
  std::string moved_;
};

/// Puts requests together from bytes that come in any pieces.
class RequestReader {
 public:
  explicit RequestReader(FrameLimits limits) : frame_(limits) {}

  /// Takes from the front of `bytes` what belongs to the present request. True: it is complete, see request(); the rest of the
  /// bytes belongs to the next one. `room` is the same for all of a request. An error: the connection cannot go on.
  Result<bool> feed(ByteView& bytes, EventRoom& room);
  /// Where the next bytes can be received directly, because they are bytes of events and nothing else; mostly empty. A read may
  /// fill it in part: then received() says how far, and answers as feed().
  [[nodiscard]] std::span<std::byte> direct() noexcept;
  bool received(std::size_t bytes) noexcept;

  /// Valid until next_request().
  [[nodiscard]] const Request& request() const noexcept { return request_; }
  void next_request();
  /// The handshake has been answered by Both or Client: later requests have none. Between requests.
  void greeted() noexcept { expects_handshake_ = false; }
  /// Nothing of a request has come yet.
  [[nodiscard]] bool is_between() const noexcept { return frame_.is_between(); }

 private:
  Status read_head(ByteView& own);
  bool parse_head(WireReader& reader);
  void take_events(ByteView own, EventRoom& room);
  Status finish();

  FrameParser frame_;
  bool expects_handshake_ = true;
  Request request_;
  std::string head_;
  std::size_t head_needed_ = 1;
  bool has_head_ = false;
  bool keeps_rest_ = false;  // what follows the head are events; else nobody wants it
  std::uint8_t* room_ = nullptr;
  std::size_t room_bytes_ = 0;
  std::size_t filled_ = 0;
};

/// Adds the events of a request to `builder`, in their order, and says how many. An error: they are none, or not well formed; some
/// may have been added before it was found (builder.abort()). Without a copy where BuilderRoom received them.
[[nodiscard]] Result<std::uint32_t> adopt_events(const Request& request, BatchBuilder& builder);

}  // namespace flume::rpc
