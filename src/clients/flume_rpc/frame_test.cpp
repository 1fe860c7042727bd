#include "clients/flume_rpc/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::rpc {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

TEST(Frame, has_a_serial_a_number_of_pieces_and_their_lengths) {
  EXPECT_EQ(frame_of(7, {"ab", "", "c"}), "\0\0\0\7\0\0\0\3\0\0\0\2ab\0\0\0\0\0\0\0\1c"sv);
}

TEST(FrameScanner, finds_the_end_however_the_bytes_come) {
  const std::string frame = frame_of(7, {"hello ", "", "world"});
  const std::string bytes = frame + "next";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    FrameScanner scanner;
    std::size_t received = 0;
    bool is_whole = false;
    while (!is_whole) {
      ASSERT_LE(received, bytes.size());
      received = std::min(bytes.size(), received + step);
      const auto found = scanner.scan(std::string_view(bytes).substr(0, received));
      ASSERT_TRUE(found.ok());
      is_whole = *found;
      EXPECT_EQ(is_whole, received >= frame.size());
    }
    EXPECT_EQ(scanner.size(), frame.size());
    EXPECT_EQ(scanner.serial(), 7U);
    std::string message;
    scanner.message(bytes, message);
    EXPECT_EQ(message, "hello world");
  }
}

TEST(FrameScanner, a_frame_without_pieces_is_an_empty_message) {
  FrameScanner scanner;
  EXPECT_TRUE(*scanner.scan("\0\0\0\1\0\0\0\0"sv));
  std::string message;
  scanner.message("\0\0\0\1\0\0\0\0"sv, message);
  EXPECT_EQ(message, "");
  scanner.reset();
  EXPECT_FALSE(*scanner.scan(""));
}

TEST(FrameScanner, refuses_what_nobody_sends_before_it_comes) {
  FrameScanner negative;
  EXPECT_THAT(negative.scan("\0\0\0\1\xFF\xFF\xFF\xFF"sv).status().message(), HasSubstr("a frame of -1 pieces"));
  FrameScanner many;
  EXPECT_THAT(many.scan("\0\0\0\1\0\x20\0\0"sv).status().message(), HasSubstr("a frame of 2097152 pieces"));
  FrameScanner large;
  EXPECT_THAT(large.scan("\0\0\0\1\0\0\0\1\x7F\xFF\xFF\xFF"sv).status().message(), HasSubstr("a piece of 2147483647 bytes"));
  FrameScanner http;
  EXPECT_FALSE(http.scan("GET / HTTP/1.1\r\n\r\n").ok());
}

TEST(FrameScanner, pieces_together_are_bounded) {
  FrameScanner scanner({.frame_bytes = 5});
  EXPECT_FALSE(scanner.scan(frame_of(1, {"abc", "def"})).ok());
  FrameScanner enough({.frame_bytes = 6});
  EXPECT_TRUE(*enough.scan(frame_of(1, {"abc", "def"})));
}

}  // namespace
}  // namespace flume::rpc
