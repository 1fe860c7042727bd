// An in-memory file system for tests of everything that must survive: it keeps apart what is written
// (survives kill -9) and what is synced (survives power loss), crashes on demand, and fails where told.
// The rules of a crash: sim_disk.h. Owned by the test; outlives the Files users, not the open Files.
// Any thread. Paths are absolute or relative to "/"; there are no links.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/files.h"
#include "support/sim_disk.h"

namespace flume {

namespace sim {
struct Machine;  // the disk and the faults, shared with the open files
}

class SimFiles final : public Files {
 public:
  enum class Operation : std::uint8_t {
    Open,
    Read,
    Write,
    Sync,
    Size,
    Truncate,
    Close,
    Rename,
    Remove,
    MakeDirectories,
    Info,
    List,
    SyncDirectory,
    FreeSpace,
    CheckWritable,
    Lock,
  };
  static constexpr std::size_t kOperations = 16;

  /// Lets `skip` matching operations pass, then fails the next `times` ones.
  struct Fault {
    static constexpr std::uint64_t kForever = UINT64_MAX;

    std::optional<Operation> operation = std::nullopt;  // none: every kind
    std::string path = "*";                             // with `*` and `?`; a rename matches by either path
    int error_number = 5;                               // EIO; ENOSPC, EMFILE, EACCES, ...
    std::uint64_t skip = 0;
    std::uint64_t times = 1;
    /// A failing write leaves this many bytes of its data behind.
    std::size_t written_bytes = 0;
    /// Reads only: ok with at most so many bytes, as when somebody cuts the file meanwhile.
    std::optional<std::size_t> short_read = std::nullopt;
  };

  /// Modification times come from `clock`; without one each change is a millisecond after the last.
  explicit SimFiles(const Clock* clock = nullptr);
  ~SimFiles() override;

  // Files.
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions = 0644) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite) override;
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status sync_directory(const std::string& directory) override;
  Result<std::uint64_t> free_space(const std::string& path) override;
  Result<std::string> network_file_system(const std::string& path) override;
  Status check_writable(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

  // What a test does to it. None of these is counted or made to fail.

  /// Puts a file there, with its directories, as if it had always been: it and their names are synced.
  void add_file(const std::string& path, std::string_view content);
  /// What a reader sees now; nothing if there is no such file.
  [[nodiscard]] std::optional<std::string> content(const std::string& path) const;

  /// The same disk as one process sees it: from the next crash on all its calls fail, so that threads which the test
  /// cannot kill do no harm to their successors.
  [[nodiscard]] std::unique_ptr<Files> of_one_process();
  /// kill -9: every open File is dead (its calls fail), everything written stays.
  void crash_process();
  /// The power fails and comes back: as crash_process(), and un-synced data and names are kept or
  /// lost as `cut` says. Faults are gone too, capacity stays.
  void crash_power(const sim::PowerCut& cut);
  void crash_power(std::uint64_t seed) { crash_power(sim::PowerCut::from_seed(seed)); }
  /// What crash_power() would leave, in a file system of its own; this one goes on undisturbed.
  [[nodiscard]] std::unique_ptr<SimFiles> image_after_power_loss(const sim::PowerCut& cut) const;

  void inject(Fault fault);
  void clear_faults();
  /// Bytes that all files with a name may hold together; more is ENOSPC, after what still fits.
  void set_capacity(std::uint64_t bytes);
  /// `folder` and all below it are on a network file system of this type, whether they are there or not.
  void mount_from_network(const std::string& folder, const std::string& type);

  /// Operations asked for so far, failed ones included.
  [[nodiscard]] std::uint64_t count(Operation operation) const;

 private:
  SimFiles(std::shared_ptr<sim::Machine> machine, std::uint64_t boot);

  std::shared_ptr<sim::Machine> machine_;
  std::optional<std::uint64_t> boot_ = std::nullopt;  // of the one process whose view this is
};

}  // namespace flume
