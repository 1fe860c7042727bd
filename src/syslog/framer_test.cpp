#include "syslog/framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "syslog/framed_connection.h"

namespace flume::syslog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Pieces = std::vector<FramedConnection::Piece>;

constexpr std::size_t kLongest = 2500;

Pieces pieces_of(std::string_view bytes, std::size_t longest = kLongest, Framing framing = Framing::Auto) {
  FramedConnection connection(longest, framing);
  connection.receive(bytes);
  connection.end();
  return connection.pieces();
}

auto whole(std::string_view text) { return Pair(std::string(text), false); }
auto cut(std::string_view text) { return Pair(std::string(text), true); }

TEST(Framer, gives_a_message_per_line_and_passes_over_blank_ones) {
  EXPECT_THAT(pieces_of("\n\n<1>a\n\n<2>b\r\nc\n"), ElementsAre(whole("<1>a"), whole("<2>b\r"), whole("c")));
  EXPECT_THAT(pieces_of(""), IsEmpty());
  EXPECT_THAT(pieces_of("\n\n\n"), IsEmpty());
}

TEST(Framer, gives_the_last_line_without_its_newline_when_the_connection_ends) {
  EXPECT_THAT(pieces_of("<1>a\n<2>b"), ElementsAre(whole("<1>a"), whole("<2>b")));
}

TEST(Framer, cuts_a_line_of_the_longest_size_or_more) {
  EXPECT_THAT(pieces_of("123456789\nx", 10), ElementsAre(whole("123456789"), whole("x")));
  EXPECT_THAT(pieces_of("1234567890\nx", 10), ElementsAre(cut("1234567890"), whole("x")));
  EXPECT_THAT(pieces_of("1234567890a\nx", 10), ElementsAre(cut("1234567890"), whole("a"), whole("x")));
  EXPECT_THAT(pieces_of(std::string(25, 'a'), 10), ElementsAre(cut("aaaaaaaaaa"), cut("aaaaaaaaaa"), whole("aaaaa")));
  EXPECT_THAT(pieces_of("1234567890a", 1), ElementsAre(cut("1234567890"), whole("a"))) << "less than 10 counts for 10";
}

TEST(Framer, takes_counted_messages_by_their_count) {
  EXPECT_THAT(pieces_of("6 <1>one6 <2>two"), ElementsAre(whole("<1>one"), whole("<2>two")));
  EXPECT_THAT(pieces_of("8 <1>o\nn\ne7 <2>two\n6 <3>two"), ElementsAre(whole("<1>o\nn\ne"), whole("<2>two"), whole("<3>two")))
      << "newlines belong to the message, but for one at its end";
  EXPECT_THAT(pieces_of("6 <1>one\n6 <2>two\n"), ElementsAre(whole("<1>one"), whole("<2>two"))) << "a newline between two is none";
}

TEST(Framer, tells_counted_messages_and_lines_apart_one_by_one) {
  EXPECT_THAT(pieces_of("<1>line\n6 <2>two<3>line\n6 <4>two"),
              ElementsAre(whole("<1>line"), whole("<2>two"), whole("<3>line"), whole("<4>two")));
}

TEST(Framer, takes_for_a_line_whatever_begins_with_a_number_but_is_no_count) {
  for (const std::string line :
       {"404", "404 not found", "12 <b>bold</b>", "12<1>", "12  <1>x", "012 <1>abcdefgh", "0 <1>", "12 <>", "12 <1234>", "12 <1", "2 <1>",
        "12345678 <1>x", "99999999999999999999 <1>x", "12 <1x>", "+6 <1>one", "-6 <1>one", "6\t<1>one"}) {
    EXPECT_THAT(pieces_of(line + "\n<1>next\n"), ElementsAre(whole(line), whole("<1>next"))) << line;
    EXPECT_THAT(pieces_of(line), ElementsAre(whole(line))) << line;
  }
}

TEST(Framer, gives_a_counted_message_above_the_longest_size_in_pieces) {
  EXPECT_THAT(pieces_of("10 <1>4567890<1>x\n", 10), ElementsAre(whole("<1>4567890"), whole("<1>x")));
  EXPECT_THAT(pieces_of("11 <1>4567890\n<1>x\n", 10), ElementsAre(cut("<1>4567890"), whole("<1>x")))
      << "the newline that is left over is nothing";
  EXPECT_THAT(pieces_of("25 <1>4567890"
                        "6 <1>in it.1234"
                        "4 <1>x",
                        10),
              ElementsAre(cut("<1>4567890"), cut("6 <1>in it"), whole(".1234"), whole("<1>x")));
}

TEST(Framer, never_takes_the_rest_of_a_cut_line_for_a_count) {
  EXPECT_THAT(pieces_of("aaaaaaaaaa4 <1>x\n4 <1>y", 10), ElementsAre(cut("aaaaaaaaaa"), whole("4 <1>x"), whole("<1>y")));
}

TEST(Framer, gives_the_beginning_of_a_counted_message_when_the_connection_ends_in_it) {
  EXPECT_THAT(pieces_of("20 <1>one"), ElementsAre(cut("<1>one")));
  EXPECT_THAT(pieces_of("20 "), ElementsAre(whole("20 ")));
}

TEST(Framer, begins_anew_after_the_end) {
  Framer framer(10, Framing::Auto);
  std::string_view data = "20 <1>on";
  EXPECT_FALSE(framer.next(data));
  EXPECT_TRUE(framer.finish(data));
  data = "6 <1>one";
  ASSERT_TRUE(framer.next(data));
}

TEST(Framer, knows_lines_only_when_told_so) {
  EXPECT_THAT(pieces_of("6 <1>one6 <2>two\n", kLongest, Framing::Newline), ElementsAre(whole("6 <1>one6 <2>two")));
}

constexpr std::string_view kStream =
    "<13>1 - h one\n\n25 <13>1 - h counted\nof two 28 <2>1 - h another counted one12 <b>bold</b>\n404 not found\n12 <34>abcdefgh\n"
    "a line that is longer than the longest size 6 <1>one\n60 <1>a counted message that is longer than the longest size, too\n<1>end";

TEST(Framer, gives_the_same_at_every_split_point) {
  for (const std::size_t longest : {std::size_t{10}, std::size_t{20}, kLongest}) {
    const Pieces expected = pieces_of(kStream, longest);
    for (std::size_t first = 0; first <= kStream.size(); ++first) {
      for (std::size_t second = first; second <= kStream.size(); ++second) {
        FramedConnection connection(longest, Framing::Auto);
        connection.receive(kStream.substr(0, first));
        connection.receive(kStream.substr(first, second - first));
        connection.receive(kStream.substr(second));
        connection.end();
        ASSERT_EQ(connection.pieces(), expected) << first << " " << second;
      }
    }
    FramedConnection connection(longest, Framing::Auto);
    for (const char byte : kStream) connection.receive({&byte, 1});
    connection.end();
    EXPECT_EQ(connection.pieces(), expected);
  }
}

/// What reads like a stream of messages, and often is none.
rc::Gen<std::string> streams() {
  const auto part =
      rc::gen::element<std::string>("\n", "<13>", "1 ", "6 <1>one", "12 ", "<", ">", "0", "7", " ", "text", "17 <2>\n", "\r\n");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(part), [](const std::vector<std::string>& parts) {
    std::string stream;
    for (const std::string& each : parts) stream += each;
    return stream;
  });
}

RC_GTEST_PROP(Framer, gives_the_same_however_the_bytes_arrive, ()) {
  const std::string stream = *streams();
  const auto longest = *rc::gen::inRange<std::size_t>(1, 40);
  FramedConnection connection(longest, Framing::Auto);
  for (std::size_t at = 0; at < stream.size();) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 12);
    connection.receive(std::string_view(stream).substr(at, size));
    at += size;
  }
  connection.end();
  RC_ASSERT(connection.pieces() == pieces_of(stream, longest));
}

RC_GTEST_PROP(Framer, loses_nothing_but_newlines, ()) {
  const std::string stream = *streams();
  std::string together;
  for (const auto& [text, is_cut] : pieces_of(stream, *rc::gen::inRange<std::size_t>(1, 40), Framing::Newline)) together += text;
  std::string expected = stream;
  std::erase(expected, '\n');
  RC_ASSERT(together == expected);
}

TEST(Framer, keeps_little_of_a_hundred_megabytes_without_a_newline) {
  for (const std::string_view beginning : {"<13>1 - h ", "9999999 <13>1 - h "}) {
    Framer framer(kLongest, Framing::Auto);
    std::string buffer(beginning);
    std::size_t given = 0;
    constexpr std::size_t kBlock = 64 * 1024;
    for (int block = 0; block < 1600; ++block) {
      buffer.append(kBlock, 'x');
      std::string_view data = buffer;
      while (const auto frame = framer.next(data)) {
        ASSERT_LE(frame->text.size(), kLongest);
        given += frame->text.size();
      }
      buffer.erase(0, buffer.size() - data.size());
      ASSERT_LE(buffer.size(), framer.longest_tail());
    }
    EXPECT_GE(given + framer.longest_tail(), 1600 * kBlock);
  }
}

}  // namespace
}  // namespace flume::syslog
