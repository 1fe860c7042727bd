// The events of a log, one after the other, and how `flume-ng channel cat` and `export` write them. Reads only; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "flume/event.h"
#include "flume/ids.h"
#include "flume/result.h"
#include "storage/log_scan.h"

namespace flume::cli {

struct EventSelection {
  EventId from = 1;
  std::uint64_t count = UINT64_MAX;
  bool with_delivered = false;
};

struct Walked {
  std::uint64_t events = 0;
  std::uint64_t problems = 0;  ///< that were told
};

/// Calls `visit` for each event in id order; an error of it ends the walk. `tell`: what cannot be read; the walk goes on behind it.
Result<Walked> each_event(const storage::LogLook& look, const EventSelection& selection,
                          const std::function<Status(EventId, const EventView&)>& visit,
                          const std::function<void(const std::string&)>& tell);

/// The body and a line feed; with headers: {key=value, ...} before it.
void append_as_text(const EventView& event, bool with_headers, std::string& out);
/// {"id":1,"headers":{...},"body":"..."} and a line feed. Headers or a body that are no UTF-8 are there as "headersBase64" and
/// "bodyBase64" instead.
void append_as_json(EventId id, const EventView& event, std::string& out);
/// The same, and the body always as "bodyBase64".
void append_as_export(EventId id, const EventView& event, std::string& out);

}  // namespace flume::cli
