// What becomes of files in use that no journal names, as an agent leaves them that was killed before this one had a journal, and
// Apache Flume: told, with the command that finishes them, or adopted into the sink's journal, so that they are finished like its
// own. Works in small steps of the sink's tick(): events do not wait for it.
// Owner: the sink, beside its OutputFiles. One thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "flume/services.h"
#include "flume/sink.h"
#include "output/leftover_search.h"
#include "output/output_files.h"

namespace flume::output {

class Leftovers {
 public:
  /// `adopts`: nobody else writes where the sink does.
  Leftovers(FileSystem& file_system, OutputFiles& files, const Services& services, LeftoverSearch search, const LeftoverPattern& pattern,
            bool adopts);

  /// One step; the time of the next one.
  Instant tick(SinkContext& context);

 private:
  void look();
  /// Files of the other sinks of this agent.
  void read_lists_of_others();
  void tell() const;
  Instant adopt(SinkContext& context);

  FileSystem& file_system_;
  OutputFiles& files_;
  const Services& services_;
  LeftoverSearch search_;
  const std::string command_;
  const bool adopts_;
  bool has_begun_ = false;
  bool is_over_ = false;
  std::set<std::string> of_others_;  // paths in use
  int failed_listings_ = 0;
  std::vector<FileNames> found_;
  std::size_t adopted_ = 0;
};

}  // namespace flume::output
