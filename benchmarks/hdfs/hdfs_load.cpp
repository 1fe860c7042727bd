// Load on an HDFS through our client and through the hdfs sink, for benchmarks/hdfs.py:
//   hdfs_load HOST PORT write PATH BYTES PIECE     a file, written in such pieces by a task in the client's loop
//   hdfs_load HOST PORT flush PATH COUNT PIECE     a piece and a flush, so many times; percentiles of both together
//   hdfs_load HOST PORT sink FOLDER EVENTS BATCH BUCKETS
//                                                  the hdfs sink without agent: batches of 250 B events, spread over files;
//                                                  it reads hdfs-site.xml of HADOOP_CONF_DIR
// Prints one JSON object. CPU time is the process's own, all its threads, during the work alone.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "clients/hdfs/hdfs_client.h"
#include "flume/batch_builder.h"
#include "io/posix_files.h"
#include "net/asio_network.h"
#include "support/component_options.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

constexpr std::chrono::minutes kPatience{5};
constexpr std::size_t kEventBytes = 250;

[[noreturn]] void give_up(const Status& why) {
  fmt::print(stderr, "hdfs_load: {}\n", why.message());
  std::exit(1);
}

class Meter {
 public:
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  /// Time and CPU until now, as members of a JSON object.
  [[nodiscard]] std::string told() const {
    const rusage now = usage();
    const double user = in_seconds(now.ru_utime) - in_seconds(begun_.ru_utime);
    const double system = in_seconds(now.ru_stime) - in_seconds(begun_.ru_stime);
    return fmt::format("\"seconds\": {:.6f}, \"cpu_seconds\": {:.6f}, \"user_seconds\": {:.6f}", seconds(), user + system, user);
  }

 private:
  static rusage usage() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage;
  }
  static double in_seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const rusage begun_ = usage();
};

Task<Status> write(hdfs::HdfsClient& client, std::string path, std::uint64_t bytes, std::size_t piece) {
  const Deadline deadline = client.loop().in(kPatience);
  const std::string data(piece, 'x');
  Result<hdfs::WrittenFile> file = co_await client.create(path, deadline);
  if (!file) co_return file.status();
  const Meter meter;
  for (std::uint64_t done = 0; done < bytes; done += piece) {
    FLUME_CO_TRY(co_await file->writer->write(as_bytes(data), deadline));
  }
  FLUME_CO_TRY(co_await file->writer->close(deadline));
  fmt::print("{{\"bytes\": {}, {}}}\n", bytes, meter.told());
  co_return Status();
}

Task<Status> flush(hdfs::HdfsClient& client, std::string path, std::size_t count, std::size_t piece) {
  const Deadline deadline = client.loop().in(kPatience);
  const std::string data(piece, 'x');
  Result<hdfs::WrittenFile> file = co_await client.create(path, deadline);
  if (!file) co_return file.status();
  std::vector<double> micros;
  for (std::size_t i = 0; i < count; ++i) {
    const Meter meter;
    FLUME_CO_TRY(co_await file->writer->write(as_bytes(data), deadline));
    FLUME_CO_TRY(co_await file->writer->flush(deadline));
    micros.push_back(meter.seconds() * 1e6);
  }
  FLUME_CO_TRY(co_await file->writer->close(deadline));
  std::ranges::sort(micros);
  fmt::print("{{\"p50_us\": {:.1f}, \"p99_us\": {:.1f}}}\n", micros[count / 2], micros[count * 99 / 100]);
  co_return Status();
}

EventBatch batch_of_events(std::uint32_t count, std::uint32_t buckets) {
  static const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const std::string body(kEventBytes - 1, 'x');  // and a newline
  for (std::uint32_t i = 0; i < count; ++i) {
    if (buckets > 1) builder.header("bucket", std::to_string(static_cast<std::uint64_t>(i) * buckets / count));
    if (const Status built = builder.body(body); !built.ok()) give_up(built);
  }
  return builder.take();
}

std::uint64_t memory_kib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) return std::strtoull(line.c_str() + key.size() + 1, nullptr, 10);
  }
  return 0;
}

void run_sink(const std::string& folder, std::uint64_t events, std::uint32_t batch_size, std::uint32_t buckets) {
  TestServices test;
  PosixFiles files;
  SystemClock clock;
  AsioNetwork network;
  const Services lent = test.of("sinks.k1", "k1");
  const char* conf = std::getenv("HADOOP_CONF_DIR");
  const Services services{clock,
                          files,
                          network,
                          network,
                          lent.metrics,
                          lent.log,
                          "a1",
                          "k1",
                          "",
                          "",
                          lent.byte_budget,
                          false,
                          "",
                          HadoopEnvironment{.conf_folder = conf == nullptr ? "" : conf, .user_name = "hdfs"}};
  std::map<std::string, std::string> keys{{"hdfs.path", folder},        {"hdfs.fileType", "DataStream"},
                                          {"hdfs.rollInterval", "0"},   {"hdfs.rollSize", "0"},
                                          {"hdfs.rollCount", "0"},      {"hdfs.batchSize", std::to_string(batch_size)},
                                          {"hdfs.callTimeout", "60000"}};
  if (buckets > 1) keys["hdfs.path"] += "/%{bucket}";
  const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
  if (!parsed.problem.ok()) give_up(parsed.problem);
  const auto sink = parsed.make<Sink>(services);
  LoneSinkContext context;
  if (const Status started = sink->start(context); !started.ok()) give_up(started);
  const EventBatch batch = batch_of_events(batch_size, buckets);
  const Ranges ids(IdRange{1, 1 + batch_size});
  std::uint64_t done = 0;
  const auto deliver = [&] {
    Delivery delivery(context, ids, false);
    if (const auto outcome = sink->deliver(batch, delivery); !outcome) give_up(outcome.status());
    if (!delivery.set_aside_ids().empty()) give_up(retryable(delivery.why_set_aside()));
    sink->committed(context);
    done += batch_size;
  };
  deliver();  // the files are open from here on
  done = 0;
  const Meter meter;
  while (done < events) deliver();
  const std::string told = meter.told();
  const std::uint64_t resident = memory_kib("VmRSS");
  sink->stop(context, clock.in(kPatience));
  fmt::print("{{\"events\": {}, {}, \"rss_kib\": {}, \"peak_kib\": {}}}\n", done, told, resident, memory_kib("VmHWM"));
}

int run(const std::vector<std::string>& words) {
  const std::string& verb = words[2];
  const std::string& path = words[3];
  const std::uint64_t amount = std::stoull(words[4]);
  const std::size_t piece = std::stoul(words[5]);
  if (verb == "sink") {
    const std::uint32_t buckets = words.size() > 6 ? static_cast<std::uint32_t>(std::stoul(words[6])) : 1;
    run_sink("hdfs://" + words[0] + ":" + words[1] + path, amount, static_cast<std::uint32_t>(piece), buckets);
    return 0;
  }
  TestServices test;
  AsioNetwork network;
  const auto loop = network.make_loop();
  Result<hdfs::ClientSettings> settings = hdfs::client_settings(XmlConfiguration(), words[0] + ":" + words[1], "hdfs");
  if (!settings) give_up(settings.status());
  hdfs::HdfsClient client(*loop, network, *std::move(settings), hdfs::random_client_id(), test.of("client", "client").log);
  const Status done = run_to_end(*loop, verb == "flush" ? flush(client, path, amount, piece) : write(client, path, amount, piece)).value();
  if (!done.ok()) give_up(done);
  return 0;
}

}  // namespace
}  // namespace flume

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() < 6) {
    fmt::print(stderr, "usage: hdfs_load HOST PORT write|flush PATH AMOUNT PIECE | sink FOLDER EVENTS BATCH [BUCKETS]\n");
    return 2;
  }
  return flume::run(words);
}
