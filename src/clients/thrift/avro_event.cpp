#include "clients/thrift/avro_event.h"

#include <utility>

#include "flume/avro.h"

namespace flume::thrift {
namespace {

void append_length(std::string& out, std::uint64_t length) {
  std::uint8_t bytes[avro::kMaxVarint];
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(avro::write_length(bytes, length) - bytes));
}

void append_text(std::string& out, std::string_view text) {
  append_length(out, text.size());
  out += text;
}

}  // namespace

void AvroEvent::header(std::string_view key, std::string_view value) {
  append_text(headers_, key);
  append_text(headers_, value);
  ++count_;
}

void AvroEvent::headers_of(const AvroEvent& other) {
  headers_ += other.headers_;
  count_ += other.count_;
}

Status AvroEvent::finish(std::string_view body, BatchBuilder& into) {
  std::string event;
  event.reserve(headers_.size() + body.size() + 3 * avro::kMaxVarint);
  append_length(event, count_);
  event += headers_;
  if (count_ != 0) append_length(event, 0);
  append_text(event, body);
  headers_.clear();
  count_ = 0;
  const auto adopted = into.adopt_avro(event);
  return adopted.status();
}

}  // namespace flume::thrift
