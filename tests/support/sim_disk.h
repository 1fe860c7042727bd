// The model of a disk under SimFiles: what every file and directory holds now (survives kill -9),
// what of it is synced (survives power loss), and every change in between, from which the possible
// images after a power cut are made. No paths, no faults, no locks: SimFiles adds those.
//
// What a power cut may do, harsher than any one file system: each un-synced sector of each file is
// there or not, whatever its neighbours are, in the state of any of its un-synced writes; the length
// is any that the file had since its last sync, a missing sector below it reads as zeros; each
// un-synced name is there or not, except that changes of one name happen in their order and a rename
// happens wholly or not at all. Syncing a file does not sync its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"

namespace flume::sim {

struct Node;
using NodePointer = std::shared_ptr<Node>;

/// A file or a directory, which may live on without a name while it is open.
struct Node {
  std::uint64_t inode = 0;
  bool is_directory = false;
  std::uint32_t mode = 0;
  WallTime modified{};

  // Files.
  struct Change {
    std::uint64_t offset = 0;  // of a write; the new length of a truncate
    std::string data;
    bool is_truncate = false;
  };
  std::string written;
  std::string synced;
  std::vector<Change> changes;  // since the last sync, in order: synced + changes = written

  // Directories.
  std::map<std::string, NodePointer, std::less<>> names;
  std::map<std::string, NodePointer, std::less<>> synced_names;
};

/// Which un-synced changes a power cut keeps.
struct PowerCut {
  enum class Pattern : std::uint8_t { Random, None, All, Prefix, Suffix, AllButOne, OnlyOne };
  Pattern pattern = Pattern::Random;
  std::uint64_t seed = 0;
  std::size_t sector_bytes = 512;

  /// Every pattern and both sector sizes in use (512 B, 4 KiB) come up over the seeds.
  static PowerCut from_seed(std::uint64_t seed);
};

class Disk {
 public:
  Disk();

  [[nodiscard]] const NodePointer& root() const { return root_; }

  /// Makes a node without a name.
  NodePointer make_node(bool is_directory, std::uint32_t mode, WallTime now);

  void write(Node& file, std::uint64_t offset, std::string_view data);
  void truncate(Node& file, std::uint64_t size);
  static void sync(Node& file);
  /// The kernel forgets what it could not write: still read by this run, never on the disk.
  static void drop_unsynced(Node& file);

  void set_name(const NodePointer& directory, const std::string& name, const NodePointer& node);
  void remove_name(const NodePointer& directory, const std::string& name);
  void rename(const NodePointer& from, const std::string& from_name, const NodePointer& to, const std::string& to_name);
  void sync_names(const NodePointer& directory);

  /// Bytes of all files that have a name.
  [[nodiscard]] std::uint64_t used_bytes() const;

  /// The disk as a machine finds it after the power was cut now. This one is not changed.
  [[nodiscard]] Disk after(const PowerCut& cut) const;

 private:
  struct Slot {
    NodePointer directory;
    std::string name;
    NodePointer node;  // what the name stands for afterwards; null = nothing
    [[nodiscard]] bool same_place(const Slot& other) const { return directory == other.directory && name == other.name; }
  };
  using NameChange = std::vector<Slot>;  // happens wholly or not at all
  [[nodiscard]] static bool share_a_slot(const NameChange& left, const NameChange& right);

  void record(NameChange change, WallTime now);

  NodePointer root_;
  std::uint64_t next_inode_ = 2;
  std::vector<NameChange> name_changes_;  // un-synced, in order
};

}  // namespace flume::sim
