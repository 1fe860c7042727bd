// A simulated NameNode: speaks Hadoop RPC version 9 over a SimNamespace, remembers calls as the real one
// does (retry cache), answers out of order, and misbehaves as told: loses, delays and doubles answers, breaks connections
// before or after the deed, stalls, is a standby, demands authentication, or is not a NameNode at all.
// Owned by the test; outlived by what its site names. Loop thread only. Two of them may share one namespace: a high-availability pair.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/awaitables.h"
#include "support/sim_hdfs/sim_namespace.h"
#include "support/sim_hdfs/sim_site.h"

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
  Late,             ///< done half a minute later, never answered
};

class SimNameNode {
 public:
  enum class Kind : std::uint8_t { NameNode, Standby, DemandsAuthentication, Http, Mute, Closes };
  using Faults = std::function<SimFault(std::string_view method)>;

  /// Port 0: any.
  SimNameNode(const SimSite& site, SimNamespace& names, const std::string& host, std::uint16_t port = 8020);
  SimNameNode(const SimNameNode&) = delete;
  SimNameNode& operator=(const SimNameNode&) = delete;
  ~SimNameNode();

  [[nodiscard]] const std::string& host() const { return port_.host(); }
  [[nodiscard]] std::uint16_t port() const { return port_.port(); }
  [[nodiscard]] bool is_listening() const { return port_.is_open(); }

  void set_kind(Kind kind) { kind_ = kind; }
  void set_faults(Faults faults) { faults_ = std::move(faults); }
  /// Calls of this method are answered with these bytes, whatever they say.
  void set_answer(std::string method, std::string message) { answers_[std::move(method)] = std::move(message); }
  /// Each call is answered after up to so long, each by itself: answers overtake each other.
  void set_answer_time(Instant::duration most, std::uint64_t seed);
  /// Stops listening and breaks all connections; start() listens again.
  void stop();
  void start() { port_.open(); }

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

  EventLoop& loop_;
  SimNamespace& names_;
  Kind kind_ = Kind::NameNode;
  Faults faults_;
  std::map<std::string, std::string> answers_;
  Instant::duration most_answer_time_{};
  std::mt19937_64 random_{1};
  std::vector<Done> done_;
  std::size_t pings_ = 0;
  std::size_t connections_made_ = 0;
  std::vector<std::unique_ptr<Session>> sessions_;
  SimPort port_;  // last: it makes sessions
};

}  // namespace flume::hdfs
