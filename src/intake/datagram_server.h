// DatagramServer: what every source on UDP has around its protocol: a loop in a thread of its own, an open port, an Intake. Nothing is
// received while the channel is full; what the system must throw away meanwhile is counted and told. Owned by its source; start() and
// stop() come from the agent's thread, everything else happens in the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "flume/services.h"
#include "flume/source.h"
#include "intake/intake.h"
#include "net/host_names.h"
#include "net/loop_caller.h"

namespace flume {

struct DatagramServerSettings {
  std::string host;  ///< empty: all addresses
  std::uint16_t port = 0;
  std::size_t buffer_bytes = std::size_t{8} << 20U;  ///< kept by the system while we are busy
};

class DatagramServer {
 public:
  /// Builds the events of one datagram, in the loop. The names are of those who send.
  using Take = std::function<void(const Datagram&, HostNames& names, BatchBuilder&)>;

  DatagramServer(const Services& services, DatagramServerSettings settings, Take take);
  DatagramServer(const DatagramServer&) = delete;
  DatagramServer& operator=(const DatagramServer&) = delete;
  ~DatagramServer();

  Status start(ChannelWriter& writer, SourceContext& context);
  /// What has arrived is stored, until the deadline.
  void stop(Deadline deadline);

 private:
  /// All that lives in the loop, from start() to stop().
  struct Running;
  /// What Flume has no counter for; not in its JSON.
  struct Counters final : CounterGroup {
    explicit Counters(std::string_view component) : CounterGroup(CounterKind::Source, component) { hide_from_flume_json(); }
    Counter dropped{*this, "DatagramDropCount"};
  };
  void receive_later(Running& running);
  void receive(Running& running);
  void note_drops(Running& running);
  /// Until no more is there; false: the intake has no room, and calls back.
  bool receive_all(Running& running);

  Listener& listener_;
  const Log log_;
  const DatagramServerSettings settings_;
  const Take take_;
  Counters counters_;
  MetricsRegistry::Membership membership_;
  std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<Running> running_;
};

}  // namespace flume
