// How long a message is that comes without a frame, in the binary protocol: found by going over its values, before any of them is
// read. Pure function.
#pragma once

#include <cstddef>
#include <string_view>

#include "flume/result.h"

namespace flume::thrift {

struct MessageScan {
  bool is_whole = false;
  /// Of a whole one: its length. Else so many bytes at least are needed before another look makes sense.
  std::size_t bytes = 0;
};

/// `bytes` begin with a message. Who looks again when there are as many as it asks for looks seldom, however small the pieces are in
/// which they come. Rejected: it is no message with a version, or has more than kLongestMessage bytes, or an absurd number of
/// fields or levels.
[[nodiscard]] Result<MessageScan> scan_binary_message(std::string_view bytes);

}  // namespace flume::thrift
