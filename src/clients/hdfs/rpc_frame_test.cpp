#include "clients/hdfs/rpc_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/hdfs/rpc_error.h"

namespace flume::hdfs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::string_view_literals;

ClientId client_of(char letter) {
  ClientId client;
  client.fill(static_cast<std::byte>(letter));
  return client;
}

TEST(RpcFrame, the_preamble_announces_version_9_without_authentication_and_tells_the_user) {
  const std::string preamble = encode_preamble(client_of('c'), "flume", "P");
  EXPECT_EQ(preamble,
            "hrpc\x09\x00\x00"
            "\x00\x00\x00\x28"
            "\x1a"
            "\x08\x02\x10\x00\x18\x05\x22\x10"
            "cccccccccccccccc"
            "\x28\x01"
            "\x0c"
            "\x12\x07\x0a\x05"
            "flume"
            "\x1a\x01P"sv);
}

TEST(RpcFrame, a_request_is_header_method_and_message_each_with_its_length) {
  RpcRequest request;
  request.call_id = 7;
  request.retry_count = 2;
  request.protocol = "P";
  request.method = "mkdirs";
  request.message = "message";
  EXPECT_EQ(encode_request(client_of('c'), request),
            "\x00\x00\x00\x31"
            "\x1a"
            "\x08\x02\x10\x00\x18\x0e\x22\x10"
            "cccccccccccccccc"
            "\x28\x04"
            "\x0d"
            "\x0a\x06mkdirs\x12\x01P\x18\x01"
            "\x07message"sv);
}

TEST(RpcFrame, a_ping_is_a_header_alone) {
  EXPECT_EQ(encode_ping(client_of('c')),
            "\x00\x00\x00\x1b\x1a\x08\x02\x10\x00\x18\x07\x22\x10"
            "cccccccccccccccc"
            "\x28\x01"sv);
}

TEST(RpcFrame, tells_what_answers_instead_of_a_namenode) {
  EXPECT_THAT(response_length(as_bytes("HTTP")).status().message(), StartsWith("an HTTP server answers there"));
  EXPECT_EQ(response_length(as_bytes("HTTP")).cause(), Cause::Unsupported);
  EXPECT_THAT(response_length(as_bytes("\x15\x03\x01\x00"sv)).status().message(), StartsWith("a TLS server answers there"));
  EXPECT_THAT(response_length(as_bytes("SSH-")).status().message(), HasSubstr("does not speak Hadoop's RPC"));
  EXPECT_FALSE(response_length(as_bytes("\x00\x00\x00\x00"sv)).ok());
  EXPECT_EQ(*response_length(as_bytes("\x00\x00\x01\x02"sv)), 258U);
}

TEST(RpcFrame, reads_answers_and_errors) {
  const auto answer =
      decode_response(as_bytes("\x06\x08\x07\x10\x00\x18\x09\x03"
                               "abc"sv));
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(answer->call_id, 7);
  EXPECT_EQ(answer->outcome, RpcResponse::Outcome::Success);
  EXPECT_EQ(as_text(answer->message), "abc");
  const auto error = decode_response(as_bytes("\x0a\x08\xdf\xff\xff\xff\x0f\x10\x02\x2a\x00"sv));
  ASSERT_TRUE(error.ok()) << error.status().message();
  EXPECT_EQ(error->call_id, -33);
  EXPECT_EQ(error->outcome, RpcResponse::Outcome::Fatal);
}

TEST(RpcFrame, refuses_what_is_cut_or_lies_about_its_length) {
  const std::string_view good =
      "\x06\x08\x07\x10\x00\x18\x09\x03"
      "abc"sv;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_response(as_bytes(good.substr(0, size))).ok()) << size;
  }
  EXPECT_FALSE(decode_response(as_bytes(std::string(good) + "x")).ok());
  EXPECT_FALSE(decode_response(as_bytes("\xff\xff\xff\xff\x0f"sv)).ok());
  EXPECT_FALSE(decode_response(as_bytes("\x04\x08\x07\x10\x03\x00"sv)).ok()) << "a status that does not exist";
}

RpcResponse response_of(std::string class_name, std::string message) {
  RpcResponse response;
  response.outcome = RpcResponse::Outcome::Error;
  response.exception_class = std::move(class_name);
  response.error_message = std::move(message);
  return response;
}

TEST(RpcError, the_first_line_is_the_message_and_the_class_decides_the_cause) {
  const RemoteError denied = remote_error(
      response_of("org.apache.hadoop.security.AccessControlException", "Permission denied: user=flume\n\tat org.apache.Checker(X.java:1)"));
  EXPECT_EQ(denied.status.message(), "AccessControlException: Permission denied: user=flume");
  EXPECT_EQ(denied.status.cause(), Cause::Permission);
  EXPECT_EQ(denied.action, RemoteAction::Report);
  const auto cause_of = [](const char* name) { return remote_error(response_of(std::string("a.b.") + name, "x")).status.cause(); };
  EXPECT_EQ(cause_of("FileAlreadyExistsException"), Cause::Exists);
  EXPECT_EQ(cause_of("FileNotFoundException"), Cause::NotFound);
  EXPECT_EQ(cause_of("SafeModeException"), Cause::NotReady);
  EXPECT_EQ(cause_of("AlreadyBeingCreatedException"), Cause::Busy);
  EXPECT_EQ(cause_of("RecoveryInProgressException"), Cause::Busy);
  EXPECT_EQ(cause_of("LeaseExpiredException"), Cause::Lost);
  EXPECT_EQ(cause_of("NSQuotaExceededException"), Cause::NoSpace);
  EXPECT_EQ(cause_of("DSQuotaExceededException"), Cause::NoSpace);
  EXPECT_EQ(cause_of("ParentNotDirectoryException"), Cause::WrongType);
  EXPECT_EQ(cause_of("FSLimitException$PathComponentTooLongException"), Cause::TooLarge);
  EXPECT_EQ(cause_of("NobodyKnowsThisException"), Cause::None);
}

TEST(RpcError, tells_who_is_to_be_asked_again) {
  EXPECT_EQ(remote_error(response_of("org.apache.hadoop.ipc.StandbyException", "x")).action, RemoteAction::AskAnother);
  EXPECT_EQ(remote_error(response_of("org.apache.hadoop.ipc.RetriableException", "x")).action, RemoteAction::AskAgain);
  RpcResponse fatal = response_of("java.io.IOException", "x");
  fatal.outcome = RpcResponse::Outcome::Fatal;
  EXPECT_EQ(remote_error(fatal).action, RemoteAction::AskAgain);
  fatal.error_detail = 14;
  EXPECT_EQ(remote_error(fatal).action, RemoteAction::GiveUp);
  fatal.error_detail = 15;
  EXPECT_EQ(remote_error(fatal).action, RemoteAction::GiveUp);
  EXPECT_THAT(remote_error(fatal).status.message(), StartsWith("the cluster demands authentication (SASL"));
}

TEST(RpcError, tells_a_user_who_is_not_admitted_from_a_cluster_that_demands_authentication) {
  RpcResponse fatal = response_of("org.apache.hadoop.security.authorize.AuthorizationException",
                                  "User flume (auth:SIMPLE) is not authorized for protocol interface ClientProtocol");
  fatal.outcome = RpcResponse::Outcome::Fatal;
  fatal.error_detail = 15;
  const RemoteError error = remote_error(fatal);
  EXPECT_EQ(error.action, RemoteAction::GiveUp);
  EXPECT_EQ(error.status.cause(), Cause::Permission);
  EXPECT_THAT(error.status.message(), StartsWith("the cluster does not admit this user (service-level authorization"));
  EXPECT_THAT(error.status.message(), testing::HasSubstr("User flume (auth:SIMPLE)"));
}

}  // namespace
}  // namespace flume::hdfs
