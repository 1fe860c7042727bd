#include "syslog/message_fields.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "syslog/digit_form.h"

namespace flume::syslog {
namespace {

TEST(MessageFields, reads_a_priority_of_so_many_digits) {
  EXPECT_EQ(read_priority("<13>text", 3)->value, 13U);
  EXPECT_EQ(read_priority("<013>", 3)->digits, "013");
  EXPECT_EQ(read_priority("<013>", 3)->end, 5U);
  EXPECT_EQ(read_priority("<99999>", 5)->value, 99999U);
  for (const std::string_view text : {"", "<", "<1", "<13", "<>", "13>", "<1234>", "<1a>", "<-1>", "< 1>"})
    EXPECT_FALSE(read_priority(text, 3)) << text;
}

TEST(MessageFields, gives_the_parts_of_an_rfc_5424_message) {
  MessageFields fields;
  ASSERT_TRUE(read_rfc5424("1 2003-10-11T22:14:15.003-07:00 my.host app - - - text", fields));
  EXPECT_EQ(fields.version, "1");
  EXPECT_EQ(fields.stamp, "2003-10-11T22:14:15.003-07:00");
  EXPECT_EQ(fields.host, "my.host");
  EXPECT_EQ(fields.body, "app - - - text");
  ASSERT_TRUE(read_rfc5424("2003-10-11T22:14:15 - text", fields));
  EXPECT_EQ(fields.version, "");
  EXPECT_EQ(fields.host, "");
  ASSERT_TRUE(read_rfc5424("1 - - ", fields));
  EXPECT_EQ(fields.stamp, "");
  EXPECT_EQ(fields.body, "");
}

TEST(MessageFields, takes_no_part_of_a_stamp_for_another_part) {
  MessageFields fields;
  for (const std::string_view text :
       {"1 2003-10-11T22:14:15.- host text", "1 2003-10-11T22:14:15+- host text", "1 2003- host text", "1 -- host text"})
    EXPECT_FALSE(read_rfc5424(text, fields)) << text;
}

TEST(MessageFields, gives_the_parts_of_an_rfc_3164_message) {
  MessageFields fields;
  ASSERT_TRUE(read_rfc3164("Feb  5 17:32:18 my.host su: text", fields));
  EXPECT_EQ(fields.version, "");
  EXPECT_EQ(fields.stamp, "Feb  5 17:32:18");
  EXPECT_EQ(fields.host, "my.host");
  EXPECT_EQ(fields.body, "su: text");
}

TEST(MessageFields, ends_with_the_text_wherever_that_is_cut) {
  for (const std::string_view whole : {"1 2003-10-11T22:14:15.003-07:00 my.host text", "1 Feb  5 17:32:18 my.host text"}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const std::string text(whole.substr(0, size));  // its end is the end of the memory
      MessageFields fields;
      const bool is_complete = size + 4 >= whole.size();
      EXPECT_EQ(read_rfc5424(text, fields) || read_rfc3164(text, fields), is_complete) << text;
    }
  }
}

RC_GTEST_PROP(DigitForm, matches_what_has_digits_and_the_text_in_their_places, ()) {
  static constexpr DigitForm kForm("dddd-dd-ddTdd:dd:dd");
  std::string text = "2003-10-11T22:14:15";
  bool expected = true;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    expected = true;
    for (std::size_t place = 0; place < text.size(); ++place) {
      const char form = "dddd-dd-ddTdd:dd:dd"[place];
      if (form == 'd' ? text[place] < '0' || text[place] > '9' : text[place] != form) expected = false;
    }
  }
  RC_ASSERT(kForm.matches(text.data()) == expected);
}

}  // namespace
}  // namespace flume::syslog
