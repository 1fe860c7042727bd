// An event as one line of log, the way Flume's logger sink prints it: headers as a Java map, the first bytes of the body
// as hexadecimal numbers and characters, sixteen to a line. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>

#include "flume/event.h"

namespace flume {

/// "{ headers:{k=v} body: 68 69 ... hi }"; at most `body_bytes` of the body.
[[nodiscard]] std::string dump_event(const EventView& event, std::size_t body_bytes);

}  // namespace flume
