// What the agent lends to every component for its whole life: the seams, the log, the counters. Components keep
// a copy (it is a handful of references); everything behind it outlives them. All of it may be used from any thread.
#pragma once

#include <memory>
#include <string>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/hadoop_environment.h"
#include "flume/log.h"

namespace flume {

class Dialer;
class Listener;
class MetricsRegistry;
struct LocalHost;
struct TlsDefaults;

struct Services {
  Clock& clock;
  Files& files;
  Listener& listener;
  Dialer& dialer;
  MetricsRegistry& metrics;
  Log log;                    ///< bound to the component's name: "sinks.k1"
  std::string agent;          ///< "agent1"
  std::string name;           ///< the component's: "k1"
  std::string state_folder;   ///< where this agent keeps small local state; made by whoever writes there first
  std::string conf_folder;    ///< --conf, or empty: core-site.xml and the like
  std::uint64_t byte_budget;  ///< bytes that a channel may hold by default (80 % of -Xmx, or of a quarter of RAM)
  bool logs_raw_data;         ///< org.apache.flume.log.rawdata: event bodies may be logged
  std::string time_zone{};    ///< -Duser.timezone, the zone where none is configured; empty: the machine's
  HadoopEnvironment hadoop{};
  std::string user_home{};                            ///< of the account, as Java's user.home: what ~ stands for in defaults
  bool saves_on_stop = false;                         ///< -Dflume.spillOnStop: a channel in memory saves its events in a normal stop
  const LocalHost* local_host = nullptr;              ///< this machine's names where they are given beforehand; null: the resolver is asked
  std::shared_ptr<const TlsDefaults> tls_defaults{};  ///< what the whole agent says about TLS (flume/tls_options.h); null: nothing
};

}  // namespace flume
