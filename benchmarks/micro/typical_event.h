// The event of all measurements: a body of 200 bytes and three headers, 252 bytes encoded.
#pragma once

#include <cstdlib>
#include <string>

#include "flume/batch_builder.h"

namespace flume::bench {

inline const std::string kBody(200, 'b');

inline void build_events(BatchBuilder& builder, std::uint32_t events) {
  for (std::uint32_t i = 0; i < events; ++i) {
    builder.header("host", "host-0001.corp");
    builder.header("timestamp", "1700000000000");
    builder.header("f", "1");
    if (!builder.body(kBody).ok()) std::abort();
  }
}

}  // namespace flume::bench
