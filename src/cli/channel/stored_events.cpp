#include "cli/channel/stored_events.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "text/base64.h"
#include "text/utf8.h"

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;
using storage::LogLook;
using storage::Segment;

class Walk {
 public:
  Walk(const LogLook& look, const EventSelection& selection, const std::function<Status(EventId, const EventView&)>& visit,
       const std::function<void(const std::string&)>& tell)
      : look_(look), selection_(selection), visit_(visit), tell_(tell) {}

  Result<Walked> run() {
    for (const storage::Damage& damage : look_.log.damages) tell_problem(to_string(damage));
    for (const auto& [number, segment] : look_.log.segments) {
      if (walked_.events == selection_.count) break;
      if (segment->ids.hi <= selection_.from || segment->ids.size() == 0) continue;
      if (!selection_.with_delivered && look_.log.state.delivered.contains(Ranges(segment->ids))) continue;
      FLUME_TRY(go_over(*segment));
    }
    return walked_;
  }

 private:
  Status go_over(const Segment& segment) {
    storage::SegmentScan scan(segment, builder_);
    for (;;) {
      auto step = scan.next();
      if (!step) return std::move(step).status();
      if (!*step) return {};
      if ((*step)->damage) {
        storage::Damage damage = *std::move((*step)->damage);
        if (look_.is_in_use()) {
          const auto reused = storage::is_reused(segment);
          if (!reused) return reused.status();
          if (*reused) return {};  // all of it has been delivered meanwhile
        }
        damage.ids.remove(look_.log.state.delivered);
        if (!is_told(damage)) tell_problem(to_string(damage));
        continue;
      }
      EventId id = (*step)->record->head.first_id;
      for (const EventView event : (*step)->events) {
        const EventId this_id = id++;
        if (this_id < selection_.from || (!selection_.with_delivered && look_.log.state.delivered.contains(this_id))) continue;
        if (walked_.events == selection_.count) return {};
        ++walked_.events;
        FLUME_TRY(visit_(this_id, event));
      }
      if (walked_.events == selection_.count) return {};
    }
  }

  [[nodiscard]] bool is_told(const storage::Damage& damage) const {
    return std::any_of(look_.log.damages.begin(), look_.log.damages.end(),
                       [&](const storage::Damage& told) { return told.path == damage.path && told.from == damage.from; });
  }

  void tell_problem(const std::string& text) {
    ++walked_.problems;
    tell_(text);
  }

  const LogLook& look_;
  const EventSelection& selection_;
  const std::function<Status(EventId, const EventView&)>& visit_;
  const std::function<void(const std::string&)>& tell_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  Walked walked_;
};

void append_quoted(std::string_view text, std::string& out) { out += Json(text).dump(); }

/// "headers":{...} or, when they are no text, "headersBase64":{...}
void append_headers(const EventView& event, std::string& out) {
  bool is_text = true;
  event.each_header(
      [&is_text](std::string_view key, std::string_view value) { is_text = is_text && is_valid_utf8(key) && is_valid_utf8(value); });
  out += is_text ? "\"headers\":{" : "\"headersBase64\":{";
  bool is_first = true;
  event.each_header([&](std::string_view key, std::string_view value) {
    if (!std::exchange(is_first, false)) out += ',';
    append_quoted(is_text ? std::string(key) : to_base64(key), out);
    out += ':';
    append_quoted(is_text ? std::string(value) : to_base64(value), out);
  });
  out += '}';
}

void append_line(EventId id, const EventView& event, bool as_text, std::string& out) {
  out += "{\"id\":" + std::to_string(id) + ',';
  append_headers(event, out);
  out += as_text ? ",\"body\":" : ",\"bodyBase64\":";
  append_quoted(as_text ? std::string(event.body()) : to_base64(event.body()), out);
  out += "}\n";
}

}  // namespace

Result<Walked> each_event(const LogLook& look, const EventSelection& selection,
                          const std::function<Status(EventId, const EventView&)>& visit,
                          const std::function<void(const std::string&)>& tell) {
  return Walk(look, selection, visit, tell).run();
}

void append_as_text(const EventView& event, bool with_headers, std::string& out) {
  if (with_headers) {
    out += '{';
    bool is_first = true;
    event.each_header([&](std::string_view key, std::string_view value) {
      if (!std::exchange(is_first, false)) out += ", ";
      out.append(key).append("=").append(value);
    });
    out += "} ";
  }
  out += event.body();
  out += '\n';
}

void append_as_json(EventId id, const EventView& event, std::string& out) { append_line(id, event, is_valid_utf8(event.body()), out); }

void append_as_export(EventId id, const EventView& event, std::string& out) { append_line(id, event, false, out); }

}  // namespace flume::cli
