#include "clients/thrift/scribe_protocol.h"

#include <string>

#include "clients/thrift/event_reader.h"
#include "clients/thrift/library.h"

namespace flume::thrift {
namespace {

using library::TType;

constexpr std::string_view kLog = "Log";
constexpr std::int16_t kMessagesArgument = 1;
constexpr std::int16_t kCategoryField = 1;
constexpr std::int16_t kMessageField = 2;

template <typename Protocol>
void read_entries(Protocol& in, std::string_view category_header, BatchBuilder& into) {
  std::string category;
  std::string message;
  library::read_structs(in, [&] {
    bool has_category = false;
    message.clear();
    library::read_struct(in, [&](std::int16_t id, TType type) {
      if (type != TType::T_STRING || (id != kCategoryField && id != kMessageField)) return false;
      has_category = has_category || id == kCategoryField;
      in.readBinary(id == kCategoryField ? category : message);
      return true;
    });
    if (has_category) into.header(category_header, category);
    library::check_built(into.body(message));
  });
}

}  // namespace

Result<Request> read_scribe_request(std::string_view message, std::string_view category_header, BatchBuilder& into) {
  return library::read_request(kScribeEncoding, message, [&](auto& in, std::string_view method) {
    if (method != kLog) return false;
    library::read_struct(in, [&](std::int16_t id, TType type) {
      if (id != kMessagesArgument || type != TType::T_LIST) return false;
      read_entries(in, category_header, into);
      return true;
    });
    return true;
  });
}

}  // namespace flume::thrift
