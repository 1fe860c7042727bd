// A simulated NameNode on a SimNetwork: speaks Hadoop RPC version 9 over a SimNamespace, remembers calls as the real one
// does (retry cache), answers out of order, and misbehaves as told: loses, delays and doubles answers, breaks connections
// before or after the deed, stalls, is a standby, demands authentication, or is not a NameNode at all.
// Owned by the test; outlived by loop and network. Two of them may share one namespace: a high-availability pair.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/awaitables.h"
#include "support/sim_hdfs/sim_namespace.h"
#include "support/sim_network.h"

namespace flume::hdfs {

/// What happens to one request.
enum class SimFault : std::uint8_t {
  None,
  CutBefore,        ///< the connection breaks, nothing is done
  CutAfter,         ///< done, but the connection breaks instead of the answer
  Silence,          ///< done, never answered
  SilenceBefore,    ///< neither done nor answered
  Retriable,        ///< "come back later", not done
  Standby,          ///< "I am not the active one", not done
  Twice,            ///< answered twice
  WrongId,          ///< an answer to a call that nobody made comes first
  Fatal,            ///< a fatal error for the whole connection, not done
  MalformedHeader,  ///< bytes that are no response
  TooLong,          ///< announces a response of 2 GiB
  CutInAnswer,      ///< done, half of the answer, then the end
};

class SimNameNode {
 public:
  enum class Kind : std::uint8_t { NameNode, Standby, DemandsAuthentication, Http, Mute, Closes };
  using Faults = std::function<SimFault(std::string_view method)>;

  SimNameNode(SimNetwork& network, SimEventLoop& loop, SimNamespace& names, const std::string& host, std::uint16_t port = 8020);
  SimNameNode(const SimNameNode&) = delete;
  SimNameNode& operator=(const SimNameNode&) = delete;
  ~SimNameNode();

  void set_kind(Kind kind) { kind_ = kind; }
  void set_faults(Faults faults) { faults_ = std::move(faults); }
  /// Each call is answered after up to so long, each by itself: answers overtake each other.
  void set_answer_time(Instant::duration most, std::uint64_t seed);
  /// Stops listening and breaks all connections; start() listens again.
  void stop();
  void start();

  struct Done {
    std::string method;
    std::string user;
    std::int32_t retry_count;
  };
  /// Every request that was executed (not: answered from the retry cache), in order.
  [[nodiscard]] const std::vector<Done>& done() const { return done_; }
  [[nodiscard]] std::size_t pings() const { return pings_; }
  [[nodiscard]] std::size_t connections() const { return connections_made_; }

 private:
  class Session;

  SimNetwork& network_;
  SimEventLoop& loop_;
  SimNamespace& names_;
  const std::string host_;
  const std::uint16_t port_;
  Kind kind_ = Kind::NameNode;
  Faults faults_;
  Instant::duration most_answer_time_{};
  std::mt19937_64 random_{1};
  std::vector<Done> done_;
  std::size_t pings_ = 0;
  std::size_t connections_made_ = 0;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::unique_ptr<ListeningSocket> socket_;
};

}  // namespace flume::hdfs
