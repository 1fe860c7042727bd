// AvroEvent: an event that is collected in Avro's form before it goes into a BatchBuilder: for those that may have thousands of
// headers, whose names BatchBuilder::header() would compare each with each. One thread; used again and again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"

namespace flume::thrift {

class AvroEvent {
 public:
  /// The same key again: the last value wins.
  void header(std::string_view key, std::string_view value);
  /// Those of another event behind its own.
  void headers_of(const AvroEvent& other);
  [[nodiscard]] bool has_headers() const noexcept { return count_ != 0; }
  /// Ends the event and forgets it. Rejected: too many headers or bytes.
  Status finish(std::string_view body, BatchBuilder& into);

 private:
  std::string headers_;  // encoded
  std::uint64_t count_ = 0;
};

}  // namespace flume::thrift
