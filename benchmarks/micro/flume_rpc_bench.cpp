// What an event costs on its way from agent to agent: written, read into place or by way of a receive buffer, and over a loopback
// connection with a lean receiver in a thread of its own, which answers and forgets. Events as items.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "clients/flume_rpc/request.h"
#include "clients/flume_rpc/response.h"
#include "clients/flume_rpc/rpc_client.h"
#include "net/asio_network.h"
#include "net/loop_caller.h"
#include "typical_event.h"

namespace flume::bench {
namespace {

constexpr std::uint32_t kBatch = 1000;

EventBatch batch_of(std::uint32_t events) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  build_events(builder, events);
  return builder.take();
}

void encode(benchmark::State& state) {
  const EventBatch batch = batch_of(kBatch);
  for (auto _ : state) {
    const rpc::EncodedRequest request = rpc::encode_append_batch(1, {}, batch);
    benchmark::DoNotOptimize(request.pieces());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(encode);

/// `direct`: everything behind the first 4 KiB is received where it stays; here that is a copy, too.
void decode(benchmark::State& state, std::size_t buffer_bytes, bool is_direct) {
  const rpc::EncodedRequest request = rpc::encode_append_batch(1, {}, batch_of(kBatch));
  std::string message;
  for (const ByteView piece : request.pieces()) message += as_text(piece);
  std::string wire = message;
  if (buffer_bytes != 0) {  // as Java cuts it
    const std::string payload = message.substr(12);
    wire = message.substr(0, 4);
    rpc::put_int32(wire, static_cast<std::uint32_t>((payload.size() + buffer_bytes - 1) / buffer_bytes));
    for (std::size_t at = 0; at < payload.size(); at += buffer_bytes) {
      const std::string piece = payload.substr(at, buffer_bytes);
      rpc::put_int32(wire, static_cast<std::uint32_t>(piece.size()));
      wire += piece;
    }
  }
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  rpc::BuilderRoom room(builder);
  rpc::RequestReader reader({});
  reader.greeted();
  for (auto _ : state) {
    ByteView bytes = as_bytes(wire);
    ByteView first = bytes.first(is_direct ? 4096 : bytes.size());
    bool is_complete = *reader.feed(first, room);
    for (std::size_t at = 4096; !is_complete && at < bytes.size();) {
      const std::span<std::byte> place = reader.direct();
      std::memcpy(place.data(), bytes.data() + at, place.size());
      at += place.size();
      is_complete = reader.received(place.size());
    }
    if (!is_complete || !rpc::adopt_events(reader.request(), builder).ok()) std::abort();
    benchmark::DoNotOptimize(builder.take());
    reader.next_request();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
void decode_from_a_receive_buffer(benchmark::State& state) { decode(state, 0, false); }
void decode_in_place(benchmark::State& state) { decode(state, 0, true); }
void decode_of_javas_buffers(benchmark::State& state) { decode(state, 8192, false); }
BENCHMARK(decode_from_a_receive_buffer);
BENCHMARK(decode_in_place);
BENCHMARK(decode_of_javas_buffers);

/// Reads requests, adopts their events, and says OK.
class LeanReceiver {
 public:
  explicit LeanReceiver(AsioNetwork& network) : loop_(network.make_loop()) {
    auto socket = network.listen("127.0.0.1", 0, *loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                   stream_ = std::move(stream);
                                   read();
                                 }});
    if (!socket) std::abort();
    socket_ = *std::move(socket);
    thread_ = std::jthread([this](const std::stop_token& stop) { loop_->run(stop); });
  }
  LeanReceiver(const LeanReceiver&) = delete;
  LeanReceiver& operator=(const LeanReceiver&) = delete;
  ~LeanReceiver() {
    thread_.request_stop();
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return socket_->port(); }

 private:
  void read() {
    stream_->wait_readable([this] {
      for (;;) {
        const std::span<std::byte> direct = reader_.direct();
        auto got = stream_->read_some(direct.empty() ? std::span<std::byte>(buffer_) : direct);
        if (!got || got->state == Transfer::State::End) return stream_->close();
        if (got->state == Transfer::State::WouldBlock) return read();
        if (!direct.empty()) {
          if (reader_.received(got->bytes)) serve();
          continue;
        }
        for (ByteView bytes = ByteView(buffer_).first(got->bytes); !bytes.empty();) {
          const auto fed = reader_.feed(bytes, room_);
          if (!fed) std::abort();
          if (*fed) serve();
        }
      }
    });
  }
  void serve() {
    const rpc::Request& request = reader_.request();
    std::string answer;
    if (request.handshake) {
      answer = rpc::encode_handshake_response(request.serial, {});
      reader_.greeted();
    } else {
      if (!rpc::adopt_events(request, builder_).ok()) std::abort();
      benchmark::DoNotOptimize(builder_.take());
      answer = rpc::encode_response({.serial = request.serial});
    }
    reader_.next_request();
    const ByteView piece = as_bytes(answer);
    if (!stream_->write_some({&piece, 1})) std::abort();
  }

  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<ListeningSocket> socket_;
  std::unique_ptr<Stream> stream_;
  SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  rpc::BuilderRoom room_{builder_};
  rpc::RequestReader reader_{{}};
  std::vector<std::byte> buffer_ = std::vector<std::byte>(std::size_t{64} << 10);
  std::jthread thread_;
};

/// Arguments: events of a batch, requests that are under way at a time.
void hop(benchmark::State& state) {
  AsioNetwork network;
  LeanReceiver receiver(network);
  LoopThread caller(network.make_loop());
  const auto under_way = static_cast<std::size_t>(state.range(1));
  auto client = std::make_unique<rpc::RpcClient>(
      caller.loop(), network, rpc::RpcClientSettings{.hosts = {{"127.0.0.1", receiver.port()}}, .host = {.most_under_way = under_way}},
      [](rpc::ConnectionChange) {});
  const EventBatch batch = batch_of(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    const auto answers = caller.call(client->append(std::vector<rpc::Append>(under_way, rpc::Append{batch})));
    if (!answers || !answers->back().why.ok()) std::abort();
  }
  caller.run_in_loop([&client] { client.reset(); });
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(hop)->ArgsProduct({{1, 100, 1000}, {1, 4}})->UseRealTime();

}  // namespace
}  // namespace flume::bench
