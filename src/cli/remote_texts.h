// Configurations that are not in files: asked for by HTTP(S) or in ZooKeeper, once or until they are there. Main's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/configuration_places.h"
#include "clients/http/document_reader.h"
#include "clients/zookeeper/node_reader.h"
#include "flume/clock.h"
#include "flume/result.h"

namespace flume::cli {

/// How such texts are asked for. Tests bring their own readers.
struct RemoteReading {
  Clock& clock;
  /// A start waits for what may come; other commands ask once.
  bool waits = false;
  std::stop_token stop{};
  /// One line for each time that there is nothing yet.
  std::function<void(const std::string& line)> tell = [](const std::string&) {};
  std::function<Result<std::unique_ptr<http::DocumentReader>>(Clock&)> load_http = http::load_document_reader;
  std::function<Result<std::unique_ptr<zookeeper::NodeReader>>(Clock&)> load_zookeeper = zookeeper::load_node_reader;
};

/// What all places of a command line are asked with.
struct RemoteAccess {
  std::string user{};
  std::string password{};
  std::string trusted_pem{};
  std::string zookeeper_servers{};
};

/// The text. Between two tries it waits 1 s, 2 s, 4 s and so on up to 30 s. The error is that of the last try, and begins with the
/// place's name; Cause::Stopped: the wait was ended by `reading.stop`. Precondition: the place is no file.
[[nodiscard]] Result<std::string> read_remote_text(const ConfigurationPlace& place, const RemoteAccess& access,
                                                   const RemoteReading& reading);

}  // namespace flume::cli
