// The serialisation streams that a key store may hold, and the many that it may not.
#include "crypto/java_object.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::crypto {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

const std::string kHeader = "\xAC\xED\x00\x05"s;
const std::string kNull = "\x70"s;
const std::string kEndOfClass = "\x78"s;
constexpr char kPlain = '\x02';
constexpr char kEnum = '\x12';

std::string name(const std::string& text) {
  return std::string(1, static_cast<char>(text.size() >> 8U)) + static_cast<char>(text.size()) + text;
}
std::string string(const std::string& text) { return "\x74" + name(text); }
std::string reference(int handle) { return "\x71\x00\x7E\x00"s + static_cast<char>(handle); }
std::string class_of(const std::string& class_name, char flags, const std::string& fields, char count, const std::string& super = kNull) {
  return "\x72" + name(class_name) + "12345678" + flags + '\0' + count + fields + kEndOfClass + super;
}
std::string bytes_field(const std::string& field) { return "[" + name(field) + string("[B"); }
std::string text_field(const std::string& field) { return "L" + name(field) + string("Ljava/lang/String;"); }
std::string array(const std::string& bytes) {
  return "\x75" + class_of("[B", kPlain, "", 0) + std::string(3, '\0') + static_cast<char>(bytes.size()) + bytes;
}
std::string object(const std::string& described, const std::string& values) { return kHeader + "\x73" + described + values; }

Result<JavaObject> read(const std::string& stream) {
  BigEndianReader in(as_bytes(stream));
  return read_java_object(in);
}

void expect_error(const std::string& stream, ErrorKind kind, const std::string& text) {
  const Status status = read(stream).status();
  ASSERT_FALSE(status.ok()) << text;
  EXPECT_EQ(status.kind(), kind) << status.message();
  EXPECT_THAT(status.message(), HasSubstr(text));
}

TEST(JavaObject, has_the_fields_of_its_superclass_first) {
  const std::string stream = object(class_of("Sub", kPlain, text_field("name"), 1, class_of("Super", kPlain, bytes_field("content"), 1)),
                                    array("abc") + string("n"));
  const auto read_object = read(stream);
  ASSERT_TRUE(read_object.ok()) << read_object.status().message();
  EXPECT_EQ(read_object->class_name, "Sub");
  ASSERT_EQ(read_object->fields.size(), 2U);
  EXPECT_EQ(read_object->fields[0].name, "content");
  EXPECT_EQ(as_text(read_object->bytes("content")), "abc");
  EXPECT_EQ(read_object->text("name"), "n");
  EXPECT_EQ(read_object->text("content"), "");
  EXPECT_EQ(read_object->text("absent"), "");
}

TEST(JavaObject, leaves_the_reader_behind_it) {
  const std::string stream = object(class_of("C", kPlain, "", 0), "") + "rest";
  BigEndianReader in(as_bytes(stream));
  ASSERT_TRUE(read_java_object(in).ok());
  EXPECT_EQ(as_text(in.take(4)), "rest");
}

TEST(JavaObject, follows_references_to_strings_and_types) {
  // Handles: 0 the class, 1 the type's name, 2 the object, 3 the first string.
  const std::string fields = text_field("a") + "L" + name("b") + reference(1);
  const std::string stream = object(class_of("C", kPlain, fields, 2), string("same") + reference(3));
  const auto read_object = read(stream);
  ASSERT_TRUE(read_object.ok()) << read_object.status().message();
  EXPECT_EQ(read_object->text("b"), "same");
}

TEST(JavaObject, has_null_fields_and_enum_constants) {
  const std::string fields = bytes_field("none") + "L" + name("type") + string("LType;");
  const std::string constant = "\x7E" + class_of("Type", kEnum, "", 0, class_of("java.lang.Enum", kEnum, "", 0)) + string("SECRET");
  const auto stream = object(class_of("C", kPlain, fields, 2), kNull + constant);
  const auto read_object = read(stream);
  ASSERT_TRUE(read_object.ok()) << read_object.status().message();
  EXPECT_EQ(read_object->text("type"), "SECRET");
  EXPECT_TRUE(read_object->bytes("none").empty());
}

TEST(JavaObject, is_damaged_wherever_it_is_cut) {
  const std::string constant = "\x7E" + class_of("Type", kEnum, "", 0) + string("SECRET");
  const std::string fields = bytes_field("b") + text_field("t") + "L" + name("e") + string("LType;");
  const std::string whole = object(class_of("C", kPlain, fields, 3), array("abc") + string("t") + constant);
  ASSERT_TRUE(read(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = read(whole.substr(0, size));
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.status().kind(), ErrorKind::Corrupt) << size << ": " << cut.status().message();
  }
}

TEST(JavaObject, refuses_what_a_key_store_does_not_hold) {
  const auto with_field = [](const std::string& field, const std::string& value) { return object(class_of("C", kPlain, field, 1), value); };
  expect_error(kHeader + "\x74\x00\x01x"s, ErrorKind::Rejected, "not an object");
  expect_error(object(class_of("C", '\x03', "", 0), ""), ErrorKind::Rejected, "writes itself in its own way");
  expect_error(object(class_of("C", '\x0C', "", 0), ""), ErrorKind::Rejected, "writes itself in its own way");
  expect_error(with_field("I" + name("count"), "\0\0\0\1"s), ErrorKind::Rejected, "neither bytes nor text");
  expect_error(with_field("[" + name("list") + string("[I"), kNull), ErrorKind::Rejected, "not an array of bytes");
  expect_error(with_field(text_field("t"), object(class_of("D", kPlain, "", 0), "").substr(4)), ErrorKind::Rejected,
               "where a string belongs");
  expect_error(with_field(bytes_field("b"), string("text")), ErrorKind::Rejected, "where an array belongs");
  expect_error(with_field(bytes_field("b"), "\x75" + class_of("[I", kPlain, "", 0) + "\0\0\0\0"s), ErrorKind::Rejected,
               "array of something else");
  expect_error(with_field("L" + name("e") + string("LType;"), string("x")), ErrorKind::Rejected, "where an enum constant belongs");
  expect_error(with_field("L" + name("e") + string("LType;"), "\x7E" + class_of("Type", kPlain, "", 0)), ErrorKind::Rejected,
               "something else than an enum");
  expect_error(object("\x7D\x00\x00\x00\x00"s, ""), ErrorKind::Rejected, "class described by tag 125");
  std::string annotated = object(class_of("C", kPlain, "", 0), "");
  annotated[annotated.size() - 2] = '\x77';
  expect_error(annotated, ErrorKind::Rejected, "annotated");
}

TEST(JavaObject, bounds_fields_parts_and_classes) {
  expect_error(object(class_of("C", kPlain, "", 9), ""), ErrorKind::Rejected, "9 fields");
  std::string chain = kNull;
  for (int i = 0; i < 5; ++i) chain = class_of("C", kPlain, "", 0, chain);
  expect_error(object(chain, ""), ErrorKind::Rejected, "too long a chain");
  for (int i = 0; i < 100; ++i) chain = class_of("C", kPlain, "", 0, chain);
  expect_error(object(chain, ""), ErrorKind::Rejected, "too many parts");
  expect_error(object(class_of("C", kPlain, "", 0, reference(0)), ""), ErrorKind::Rejected, "too long a chain");
}

TEST(JavaObject, is_damaged_with_references_to_nothing) {
  expect_error(object(class_of("C", kPlain, text_field("t"), 1), reference(9)), ErrorKind::Corrupt, "reference to nothing");
  expect_error(object(class_of("C", kPlain, text_field("t"), 1), "\x71\x00\x00\x00\x00"s), ErrorKind::Corrupt, "reference to nothing");
  expect_error(object(class_of("C", kPlain, text_field("t"), 1), reference(0)), ErrorKind::Corrupt, "another type");
  expect_error(object(kNull, ""), ErrorKind::Corrupt, "without a class");
  expect_error(object(class_of("C", kPlain, bytes_field("b"), 1), "\x75" + class_of("[B", kPlain, "", 0) + "\xFF\xFF\xFF\xFF"),
               ErrorKind::Corrupt, "ends too early");
}

}  // namespace
}  // namespace flume::crypto
