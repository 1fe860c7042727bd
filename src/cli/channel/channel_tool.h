// `flume-ng channel`: looks into file channels and repairs them. Prints to the given functions. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/channel/channel_report.h"
#include "cli/channel/channel_request.h"
#include "cli/fs_text.h"
#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"

namespace flume::cli {

class ChannelTool {
 public:
  struct Output {
    PrintBytes print;                                   ///< Cause::Disconnected: nobody reads any more
    std::function<void(const std::string& line)> tell;  ///< an error, or what else is not the answer
  };

  ChannelTool(Files& files, storage::FindHolder find_holder, Clock& clock, Log log, Output output)
      : files_(files), find_holder_(std::move(find_holder)), clock_(clock), log_(std::move(log)), output_(std::move(output)) {}
  /// `channels`: all of the configuration, or the one of --dataDirs. Gives the exit code: 1 there is damage, or something could
  /// not be done; 2 the channel could not be looked at.
  int run(const ChannelRequest& request, const std::vector<StoredChannel>& channels);

 private:
  int list(const ChannelRequest& request, const std::vector<StoredChannel>& channels);
  [[nodiscard]] Result<const StoredChannel*> choose(const ChannelRequest& request, const std::vector<StoredChannel>& channels) const;
  Result<storage::LogLook> look_at(const StoredChannel& channel);
  // These give an exit code, or an error: then nothing could be found out.
  Result<int> stat(const ChannelRequest& request, const StoredChannel& channel);
  Result<int> cat(const ChannelRequest& request, const StoredChannel& channel);
  Result<int> check(const ChannelRequest& request, const StoredChannel& channel);
  Result<int> export_all(const ChannelRequest& request, const StoredChannel& channel);
  Result<int> replay(const ChannelRequest& request, const StoredChannel& channel, const std::vector<StoredChannel>& channels);
  /// An error unless it is there, of the type file, and nobody has it open.
  Status check_stopped(const StoredChannel& channel);
  Result<int> repair(const ChannelRequest& request, const StoredChannel& channel);
  Result<int> bookmarks(const ChannelRequest& request, const StoredChannel& channel);
  Result<int> change_bookmarks(const ChannelRequest& request, const StoredChannel& channel);

  Files& files_;
  const storage::FindHolder find_holder_;
  Clock& clock_;
  const Log log_;
  const Output output_;
};

}  // namespace flume::cli
