// Events as JSON objects in the form that Flume's HTTP source takes: {"headers":{..},"body":".."}. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "flume/event.h"

namespace flume {

struct EventJsonForm {
  bool headers = true;
  bool always_base64 = false;  ///< the body as "bodyBase64", also where it is UTF-8
};

/// Appends one object, without a newline in or behind it. A body that is not UTF-8 becomes "bodyBase64", from which its bytes can be
/// had back; in a header each malformed sequence becomes U+FFFD.
void append_event_json(const EventView& event, EventJsonForm form, std::string& out);

}  // namespace flume
