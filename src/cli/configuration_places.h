// Where the texts of a configuration are: what --zkConnString, --conf-uri and --conf-file name. Pure; nothing is opened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "config/diagnostic.h"
#include "flume/result.h"

namespace flume::cli {

enum class TextPlace : std::uint8_t { File, Http, ZooKeeper };

struct ConfigurationPlace {
  TextPlace kind = TextPlace::File;
  std::string address;  ///< a path; a URL as it was given; a node's path: "/flume/a1"
  std::string name;     ///< how messages call it, without secrets: the path, the URL, "zookeeper:/flume/a1"
  /// Of the same configuration always the same, wherever the program is started and whichever servers of an ensemble are named.
  std::string identity;
};

struct ConfigurationPlaces {
  std::vector<ConfigurationPlace> places;  ///< in the order of merging
  bool are_complete = true;                ///< false: some could not be understood
};

/// --zkConnString wins over --conf-uri, that over --conf-file, as in Flume; what is not looked at then gets a warning.
[[nodiscard]] ConfigurationPlaces find_configuration_places(const CommandLine& line, config::Diagnostics& diagnostics);

/// Whether the line names any place.
[[nodiscard]] bool names_configuration(const CommandLine& line);

}  // namespace flume::cli
