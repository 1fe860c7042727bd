#include "cli/avro_client/line_sender.h"

namespace flume::cli {
namespace {

using Fate = rpc::CallAnswer::Fate;

// Of lines that are not sent yet.
constexpr std::size_t kMostBytes = std::size_t{16} << 20;
constexpr std::size_t kMostBatches = 64;

/// One batch at a time: Java's source works on several side by side, and the lines are to keep their order.
LineSenderSettings in_order(LineSenderSettings settings) {
  settings.client.host.most_under_way = 1;
  return settings;
}

}  // namespace

LineSender::LineSender(Listener& network, Dialer& dialer, LineSenderSettings settings)
    : settings_(in_order(std::move(settings))), caller_(make_loop_caller(network.make_loop())) {
  client_ = std::make_unique<rpc::RpcClient>(caller_->loop(), dialer, settings_.client, [](rpc::ConnectionChange) {});
}

LineSender::~LineSender() {
  caller_->run_in_loop([this] { client_.reset(); });
}

Status LineSender::add(std::string_view line) {
  for (const auto& [key, value] : settings_.headers) builder_.header(key, value);
  FLUME_TRY(builder_.body(line));
  const bool is_large = builder_.bytes() >= kMostBytes;
  if (builder_.size() < settings_.batch_size && !is_large) return {};
  full_.push_back({builder_.take(), {}});
  return full_.size() < kMostBatches && !is_large ? Status() : send();
}

Status LineSender::flush() {
  if (!builder_.empty()) full_.push_back({builder_.take(), {}});
  return full_.empty() ? Status() : send();
}

Status LineSender::send() {
  std::vector<std::uint32_t> sizes;
  for (const rpc::Append& batch : full_) sizes.push_back(batch.events.size());
  const auto answers = caller_->call(client_->append(std::exchange(full_, {})));
  if (!answers) return answers.status();
  Status failure;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const rpc::CallAnswer& answer = (*answers)[i];
    if (answer.fate == Fate::Stored) stored_ += sizes[i];
    if (answer.fate == Fate::InDoubt) in_doubt_ += sizes[i];
    if (answer.fate != Fate::Stored && failure.ok()) failure = answer.why;
  }
  return failure;
}

}  // namespace flume::cli
