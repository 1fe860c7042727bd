#include "components/sinks/http/request_body.h"

#include <utility>

#include "codec/event_json.h"
#include "text/utf8.h"

namespace flume {
namespace {

// A single large event must not hold its memory for ever.
constexpr std::size_t kMostKept = std::size_t{4} << 20U;

}  // namespace

void RequestBody::write(const EventBatch& batch, const Refuse& refuse) {
  text_.clear();
  if (text_.capacity() > kMostKept) std::string().swap(text_);
  events_ = 0;
  empty_events_ = 0;
  if (batch_ == HttpBatch::JsonArray) text_.push_back('[');
  std::uint32_t index = 0;
  for (const EventView event : batch) {
    std::string reason;
    if (append(event, reason)) {
      ++events_;
    } else if (reason.empty()) {
      ++empty_events_;
    } else {
      refuse(index, std::move(reason));
    }
    ++index;
  }
  if (batch_ == HttpBatch::JsonArray) text_.push_back(']');
}

bool RequestBody::append(const EventView& event, std::string& reason) {
  std::string_view body = event.body();
  switch (batch_) {
    case HttpBatch::One:
      text_.append(body);
      return !body.empty();
    case HttpBatch::Lines:
      if (body.ends_with('\n')) body.remove_suffix(1);
      if (body.find('\n') != std::string_view::npos) {
        reason = "a body with a newline in it would be two lines: batch = ndjson or json_array can send it";
        return false;
      }
      if (body.empty()) return false;
      text_.append(body).push_back('\n');
      return true;
    case HttpBatch::Ndjson:
    case HttpBatch::JsonArray:
      break;
  }
  if (binary_ == HttpBinary::Reject && !is_valid_utf8(body)) {
    reason = "a body that is not UTF-8 cannot be written in JSON; binaryBodies = base64 sends it as bodyBase64";
    return false;
  }
  if (batch_ == HttpBatch::JsonArray && events_ != 0) text_.push_back(',');
  append_event_json(event, {}, text_);
  if (batch_ == HttpBatch::Ndjson) text_.push_back('\n');
  return true;
}

std::string_view usual_content_type(HttpBatch batch) noexcept {
  switch (batch) {
    case HttpBatch::Ndjson:
      return "application/x-ndjson";
    case HttpBatch::JsonArray:
      return "application/json";
    default:
      return "text/plain";
  }
}

}  // namespace flume
