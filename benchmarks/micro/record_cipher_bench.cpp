// What encryption at rest costs: one record sealed or opened, and what a segment costs before its first record.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "crypto/data_key.h"
#include "crypto/record_cipher.h"

namespace {

using namespace flume;
using namespace flume::crypto;

const std::string kHead(24, 'h');

RecordCipher cipher_of(std::size_t key_bytes) { return std::move(*RecordCipher::make(as_bytes(std::string(key_bytes, 'k')))); }

void seal(benchmark::State& state) {
  RecordCipher cipher = cipher_of(static_cast<std::size_t>(state.range(0)));
  const std::string plain(static_cast<std::size_t>(state.range(1)), 'p');
  std::vector<std::byte> out(RecordCipher::sealed_size(plain.size()));
  std::uint64_t position = 0;
  for (auto _ : state) {
    if (!cipher.seal({.position = position++}, as_bytes(kHead), as_bytes(plain), out).ok()) state.SkipWithError("not sealed");
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * plain.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void open(benchmark::State& state) {
  RecordCipher cipher = cipher_of(static_cast<std::size_t>(state.range(0)));
  std::vector<std::byte> plain(static_cast<std::size_t>(state.range(1)));
  std::vector<std::byte> sealed(RecordCipher::sealed_size(plain.size()));
  cipher.seal({}, as_bytes(kHead), plain, sealed).ignore();  // shows below
  for (auto _ : state) {
    if (!cipher.open({}, as_bytes(kHead), sealed, plain).ok()) state.SkipWithError("not opened");
    benchmark::DoNotOptimize(plain.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * plain.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void begin_segment(benchmark::State& state) {
  const std::string master(32, 'k');
  for (auto _ : state) {
    const auto salt = random_salt();
    const auto key = DataKey::derive(as_bytes(master), *salt, as_bytes("0123456789abcdef"));
    auto cipher = RecordCipher::make(key->key());
    benchmark::DoNotOptimize(cipher);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t key : {16, 32}) {
    for (const std::int64_t record : {100, 500, 5'000, 50'000, 500'000}) benchmark->Args({key, record});
  }
}

BENCHMARK(seal)->Apply(sizes)->ArgNames({"key", "record"});
BENCHMARK(open)->Apply(sizes)->ArgNames({"key", "record"});
BENCHMARK(begin_segment);

}  // namespace
