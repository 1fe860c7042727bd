// Requests as Thrift clients write them, by libthrift's general interface, for tests of servers; and what servers answer.
// Needs Thrift::protocols. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "clients/thrift/message.h"

namespace flume::thrift_requests {

using apache::thrift::protocol::TMessageType;
using apache::thrift::protocol::TProtocol;
using apache::thrift::protocol::TType;
using apache::thrift::transport::TMemoryBuffer;

struct Event {
  std::map<std::string, std::string> headers;
  std::string body;
};

inline std::shared_ptr<TProtocol> protocol_over(thrift::Encoding encoding, const std::shared_ptr<TMemoryBuffer>& memory) {
  using Binary = apache::thrift::protocol::TBinaryProtocolT<TMemoryBuffer>;
  if (encoding == thrift::Encoding::Compact) return std::make_shared<apache::thrift::protocol::TCompactProtocolT<TMemoryBuffer>>(memory);
  return std::make_shared<Binary>(memory, 0, 0, false, encoding == thrift::Encoding::Binary);
}

inline std::string framed(std::string_view message) {
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(message.size() >> static_cast<unsigned>(shift) & 0xFFU);
  return frame.append(message);
}

/// A call whose arguments `write` writes, without a frame.
inline std::string call(thrift::Encoding encoding, const std::string& method, std::int32_t sequence,
                        const std::function<void(TProtocol&)>& write, TMessageType type = TMessageType::T_CALL) {
  const auto memory = std::make_shared<TMemoryBuffer>();
  const auto out = protocol_over(encoding, memory);
  out->writeMessageBegin(method, type, sequence);
  out->writeStructBegin("args");
  write(*out);
  out->writeFieldStop();
  out->writeStructEnd();
  out->writeMessageEnd();
  return memory->getBufferAsString();
}

inline void write_texts(TProtocol& out, std::int16_t field, const std::map<std::string, std::string>& texts) {
  out.writeFieldBegin("", TType::T_MAP, field);
  out.writeMapBegin(TType::T_STRING, TType::T_STRING, static_cast<std::uint32_t>(texts.size()));
  for (const auto& [key, value] : texts) {
    out.writeString(key);
    out.writeString(value);
  }
  out.writeMapEnd();
  out.writeFieldEnd();
}

inline void write_text(TProtocol& out, std::int16_t field, const std::string& text) {
  out.writeFieldBegin("", TType::T_STRING, field);
  out.writeString(text);
  out.writeFieldEnd();
}

/// ThriftFlumeEvent.
inline void write_event(TProtocol& out, const Event& event) {
  out.writeStructBegin("ThriftFlumeEvent");
  write_texts(out, 1, event.headers);
  write_text(out, 2, event.body);
  out.writeFieldStop();
  out.writeStructEnd();
}

inline std::string append(thrift::Encoding encoding, std::int32_t sequence, const Event& event) {
  return framed(call(encoding, "append", sequence, [&](TProtocol& out) {
    out.writeFieldBegin("event", TType::T_STRUCT, 1);
    write_event(out, event);
    out.writeFieldEnd();
  }));
}

inline std::string append_batch(thrift::Encoding encoding, std::int32_t sequence, const std::vector<Event>& events) {
  return framed(call(encoding, "appendBatch", sequence, [&](TProtocol& out) {
    out.writeFieldBegin("events", TType::T_LIST, 1);
    out.writeListBegin(TType::T_STRUCT, static_cast<std::uint32_t>(events.size()));
    for (const Event& event : events) write_event(out, event);
    out.writeListEnd();
    out.writeFieldEnd();
  }));
}

/// The answers in `bytes`, one word each: the number of an enum, or "error N: text" of an exception, with the sequence number in front.
inline std::vector<std::string> answers(thrift::Encoding encoding, std::string_view bytes) {
  std::vector<std::string> all;
  while (!bytes.empty()) {
    const auto length = thrift::message_length(bytes);
    if (!length || bytes.size() < 4 + *length) return all.emplace_back("cut off"), all;
    const auto memory = std::make_shared<TMemoryBuffer>();
    memory->write(reinterpret_cast<const std::uint8_t*>(bytes.data()) + 4, *length);
    bytes.remove_prefix(4 + *length);
    const auto in = protocol_over(encoding, memory);
    std::string name;
    TMessageType type{};
    std::int32_t sequence = 0;
    in->readMessageBegin(name, type, sequence);
    std::string text;
    std::int32_t number = -1;
    std::int16_t id = 0;
    TType field{};
    for (in->readStructBegin(name); in->readFieldBegin(name, field, id), field != TType::T_STOP; in->readFieldEnd()) {
      if (field == TType::T_STRING) {
        in->readString(text);
      } else {
        in->readI32(number);
      }
    }
    std::string answer = std::to_string(sequence) + " ";
    if (type == TMessageType::T_EXCEPTION) answer += "error ";
    answer += std::to_string(number);
    if (!text.empty()) answer += ": " + text;
    all.push_back(answer);
  }
  return all;
}

}  // namespace flume::thrift_requests
