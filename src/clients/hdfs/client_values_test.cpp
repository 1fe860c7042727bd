#include "clients/hdfs/client_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::hdfs {
namespace {

using testing::HasSubstr;

template <typename T>
std::string parsed(std::string_view text, OptionTraits traits = {}) {
  OptionInfo row{};
  row.traits = traits;
  T value;
  const Status status = OptionType<T>::parse(row, {text, {}, {}}, value);
  return status.ok() ? OptionType<T>::print(value) : status.message();
}

TEST(ClientValues, reads_times_with_and_without_a_unit) {
  EXPECT_EQ(parsed<Milliseconds>("60000"), "60000");
  EXPECT_EQ(parsed<Milliseconds>("60s"), "60000");
  EXPECT_EQ(parsed<Milliseconds>("2M"), "120000");
  EXPECT_EQ(parsed<Milliseconds>("1d"), "86400000");
  EXPECT_EQ(parsed<Milliseconds>("3h"), "10800000");
  EXPECT_EQ(parsed<Milliseconds>("7000us"), "7");
  EXPECT_EQ(parsed<Milliseconds>("5000000ns"), "5");
  EXPECT_EQ(parsed<Seconds>("30"), "30");
  EXPECT_EQ(parsed<Seconds>("90000ms"), "90");
  EXPECT_EQ(parsed<Milliseconds>("9223372036854775807"), std::to_string(kForever / std::chrono::milliseconds(1)));
}

TEST(ClientValues, refuses_what_is_no_time) {
  for (const char* text : {"", "-1", "s", "1.5s", "5 s", "5 parsecs", "0x10", "99999999999999999999"})
    EXPECT_THAT(parsed<Milliseconds>(text), HasSubstr("expected a time in milliseconds, or with one of ns, us, ms, s, m, h, d")) << text;
  EXPECT_THAT(parsed<Seconds>("soon"), HasSubstr("'soon': expected a time in seconds"));
  EXPECT_EQ(parsed<Milliseconds>("500us", {.minimum = 1}), "'500us': expected at least 1 ms");
}

TEST(ClientValues, reads_sizes_by_powers_of_1024) {
  EXPECT_EQ(parsed<Size>("512"), "512");
  EXPECT_EQ(parsed<Size>("64k"), "65536");
  EXPECT_EQ(parsed<Size>("128M"), "134217728");
  EXPECT_EQ(parsed<Size>("1g"), "1073741824");
  EXPECT_EQ(parsed<Size>("7e"), "8070450532247928832");
}

TEST(ClientValues, refuses_what_is_no_size) {
  for (const char* text : {"", "m", "-1", "1.5g", "128mb", "8 m"})
    EXPECT_THAT(parsed<Size>(text), HasSubstr("expected a number of bytes, with k, m, g, t, p or e behind it")) << text;
  EXPECT_THAT(parsed<Size>("8e", {.minimum = 1}), HasSubstr("'8e': out of range, allowed is from 1 to 9223372036854775807 bytes"));
  EXPECT_THAT(parsed<Size>("17m", {.minimum = 1, .maximum = 16 << 20}), HasSubstr("from 1 to 16777216 bytes"));
  EXPECT_THAT(parsed<Size>("0", {.minimum = 1}), HasSubstr("out of range"));
}

TEST(ClientValues, reads_flags_strictly) {
  EXPECT_EQ(parsed<Flag>("TRUE"), "true");
  EXPECT_EQ(parsed<Flag>("false"), "false");
  EXPECT_EQ(parsed<Flag>("yes"), "'yes': expected true or false");
  Flag flag{true};
  EXPECT_TRUE(OptionType<Flag>::parse(OptionInfo{}, {}, flag).ok());
  EXPECT_TRUE(flag.is_set) << "empty is the default";
}

TEST(ClientValues, reads_umasks_in_octal) {
  EXPECT_EQ(parsed<Umask>("022"), "022");
  EXPECT_EQ(parsed<Umask>("0027"), "027");
  EXPECT_EQ(parsed<Umask>("777"), "777");
  for (const char* text : {"", "22", "1022", "028", "-22", "rwx", "u=q", "u=rw,", "x=r"})
    EXPECT_THAT(parsed<Umask>(text), HasSubstr("expected three octal digits such as 027, or symbols")) << text;
}

TEST(ClientValues, reads_umasks_in_symbols_that_say_what_stays) {
  EXPECT_EQ(parsed<Umask>("u=rwx,g=rx,o="), "027");
  EXPECT_EQ(parsed<Umask>("u=rwx, g=rx, o=rx"), "022");
  EXPECT_EQ(parsed<Umask>("a=rwx"), "000");
  EXPECT_EQ(parsed<Umask>("=rx"), "222");
  EXPECT_EQ(parsed<Umask>("u+rwx,go+r"), "033");
  EXPECT_EQ(parsed<Umask>("ug=rwx"), "007") << "who is not named keeps nothing";
  EXPECT_EQ(parsed<Umask>("a=rwx,o-r"), "007") << "the last word for somebody counts, and takes from nothing";
}

}  // namespace
}  // namespace flume::hdfs
