// `flume-ng tool fs`: looks at files of HDFS and of this machine, makes folders, and finishes files in use that an agent left.
// Prints to the given functions; one line of an error for each path, the others go on. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/fs_listing.h"
#include "cli/fs_paths.h"
#include "cli/fs_text.h"
#include "output/file_journal.h"

namespace flume::cli {

struct FsRequest {
  enum class Action : std::uint8_t { List, Cat, Text, MakeFolders, Finish };
  Action action = Action::List;
  bool is_recursive = false;
  bool makes_parents = false;
  bool is_meant = false;  ///< finish: not only shown
  std::string in_use_prefix;
  std::string in_use_suffix = ".tmp";
  std::vector<std::string> paths;
};

/// InvalidConfig says how it is to be used.
[[nodiscard]] Result<FsRequest> fs_request(const CommandLine& line);

/// Names of the file when it is finished. InvalidConfig: this is not the name of a file in use.
[[nodiscard]] Result<output::FileNames> names_when_finished(const std::string& path, const FsRequest& request);

class FsTool {
 public:
  struct Output {
    PrintBytes print;                                   ///< Cause::Disconnected: nobody reads any more
    std::function<void(const std::string& line)> tell;  ///< an error
  };

  FsTool(const Services& services, const XmlConfiguration& configuration, Output output);
  /// False: something could not be done, and that was told.
  bool run(const FsRequest& request);

 private:
  Status run_path(const FsRequest& request, const std::string& path);
  Status list(const FsRequest& request, const FsEntry& entry);
  Status list_folder(const FsRequest& request, const FsPath& folder);
  Status print_file(const FsRequest& request, const FsEntry& entry);
  Status make_folders(const FsRequest& request, const std::string& path);
  Status finish(const FsRequest& request, const FsEntry& entry);
  /// True: the other paths are of no use any more.
  bool tell(const std::string& shown_path, const Status& why);

  const Services services_;
  FsPaths paths_;
  const Output output_;
  ListingFormat format_;
  bool has_failed_ = false;
  bool is_over_ = false;
};

}  // namespace flume::cli
