// What a syslog message of 200 B costs until it is an event, messages as items: framing, parsing and building together, as a source does
// it, and by parts. Every message has a time of its own; the seconds pass as they would at a million messages a second.
#include <cstdlib>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "flume/batch_builder.h"
#include "syslog/message_parser.h"
#include "syslog/multiport_parser.h"

namespace flume::bench {
namespace {

constexpr std::uint32_t kBatch = 1000;
constexpr std::size_t kSize = 200;  // with the newline
constexpr std::int64_t kNow = 1710072000000;

enum class Form { Rfc5424, Rfc3164, Counted, Structured };

std::string message(Form form, std::uint32_t i) {
  const std::uint32_t pri = 8 + i % 180;
  std::string text;
  if (form == Form::Rfc3164) {
    text = fmt::format("<{}>Mar  9 22:14:{:02} web-{:02}.example.com sshd[{}]: ", pri, i / 500, i % 40, 1000 + i);
  } else {
    text = fmt::format("<{}>1 2024-03-09T22:14:{:02}.{:06}Z web-{:02}.example.com sshd {} - ", pri, i / 500, i * 997 % 1'000'000, i % 40,
                       1000 + i);
    text += form == Form::Structured ? R"([origin@32473 ip="192.0.2.1" software="sshd"] )" : "- ";
  }
  text.resize(kSize - 1, 'x');
  return text;
}

std::string stream_of(Form form) {
  std::string stream;
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    const std::string text = message(form, i);
    stream += form == Form::Counted ? fmt::format("{} {}", text.size(), text) : text + '\n';
  }
  return stream;
}

template <typename Parser>
void append_all(syslog::Framer& framer, Parser& parser, std::string_view data, BatchBuilder& builder) {
  while (const auto frame = framer.next(data)) {
    if (const auto state = parser.append(*frame, kNow, {}, builder); !state.ok() || *state != syslog::MessageState::Valid) std::abort();
  }
}

template <typename Parser>
void run(benchmark::State& state, Result<Parser> parser, Form form) {
  const std::string stream = stream_of(form);
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  syslog::Framer framer(2500, syslog::Framing::Auto);
  for (auto _ : state) {
    append_all(framer, *parser, stream, builder);
    benchmark::DoNotOptimize(builder.take());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void tcp(benchmark::State& state, Form form) {
  run(state, syslog::MessageParser::make({}, {}, TimeZone::by_name("Europe/Berlin").zone), form);
}
BENCHMARK_CAPTURE(tcp, rfc5424, Form::Rfc5424);
BENCHMARK_CAPTURE(tcp, rfc5424_counted, Form::Counted);
BENCHMARK_CAPTURE(tcp, rfc3164, Form::Rfc3164);

void tcp_structured_data_to_headers(benchmark::State& state) {
  syslog::MessageOptions options;
  options.rfc5424_headers = {true, true, true, true};
  run(state, syslog::MessageParser::make(options, {}, TimeZone()), Form::Structured);
}
BENCHMARK(tcp_structured_data_to_headers);

void multiport(benchmark::State& state, Form form, std::string_view charset) {
  run(state, syslog::MultiportParser::make({}, charset), form);
}
BENCHMARK_CAPTURE(multiport, rfc5424, Form::Rfc5424, "UTF-8");
BENCHMARK_CAPTURE(multiport, rfc3164, Form::Rfc3164, "UTF-8");
BENCHMARK_CAPTURE(multiport, rfc5424_latin1, Form::Rfc5424, "ISO-8859-1");

void frame(benchmark::State& state) {
  const std::string stream = stream_of(Form::Rfc5424);
  syslog::Framer framer(2500, syslog::Framing::Auto);
  for (auto _ : state) {
    std::string_view data = stream;
    while (const auto next = framer.next(data)) benchmark::DoNotOptimize(next->text.size());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(frame);

/// The same events without reading anything: what is left is the builder's.
void build(benchmark::State& state) {
  const std::string text = message(Form::Rfc5424, 1);
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      builder.header("Facility", "20");
      builder.header("Severity", "4");
      builder.header("priority", "164");
      builder.header("version", "1");
      builder.header("timestamp", "1710022455123");
      builder.header("host", "web-01.example.com");
      if (!builder.body(std::string_view(text).substr(60)).ok()) std::abort();
    }
    benchmark::DoNotOptimize(builder.take());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(build);

}  // namespace
}  // namespace flume::bench
