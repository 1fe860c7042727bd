// What struct ThriftFlumeEvent is read with. For the .cpp files of this folder, as library.h.
#pragma once

#include <cstdint>
#include <string>

#include "clients/thrift/avro_event.h"
#include "clients/thrift/library.h"
#include "clients/thrift/plain_event.h"
#include "flume/batch_builder.h"

namespace flume::thrift::library {

[[noreturn]] inline void refuse(const std::string& why) { throw TProtocolException(TProtocolException::INVALID_DATA, why); }

/// Throws what a builder says of an event that it does not take.
inline void check_built(const Status& built) {
  if (!built.ok()) refuse(built.message());
}

/// Reads a map of strings: `take(key, value)` for each entry, after `begin(count)`.
template <typename Protocol, typename Begin, typename Take>
void read_texts(Protocol& in, std::string& key, std::string& value, Begin&& begin, Take&& take) {
  TType key_type{};
  TType value_type{};
  std::uint32_t count = 0;
  in.readMapBegin(key_type, value_type, count);
  if (count != 0 && (key_type != TType::T_STRING || value_type != TType::T_STRING)) refuse("a map has no strings");
  begin(count);
  for (; count != 0; --count) {
    in.readBinary(key);
    in.readBinary(value);
    take(key, value);
  }
  in.readMapEnd();
}

/// One event after the other, straight into the builder.
class EventReader {
 public:
  explicit EventReader(BatchBuilder& into) : into_(into) {}

  /// Reads the event that `in` is at, if it has the form in which nearly all come.
  template <typename Protocol>
  bool read_plain(Protocol& in, Encoding encoding) {
    auto& memory = static_cast<Memory&>(*in.getTransport());
    std::uint32_t size = 1;
    const std::uint8_t* const bytes = memory.borrow(nullptr, &size);
    if (bytes == nullptr) return false;
    const std::size_t taken = take_plain_event(encoding, {reinterpret_cast<const char*>(bytes), size}, into_);
    memory.consume(static_cast<std::uint32_t>(taken));
    return taken != 0;
  }

  /// Once for each event.
  template <typename Protocol>
  void read_headers(Protocol& in) {
    bool are_few = true;
    read_texts(
        in, key_, value_, [&](std::uint32_t count) { are_few = count <= kFewHeaders; },
        [&](const std::string& key, const std::string& value) {
          if (are_few) {
            into_.header(key, value);
          } else {
            many_.header(key, value);
          }
        });
  }
  template <typename Protocol>
  void read_body(Protocol& in) {
    in.readBinary(body_);
  }
  void finish() { check_built(many_.has_headers() ? many_.finish(body_, into_) : into_.body(body_)); }

 private:
  static constexpr std::uint32_t kFewHeaders = 64;

  BatchBuilder& into_;
  AvroEvent many_;
  std::string key_;
  std::string value_;
  std::string body_;
};

}  // namespace flume::thrift::library
