#include "components/sources/scribe/scribe_source.h"

#include <memory>
#include <utility>

#include "clients/thrift/scribe_protocol.h"
#include "intake/thrift_service_peer.h"

namespace flume {
namespace {

/// As long as Flume's channels wait for room (keep-alive) before a client is told to try later.
constexpr std::chrono::seconds kPatience{3};
constexpr std::string_view kCategoryHeader = "category";
constexpr std::int64_t kMostReadBuffer = std::int64_t{512} << 20U;

constexpr auto kScribeOptions =
    options(option<&ScribeSourceOptions::bind>("bind", "Address or name to listen on; 0.0.0.0 for all.",
                                               {.role = OptionRole::ListenAddress, .extension = true}),
            option<&ScribeSourceOptions::port>("port", "TCP port to listen on.", {.role = OptionRole::TcpPort}),
            option<&ScribeSourceOptions::max_read_buffer>("maxReadBufferBytes", "Longest request; a longer one closes the connection.",
                                                          {.minimum = 1, .maximum = kMostReadBuffer, .if_bad = kDefaultIfBad}),
            option<&ScribeSourceOptions::worker_threads>("workerThreads", "Threads that serve clients.",
                                                         {.no_effect = "one event loop serves all clients"}));

class ScribePeer final : public ThriftServicePeer {
 public:
  ScribePeer(PeerPlace place, std::uint32_t longest) : ThriftServicePeer(std::move(place), thrift::kScribeEncoding, longest) {}

 private:
  Result<thrift::Request> read_request(std::string_view message, BatchBuilder& into) override {
    return thrift::read_scribe_request(message, kCategoryHeader, into);
  }
  std::int32_t result_of(const thrift::Request&, const Status& stored) override {
    return static_cast<std::int32_t>(stored.ok() ? thrift::ScribeResult::Ok : thrift::ScribeResult::TryLater);
  }
};

}  // namespace

ScribeSource::ScribeSource(const ScribeSourceOptions& options, const Services& services)
    : server_(services, {.host = options.bind, .ports = {options.port.number}, .intake = {.patience = kPatience}},
              [longest = static_cast<std::uint32_t>(options.max_read_buffer.count)](PeerPlace place) {
                return std::make_unique<ScribePeer>(std::move(place), longest);
              }) {}

namespace components {
extern const ComponentInfo source_scribe;
constinit const ComponentInfo source_scribe = describe<ScribeSource, kScribeOptions>(
    "scribe", "Receives log entries from Scribe's clients.", {"org.apache.flume.source.scribe.ScribeSource"});
}  // namespace components
}  // namespace flume
