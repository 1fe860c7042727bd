// libthrift, for the .cpp files of this folder: its protocols over memory, with every length bounded by the message and its
// exceptions ended here. Included by nobody else: its headers are slow and bring Boost's.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "clients/thrift/message.h"

namespace flume::thrift::library {

using apache::thrift::protocol::TMessageType;
using apache::thrift::protocol::TProtocolException;
using apache::thrift::protocol::TType;
using apache::thrift::transport::TTransportException;
using Memory = apache::thrift::transport::TMemoryBuffer;
using Compact = apache::thrift::protocol::TCompactProtocolT<Memory>;
using Binary = apache::thrift::protocol::TBinaryProtocolT<Memory>;

/// Calls `visit(protocol)`, which reads `message`. libthrift takes memory for a string before it looks whether there are so many
/// bytes, so strings are bounded by the message.
template <typename Visit>
auto with_reader(Encoding encoding, std::string_view message, Visit&& visit) {
  const auto size = static_cast<std::int32_t>(message.size());
  // It writes to none of what it only observes.
  auto* const bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(message.data()));
  const auto limits = std::make_shared<apache::thrift::TConfiguration>(size, size);
  auto memory = std::make_shared<Memory>(bytes, static_cast<std::uint32_t>(size), Memory::OBSERVE, limits);
  if (encoding == Encoding::Compact) {
    Compact protocol(std::move(memory), size, size);
    return visit(protocol);
  }
  Binary protocol(std::move(memory), size, size, false, true);
  return visit(protocol);
}

/// The frame of what `visit(protocol)` writes.
template <typename Visit>
std::string frame_of(Encoding encoding, Visit&& visit) {
  const auto memory = std::make_shared<Memory>();
  const std::uint8_t no_length[kFrameHead] = {};
  memory->write(no_length, kFrameHead);
  if (encoding == Encoding::Compact) {
    Compact protocol(memory);
    visit(protocol);
  } else {
    Binary protocol(memory, 0, 0, false, encoding == Encoding::Binary);
    visit(protocol);
  }
  std::string frame = memory->getBufferAsString();
  const auto length = static_cast<std::uint32_t>(frame.size() - kFrameHead);
  for (std::size_t i = 0; i < kFrameHead; ++i) frame[i] = static_cast<char>(length >> (24 - 8 * i) & 0xFFU);
  return frame;
}

/// Reads a struct: `read_field(id, type)` reads the field's value and says true, or says false and it is skipped.
template <typename Protocol, typename ReadField>
void read_struct(Protocol& in, ReadField&& read_field) {
  std::string name;
  TType type{};
  std::int16_t id = 0;
  in.readStructBegin(name);
  for (;;) {
    in.readFieldBegin(name, type, id);
    if (type == TType::T_STOP) break;
    if (!read_field(id, type)) in.skip(type);
    in.readFieldEnd();
  }
  in.readStructEnd();
}

/// Reads a list of structs: `read_element()` for each.
template <typename Protocol, typename ReadElement>
void read_structs(Protocol& in, ReadElement&& read_element) {
  TType type{};
  std::uint32_t count = 0;
  in.readListBegin(type, count);
  if (count != 0 && type != TType::T_STRUCT) throw TProtocolException(TProtocolException::INVALID_DATA, "a list has no structs");
  for (; count != 0; --count) read_element();
  in.readListEnd();
}

/// Reads the head of a message.
template <typename Protocol>
TMessageType read_head(Protocol& in, Call& call) {
  TMessageType type{};
  in.readMessageBegin(call.method, type, call.sequence);
  return type;
}

/// Reads a request: `read_arguments(protocol, method)` reads the struct of a method that it knows and says true; it throws a
/// TProtocolException at what it refuses. Rejected: these bytes are no message, or end too early.
template <typename ReadArguments>
Result<Request> read_request(Encoding encoding, std::string_view message, ReadArguments&& read_arguments) {
  return with_reader(encoding, message, [&](auto& in) -> Result<Request> {
    Request request;
    bool has_head = false;
    try {
      read_head(in, request.call);
      has_head = true;
      if (!read_arguments(in, std::string_view(request.call.method))) request.state = Request::State::UnknownMethod;
    } catch (const TProtocolException& e) {
      if (!has_head) return rejected(std::string("no Thrift message of this protocol: ") + e.what());
      request.state = Request::State::BadArguments;
      request.problem = e.what();
    } catch (const std::exception& e) {
      return rejected(std::string("damaged Thrift message: ") + e.what());
    }
    return request;
  });
}

}  // namespace flume::thrift::library
