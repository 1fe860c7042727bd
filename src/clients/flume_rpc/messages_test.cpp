#include "clients/flume_rpc/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace flume::rpc {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::Pair;

TEST(Protocol, the_hash_is_that_of_the_text) {
  Hash hash{};
  unsigned size = 0;
  ASSERT_EQ(EVP_Digest(protocol_text().data(), protocol_text().size(), hash.data(), &size, EVP_md5(), nullptr), 1);
  EXPECT_EQ(hash, protocol_hash());
}

TEST(Handshake, a_request_reads_as_it_was_written) {
  HandshakeRequest request{kFlumeHash, protocol_text(), protocol_hash()};
  std::string bytes;
  append_handshake_request(request, bytes);
  bytes += "rest";
  std::string_view message = bytes;
  const auto read = read_handshake_request(message);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->client_hash, kFlumeHash);
  EXPECT_EQ(read->client_protocol, protocol_text());
  EXPECT_EQ(read->server_hash, protocol_hash());
  EXPECT_EQ(message, "rest");
}

TEST(Handshake, is_written_as_java_writes_it) {
  std::string bytes;
  append_handshake_request({kFlumeHash, std::nullopt, kFlumeHash}, bytes);
  EXPECT_EQ(std::string_view(bytes).substr(16, 1), "\0"sv);
  EXPECT_EQ(std::string_view(bytes).substr(33), "\2\0"sv);
  std::string both;
  append_handshake_response({}, both);
  EXPECT_EQ(both, "\0\0\0\0"sv);
}

TEST(Handshake, responses_read_as_they_were_written) {
  for (const Match match : {Match::Both, Match::Client, Match::None}) {
    HandshakeResponse response{match, std::nullopt, std::nullopt};
    if (match != Match::Both) response = {match, protocol_text(), protocol_hash()};
    std::string bytes;
    append_handshake_response(response, bytes);
    std::string_view message = bytes;
    const auto read = read_handshake_response(message);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->match, match);
    EXPECT_EQ(read->server_protocol, response.server_protocol);
    EXPECT_EQ(read->server_hash, response.server_hash);
    EXPECT_EQ(message, "");
  }
}

TEST(Call, has_metadata_a_name_and_parameters) {
  std::string bytes;
  append_call_head({{"key", "value"}}, Method::AppendBatch, 2, bytes);
  bytes += "events";
  const auto call = read_call(bytes);
  ASSERT_TRUE(call.ok());
  EXPECT_THAT(call->metadata, ElementsAre(Pair("key", "value")));
  EXPECT_EQ(call->method, Method::AppendBatch);
  EXPECT_EQ(call->parameters, "\4events");
  std::string append;
  append_call_head({}, Method::Append, 1, append);
  EXPECT_EQ(append,
            "\0\x0C"
            "append"sv);
  EXPECT_EQ(read_call("\0\0"sv)->method, Method::Ping);
  EXPECT_EQ(read_call("\0\2x"sv)->method, Method::Other);
}

TEST(Answer, is_a_status_or_an_error) {
  for (const EventStatus status : {EventStatus::Ok, EventStatus::Failed, EventStatus::Unknown}) {
    std::string bytes;
    append_metadata({{"a", "b"}}, bytes);
    append_status(status, bytes);
    const auto answer = read_answer(bytes);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->status, status);
    EXPECT_THAT(answer->metadata, ElementsAre(Pair("a", "b")));
  }
  std::string bytes;
  append_metadata({}, bytes);
  append_error("no luck", bytes);
  const auto answer = read_answer(bytes);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, std::nullopt);
  EXPECT_EQ(answer->error, "no luck");
}

TEST(Messages, no_beginning_of_one_is_a_whole_one) {
  std::string request;
  append_handshake_request({kFlumeHash, protocol_text(), protocol_hash()}, request);
  for (std::size_t size = 0; size < request.size(); ++size) {
    std::string_view message = std::string_view(request).substr(0, size);
    EXPECT_FALSE(read_handshake_request(message).ok()) << size;
  }
  std::string answer;
  append_metadata({{"key", "value"}}, answer);
  append_error("no luck", answer);
  for (std::size_t size = 0; size < answer.size(); ++size) EXPECT_FALSE(read_answer(std::string_view(answer).substr(0, size)).ok()) << size;
}

TEST(Messages, lengths_and_counts_are_bounded) {
  EXPECT_FALSE(read_call("\xFE\xFF\xFF\xFF\x0F"sv).ok());                    // metadata of 2^31 - 1 entries
  EXPECT_FALSE(read_call("\2\xFE\xFF\xFF\xFF\x0F"sv).ok());                  // a key of 2 GiB
  EXPECT_FALSE(read_call("\1\0"sv).ok());                                    // a block of -1 entries, and no more
  EXPECT_FALSE(read_call("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"sv).ok());  // of -2^63
  EXPECT_FALSE(read_answer("\0\2"sv).ok());
  EXPECT_FALSE(read_answer("\0\0\6"sv).ok());
}

}  // namespace
}  // namespace flume::rpc
