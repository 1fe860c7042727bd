#include "flume/result.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

TEST(Status, says_what_can_be_done_about_an_errno) {
  EXPECT_EQ(Status::from_errno(ENOSPC, "write /x").message(), "write /x: No space left on device (free space there)");
  EXPECT_EQ(Status::from_errno(EMFILE, "open /x").message(), "open /x: Too many open files (raise the limit of open files: ulimit -n)");
  EXPECT_EQ(Status::from_errno(ENOENT, "open /x").message(), "open /x: No such file or directory");
  for (const int number : {EDQUOT, EFBIG, ENFILE, EIO, EACCES, EPERM, EROFS})
    EXPECT_THAT(Status::from_errno(number, "write /x").message(), testing::EndsWith(")")) << number;
}

TEST(Status, of_an_errno_is_retryable_and_keeps_the_cause) {
  EXPECT_EQ(Status::from_errno(EDQUOT, "").cause(), Cause::NoSpace);
  EXPECT_EQ(Status::from_errno(EFBIG, "").cause(), Cause::TooLarge);
  EXPECT_EQ(Status::from_errno(EIO, "").kind(), ErrorKind::Retryable);
}

}  // namespace
}  // namespace flume
