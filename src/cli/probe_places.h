// The places outside the agent that a plan works with: the folders of its channels, and where its sinks write. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/agent_plan.h"

namespace flume::cli {

enum class PlaceKind : std::uint8_t {
  Folder,       ///< of this machine; the agent makes it when it is missing
  GivenFolder,  ///< of this machine; it must be there
  Destination,  ///< of the file system that its scheme or fs.defaultFS names; made when it is missing
};

struct ProbePlace {
  PlaceKind kind{};
  std::string key;  ///< that names it: "a1.sinks.k1.hdfs.path"
  config::Location at;
  std::string path;             ///< the part in front of the first escape
  std::uint64_t kept_free = 0;  ///< bytes of its disk that the component leaves alone, and with less of them does not work
};

[[nodiscard]] std::vector<ProbePlace> places_of(const config::AgentPlan& plan, const std::string& user_home);

}  // namespace flume::cli
