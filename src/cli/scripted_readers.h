// Readers of remote texts that answer as a test has written down. For tests of this folder.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/remote_texts.h"

namespace flume::cli {

/// Answers by URL or node path, in order; the last one again and again. Outlives the readers that it makes.
struct RemoteScript {
  std::map<std::string, std::deque<Result<std::string>>> answers;
  std::vector<http::DocumentRequest> documents;  ///< as asked for
  std::vector<zookeeper::NodeRequest> nodes;
  std::vector<Instant::duration> patience;  ///< of each question

  Result<std::string> answer(const std::string& address) {
    auto& left = answers[address];
    if (left.empty()) return invalid_config("the script has no answer for " + address);
    Result<std::string> first = left.front();
    if (left.size() > 1) left.pop_front();
    return first;
  }

  /// A reading with readers of this script.
  [[nodiscard]] RemoteReading reading(Clock& clock) {
    RemoteReading made{.clock = clock};
    made.load_http = [this](Clock& its_clock) -> Result<std::unique_ptr<http::DocumentReader>> {
      return std::unique_ptr<http::DocumentReader>(std::make_unique<Documents>(*this, its_clock));
    };
    made.load_zookeeper = [this](Clock& its_clock) -> Result<std::unique_ptr<zookeeper::NodeReader>> {
      return std::unique_ptr<zookeeper::NodeReader>(std::make_unique<Nodes>(*this, its_clock));
    };
    return made;
  }

 private:
  struct Documents final : http::DocumentReader {
    Documents(RemoteScript& its_script, Clock& its_clock) : script(its_script), clock(its_clock) {}
    Result<std::string> read(const http::DocumentRequest& request, Deadline deadline, const std::stop_token&) override {
      script.documents.push_back(request);
      script.patience.push_back(deadline.when() - clock.steady());
      return script.answer(request.url);
    }
    RemoteScript& script;
    Clock& clock;
  };
  struct Nodes final : zookeeper::NodeReader {
    Nodes(RemoteScript& its_script, Clock& its_clock) : script(its_script), clock(its_clock) {}
    Result<std::string> read(const zookeeper::NodeRequest& request, Deadline deadline, const std::stop_token&) override {
      script.nodes.push_back(request);
      script.patience.push_back(deadline.when() - clock.steady());
      return script.answer(request.path);
    }
    RemoteScript& script;
    Clock& clock;
  };
};

}  // namespace flume::cli
