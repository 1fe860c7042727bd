#include "clients/thrift/message.h"

#include <array>
#include <exception>

#include "clients/thrift/library.h"

namespace flume::thrift {
namespace {

// TApplicationException of Thrift's interface.
constexpr std::int16_t kTextField = 1;
constexpr std::int16_t kReasonField = 2;
constexpr std::int32_t kUnknownMethod = 1;
constexpr std::int32_t kProtocolError = 7;
constexpr std::int16_t kResultField = 0;

using library::TMessageType;
using library::TType;

struct Refused {
  std::string text;
  std::int32_t reason = 0;
};

template <typename Protocol>
Refused read_refusal(Protocol& in) {
  Refused refused;
  library::read_struct(in, [&](std::int16_t id, TType type) {
    if (id == kTextField && type == TType::T_STRING) {
      in.readString(refused.text);
    } else if (id == kReasonField && type == TType::T_I32) {
      in.readI32(refused.reason);
    } else {
      return false;
    }
    return true;
  });
  return refused;
}

Status no_answer(const std::string& why) { return retryable("the answer cannot be understood: " + why, Cause::Io); }

}  // namespace

std::span<const EnumName<Encoding>> enum_names(Encoding) noexcept {
  static constexpr std::array<EnumName<Encoding>, 2> kNames{{{"compact", Encoding::Compact}, {"binary", Encoding::Binary}}};
  return kNames;
}

Result<std::uint32_t> message_length(std::string_view frame_head, std::uint32_t longest) {
  std::uint32_t length = 0;
  for (const char byte : frame_head.substr(0, kFrameHead)) length = length << 8U | static_cast<unsigned char>(byte);
  if (length <= longest) return length;
  constexpr std::uint32_t kTlsHandshake = 0x160300;
  std::string seems;
  if (length >> 8U >= kTlsHandshake && length >> 8U <= kTlsHandshake + 4) {
    seems = "; the peer seems to speak TLS";
  } else if (length >> 16U == 0x8001 || length >> 24U == 0x82) {
    seems = "; the peer seems to speak Thrift without frames";
  } else if (frame_head.starts_with("GET ") || frame_head.starts_with("POST") || frame_head.starts_with("HTTP")) {
    seems = "; the peer seems to speak HTTP";
  }
  return rejected("a frame of " + std::to_string(length) + " bytes, above the " + std::to_string(longest) + " that are taken" + seems);
}

std::string enum_reply(Encoding encoding, const Call& call, std::int32_t value) {
  return library::frame_of(encoding, [&](auto& out) {
    out.writeMessageBegin(call.method, TMessageType::T_REPLY, call.sequence);
    out.writeStructBegin("result");
    out.writeFieldBegin("success", TType::T_I32, kResultField);
    out.writeI32(value);
    out.writeFieldEnd();
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeMessageEnd();
  });
}

std::string void_reply(Encoding encoding, const Call& call) {
  return library::frame_of(encoding, [&](auto& out) {
    out.writeMessageBegin(call.method, TMessageType::T_REPLY, call.sequence);
    out.writeStructBegin("result");
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeMessageEnd();
  });
}

std::string refusal(Encoding encoding, const Request& request) {
  const bool is_unknown = request.state == Request::State::UnknownMethod;
  return library::frame_of(encoding, [&](auto& out) {
    out.writeMessageBegin(request.call.method, TMessageType::T_EXCEPTION, request.call.sequence);
    out.writeStructBegin("TApplicationException");
    out.writeFieldBegin("message", TType::T_STRING, kTextField);
    out.writeString(is_unknown ? "Invalid method name: '" + request.call.method + "'" : request.problem);
    out.writeFieldEnd();
    out.writeFieldBegin("type", TType::T_I32, kReasonField);
    out.writeI32(is_unknown ? kUnknownMethod : kProtocolError);
    out.writeFieldEnd();
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeMessageEnd();
  });
}

Result<std::int32_t> read_enum_reply(Encoding encoding, std::string_view message, std::int32_t sequence) {
  return library::with_reader(encoding, message, [&](auto& in) -> Result<std::int32_t> {
    try {
      Call call;
      const TMessageType type = library::read_head(in, call);
      if (call.sequence != sequence) return no_answer("it is to another call");
      if (type == TMessageType::T_EXCEPTION) {
        const Refused refused = read_refusal(in);
        return rejected("the server refuses " + call.method + ": " + refused.text + " (Thrift error " + std::to_string(refused.reason) +
                        ")");
      }
      if (type != TMessageType::T_REPLY) return no_answer("it is no reply");
      std::int32_t value = -1;
      bool has_value = false;
      library::read_struct(in, [&](std::int16_t id, TType field_type) {
        if (id != kResultField || field_type != TType::T_I32) return false;
        in.readI32(value);
        return has_value = true;
      });
      if (!has_value) return no_answer("it has no result");
      return value;
    } catch (const std::exception& e) {
      return no_answer(e.what());
    }
  });
}

}  // namespace flume::thrift
