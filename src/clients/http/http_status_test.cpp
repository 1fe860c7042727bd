#include "clients/http/http_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::http {
namespace {

TEST(HttpStatus, lets_wait_for_what_may_pass_and_refuses_the_rest) {
  EXPECT_TRUE(check_status(200, false).ok());
  for (const long code : {408, 429, 500, 502, 503, 504, 599}) {
    const Status status = check_status(code, false);
    EXPECT_EQ(status.kind(), ErrorKind::Retryable) << code;
    EXPECT_EQ(status.cause(), Cause::NotReady) << code;
    EXPECT_THAT(status.message(), testing::HasSubstr(std::to_string(code)));
  }
  for (const long code : {100, 201, 204, 206, 304, 301, 400, 418, 600})
    EXPECT_EQ(check_status(code, false).kind(), ErrorKind::InvalidConfig) << code;
  EXPECT_EQ(check_status(404, false).cause(), Cause::NotFound);
  EXPECT_EQ(check_status(410, false).cause(), Cause::NotFound);
}

TEST(HttpStatus, says_whether_a_password_is_missing_or_not_taken) {
  EXPECT_EQ(check_status(401, false).message(), "the server answers 401: it wants a user and a password");
  EXPECT_EQ(check_status(401, true).message(), "the server answers 401: it does not take this user and password");
  EXPECT_EQ(check_status(403, true).cause(), Cause::Permission);
  EXPECT_NE(check_status(403, true).message(), check_status(403, false).message());
}

}  // namespace
}  // namespace flume::http
