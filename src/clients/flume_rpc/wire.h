// Avro's binary form of what surrounds the events in a call: numbers, strings, maps of bytes (Avro specification 1.11, "Binary
// Encoding"). The reader takes foreign bytes that may not be whole yet: it tells what is wrong from what has still to come.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume::rpc {

/// Travels beside a call or its answer; peers that know nothing of an entry ignore it. Values are any bytes.
using Metadata = std::map<std::string, std::string, std::less<>>;

/// Most bytes of what comes before the events: handshake with a protocol's text, metadata, name of the message.
inline constexpr std::size_t kLongestHead = std::size_t{64} << 10;
/// Most entries of one map of metadata.
inline constexpr std::size_t kMostMetadata = 256;

void put_long(std::string& out, std::int64_t value);
void put_bytes(std::string& out, std::string_view bytes);
void put_metadata(std::string& out, const Metadata& metadata);

/// Reads on until a read answers false; then every later one does.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  bool read_long(std::int64_t& value);
  /// A view into the bytes.
  bool read_bytes(std::string_view& bytes);
  bool read_fixed(std::size_t size, std::string_view& bytes);
  /// Of two entries of the same name the last one counts.
  bool read_metadata(Metadata& metadata);
  /// Ends reading: these bytes are not what they should be.
  bool refuse(std::string_view what);

  /// What was read, as long as every read answered true.
  [[nodiscard]] std::size_t position() const noexcept { return at_; }
  [[nodiscard]] std::string_view rest() const noexcept { return bytes_.substr(at_); }
  /// After a false: more bytes may help, and at least so many are needed in all. 0: none help.
  [[nodiscard]] std::size_t needed() const noexcept { return needed_; }
  /// After a false: what is wrong, also with bytes that have ended.
  [[nodiscard]] Status problem() const;

 private:
  bool is_short(std::size_t needed);

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t needed_ = 0;
  std::string_view wrong_{};
  bool has_failed_ = false;
};

/// The peer does not keep to the protocol: the connection cannot go on.
[[nodiscard]] Status breach(std::string_view what);

}  // namespace flume::rpc
