// The vectors of the GCM specification (McGrew and Viega), and what must not open.
#include "crypto/record_cipher.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/golden_stores.h"

namespace flume::crypto {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

std::span<std::byte> writable(std::string& text) { return std::as_writable_bytes(std::span(text)); }

RecordCipher cipher_of(const std::string& key) {
  auto cipher = RecordCipher::make(as_bytes(key));
  EXPECT_TRUE(cipher.ok()) << cipher.status().message();
  return std::move(*cipher);
}

std::string sealed(RecordCipher& cipher, RecordNonce nonce, const std::string& associated, const std::string& plain) {
  std::string out(RecordCipher::sealed_size(plain.size()), 'x');
  const Status status = cipher.seal(nonce, as_bytes(associated), as_bytes(plain), writable(out));
  EXPECT_TRUE(status.ok()) << status.message();
  return out;
}

Status opened(RecordCipher& cipher, RecordNonce nonce, const std::string& associated, const std::string& record, std::string& plain) {
  plain.assign(record.size() - RecordCipher::kTagBytes, 'x');
  return cipher.open(nonce, as_bytes(associated), as_bytes(record), writable(plain));
}

struct Vector {
  std::string name, key, plain, associated, sealed;
  RecordNonce nonce;
};

class GcmVector : public testing::TestWithParam<Vector> {};

TEST_P(GcmVector, seals_and_opens) {
  RecordCipher cipher = cipher_of(from_hex(GetParam().key));
  const std::string plain = from_hex(GetParam().plain);
  const std::string associated = from_hex(GetParam().associated);
  const std::string record = sealed(cipher, GetParam().nonce, associated, plain);
  EXPECT_EQ(record, from_hex(GetParam().sealed));
  std::string out;
  EXPECT_TRUE(opened(cipher, GetParam().nonce, associated, record, out).ok());
  EXPECT_EQ(out, plain);
}

constexpr RecordNonce kVectorNonce = {.generation = 0xcafebabe, .position = 0xfacedbaddecaf888};
const std::string kVectorPlain =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
const std::string kVectorAssociated = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

INSTANTIATE_TEST_SUITE_P(
    Specification, GcmVector,
    testing::Values(
        Vector{"case_1", std::string(32, '0'), "", "", "58e2fccefa7e3061367f1d57a4e7455a", {}},
        Vector{"case_2",
               std::string(32, '0'),
               std::string(32, '0'),
               "",
               "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
               {}},
        Vector{"case_4", "feffe9928665731c6d6a8f9467308308", kVectorPlain, kVectorAssociated,
               "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
               "5bc94fbc3221a5db94fae95ae7121a47",
               kVectorNonce},
        Vector{"case_10", "feffe9928665731c6d6a8f9467308308feffe9928665731c", kVectorPlain, kVectorAssociated,
               "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710"
               "2519498e80f1478f37ba55bd6d27618c",
               kVectorNonce},
        Vector{"case_16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", kVectorPlain, kVectorAssociated,
               "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
               "76fc6ece0f4e1768cddf8853bb2d551b",
               kVectorNonce}),
    [](const auto& each) { return each.param.name; });

const std::string kKey(32, 'k');
constexpr RecordNonce kNonce = {.generation = 1, .position = 4096};

TEST(RecordCipher, seals_pieces_as_their_sum) {
  RecordCipher whole = cipher_of(kKey);
  RecordCipher parts = cipher_of(kKey);
  const std::vector<ByteView> pieces = {as_bytes("heads "), as_bytes(""), as_bytes("and"), as_bytes(" a rather long tail")};
  const std::string plain = "heads and a rather long tail";
  std::string out(RecordCipher::sealed_size(plain.size()), 'x');
  ASSERT_TRUE(parts.seal(kNonce, as_bytes("head"), pieces, writable(out)).ok());
  EXPECT_EQ(out, sealed(whole, kNonce, "head", plain));
}

TEST(RecordCipher, seals_long_records_alike_however_they_are_cut) {
  RecordCipher whole = cipher_of(kKey);
  RecordCipher parts = cipher_of(kKey);
  std::string plain(std::size_t{3} << 20U, 'p');
  plain += "tail";
  const std::size_t cut = 1'234'567;
  const std::vector<ByteView> pieces = {as_bytes(plain).first(cut), as_bytes(plain).subspan(cut)};
  std::string out(RecordCipher::sealed_size(plain.size()), 'x');
  ASSERT_TRUE(parts.seal(kNonce, {}, pieces, writable(out)).ok());
  EXPECT_TRUE(out == sealed(whole, kNonce, "", plain));
  std::string back;
  ASSERT_TRUE(opened(whole, kNonce, "", out, back).ok());
  EXPECT_TRUE(back == plain);
}

TEST(RecordCipher, seals_and_opens_in_place) {
  RecordCipher cipher = cipher_of(kKey);
  RecordCipher other = cipher_of(kKey);
  const std::string plain = "the very bytes of the buffer";
  std::string buffer = plain + std::string(RecordCipher::kTagBytes, 'x');
  ASSERT_TRUE(cipher.seal(kNonce, {}, as_bytes(buffer).first(plain.size()), writable(buffer)).ok());
  EXPECT_EQ(buffer, sealed(other, kNonce, "", plain));
  ASSERT_TRUE(cipher.open(kNonce, {}, as_bytes(buffer), writable(buffer).first(plain.size())).ok());
  EXPECT_EQ(buffer.substr(0, plain.size()), plain);
}

TEST(RecordCipher, opens_no_record_with_a_flipped_bit) {
  RecordCipher cipher = cipher_of(kKey);
  const std::string record = sealed(cipher, kNonce, "head", "a record");
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    std::string flipped = record;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    std::string out;
    const Status status = opened(cipher, kNonce, "head", flipped, out);
    ASSERT_FALSE(status.ok()) << bit;
    EXPECT_EQ(status.kind(), ErrorKind::Corrupt);
    EXPECT_THAT(out, Each('\0')) << "unproven bytes";
  }
  std::string out;
  EXPECT_TRUE(opened(cipher, kNonce, "head", record, out).ok()) << "failures leave nothing behind";
}

TEST(RecordCipher, opens_no_record_in_another_place) {
  RecordCipher cipher = cipher_of(kKey);
  const std::string record = sealed(cipher, kNonce, "head", "a record");
  std::string out;
  EXPECT_FALSE(opened(cipher, {.generation = 1, .position = 4097}, "head", record, out).ok());
  EXPECT_FALSE(opened(cipher, {.generation = 2, .position = 4096}, "head", record, out).ok());
  EXPECT_FALSE(opened(cipher, kNonce, "heaD", record, out).ok());
  EXPECT_FALSE(opened(cipher, kNonce, "", record, out).ok());
}

TEST(RecordCipher, opens_no_record_of_another_key) {
  RecordCipher cipher = cipher_of(kKey);
  RecordCipher other = cipher_of(std::string(32, 'K'));
  const std::string record = sealed(cipher, kNonce, "head", "a record");
  std::string out;
  const Status status = opened(other, kNonce, "head", record, out);
  EXPECT_EQ(status.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("record at 4096 of generation 1"), HasSubstr("sealed with another key")));
}

TEST(RecordCipher, seals_nothing_twice_with_one_nonce) {
  RecordCipher cipher = cipher_of(kKey);
  const std::string before(RecordCipher::sealed_size(1), 'x');
  sealed(cipher, kNonce, "", "a");
  for (const RecordNonce used : {kNonce, RecordNonce{1, 4095}, RecordNonce{0, 9999}}) {
    std::string out = before;
    const Status status = cipher.seal(used, {}, as_bytes("b"), writable(out));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.kind(), ErrorKind::Fatal);
    EXPECT_EQ(out, before);
  }
  sealed(cipher, {1, 4097}, "", "b");
  sealed(cipher, {2, 0}, "", "c");
}

TEST(RecordCipher, takes_only_room_of_the_right_size) {
  RecordCipher cipher = cipher_of(kKey);
  std::string out(20, 'x');
  EXPECT_EQ(cipher.seal(kNonce, {}, as_bytes("12345"), writable(out)).kind(), ErrorKind::Fatal);
  const std::string record = sealed(cipher, kNonce, "", "1234");
  EXPECT_EQ(cipher.open(kNonce, {}, as_bytes(record), writable(out)).kind(), ErrorKind::Fatal);
  EXPECT_EQ(cipher.open(kNonce, {}, as_bytes(record).first(15), {}).kind(), ErrorKind::Corrupt);
  const std::string head(RecordCipher::kLongestAssociated + 1, 'h');
  EXPECT_EQ(cipher.seal({9, 9}, as_bytes(head), as_bytes("1234"), writable(out)).kind(), ErrorKind::Fatal);
}

TEST(RecordCipher, takes_only_keys_of_aes) {
  for (const std::size_t size : {0, 8, 15, 31, 64}) {
    EXPECT_EQ(RecordCipher::make(as_bytes(std::string(size, 'k'))).status().kind(), ErrorKind::InvalidConfig) << size;
  }
}

RC_GTEST_PROP(RecordCipher, opens_what_it_sealed,
              (const std::string& plain, const std::string& associated, std::uint32_t generation, std::uint64_t position)) {
  RecordCipher cipher = cipher_of(kKey);
  std::string out;
  const RecordNonce nonce{generation, position};
  RC_ASSERT(opened(cipher, nonce, associated, sealed(cipher, nonce, associated, plain), out).ok());
  RC_ASSERT(out == plain);
}

}  // namespace
}  // namespace flume::crypto
