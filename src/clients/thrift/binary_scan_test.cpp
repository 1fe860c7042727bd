#include "clients/thrift/binary_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/thrift/message.h"
#include "support/thrift_requests.h"

namespace flume::thrift {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using thrift_requests::TProtocol;
using thrift_requests::TType;

std::string call(const std::function<void(TProtocol&)>& write) { return thrift_requests::call(Encoding::Binary, "append", 1, write); }

/// A message of every type, with containers in containers.
std::string rich_message() {
  return call([](TProtocol& out) {
    out.writeFieldBegin("", TType::T_BOOL, 1);
    out.writeBool(true);
    out.writeFieldBegin("", TType::T_BYTE, 2);
    out.writeByte(1);
    out.writeFieldBegin("", TType::T_DOUBLE, 3);
    out.writeDouble(1.5);
    out.writeFieldBegin("", TType::T_I16, 4);
    out.writeI16(1);
    out.writeFieldBegin("", TType::T_I64, 5);
    out.writeI64(1);
    thrift_requests::write_texts(out, 6, {{"a", "b"}, {"cc", ""}, {"", "long value"}});
    out.writeFieldBegin("", TType::T_SET, 7);
    out.writeSetBegin(TType::T_I32, 3);
    for (int i = 0; i < 3; ++i) out.writeI32(i);
    out.writeFieldBegin("", TType::T_LIST, 8);
    out.writeListBegin(TType::T_STRUCT, 2);
    for (int i = 0; i < 2; ++i) {
      thrift_requests::write_text(out, 1, "text");
      out.writeFieldStop();
    }
    out.writeFieldBegin("", TType::T_MAP, 9);
    out.writeMapBegin(TType::T_STRING, TType::T_LIST, 1);
    out.writeString("list");
    out.writeListBegin(TType::T_STRING, 0);
  });
}

TEST(BinaryScan, finds_the_end_of_a_message_whatever_follows) {
  const std::string message = rich_message();
  for (const std::string& more : {""s, "x"s, message}) {
    const auto scan = scan_binary_message(message + more);
    ASSERT_TRUE(scan.ok()) << scan.status().message();
    EXPECT_TRUE(scan->is_whole);
    EXPECT_EQ(scan->bytes, message.size());
  }
}

TEST(BinaryScan, asks_for_no_more_than_the_message_has) {
  const std::string message = rich_message();
  for (std::size_t size = 0; size < message.size(); ++size) {
    const auto scan = scan_binary_message(std::string_view(message).substr(0, size));
    ASSERT_TRUE(scan.ok()) << scan.status().message();
    EXPECT_FALSE(scan->is_whole);
    EXPECT_GT(scan->bytes, size);
    EXPECT_LE(scan->bytes, message.size()) << size;
  }
}

TEST(BinaryScan, is_asked_seldom_for_a_large_message_in_small_pieces) {
  std::map<std::string, std::string> texts;
  for (int i = 0; i < 20'000; ++i) texts.emplace("key " + std::to_string(i), "v");
  const std::string message = call([&](TProtocol& out) { thrift_requests::write_texts(out, 1, texts); });
  std::size_t asked = 0;
  for (std::size_t have = 0; have < message.size(); ++asked) have = scan_binary_message(std::string_view(message).substr(0, have))->bytes;
  EXPECT_LT(asked, 100U);
}

TEST(BinaryScan, refuses_what_is_no_message) {
  const std::string head = call([](TProtocol&) {});
  const std::string open = head.substr(0, head.size() - 1);
  const auto why = [](const std::string& bytes) {
    const auto scan = scan_binary_message(bytes);
    return scan.ok() ? "taken" : scan.status().message();
  };
  EXPECT_THAT(why("GET / HTTP/1.1"), HasSubstr("no Thrift message"));
  EXPECT_THAT(why("\x80\x01\0\1\xFF\xFF\xFF\xFF"s), HasSubstr("negative length"));
  EXPECT_THAT(why("\x80\x01\0\1\x7F\xFF\xFF\xFF"s), HasSubstr("16384000 are taken"));
  EXPECT_THAT(why(open + "\x0B\0\1\x7F\xFF\xFF\xFF"s), HasSubstr("16384000 are taken"));
  EXPECT_THAT(why(open + "\x0D\0\1\x0B\x0B\x7F\xFF\xFF\xFF"s), HasSubstr("16384000 are taken"));
  EXPECT_THAT(why(open + "\x0F\0\1\x0C\x7F\xFF\xFF\xFF"s), HasSubstr("16384000 are taken"));
  EXPECT_THAT(why(open + "\x0F\0\1\0\0\0\0\1"s), HasSubstr("without a type"));
  EXPECT_THAT(why(open + "\x07\0\1"s), HasSubstr("no type 7"));
  EXPECT_THAT(why(open + "\xFF\0\1"s), HasSubstr("no type 255"));
  std::string deep = open;
  for (int i = 0; i < 50; ++i) deep += "\x0C\0\1"s;
  EXPECT_THAT(why(deep), HasSubstr("32 levels"));
  std::string wide = open;
  for (int i = 0; i < 100; ++i) wide += "\x03\0\1x"s;
  EXPECT_THAT(why(wide), HasSubstr("64 fields"));
}

}  // namespace
}  // namespace flume::thrift
