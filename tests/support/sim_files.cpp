#include "support/sim_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fnmatch.h>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

namespace flume {

using Operation = SimFiles::Operation;

namespace sim {

struct Machine {
  struct Planned {
    SimFiles::Fault fault;
    std::uint64_t matched = 0;
  };
  struct Hit {
    int error_number = 0;  // 0: go on
    std::size_t written_bytes = 0;
    std::optional<std::size_t> short_read = std::nullopt;
  };
  struct Place {
    NodePointer directory;
    std::string name;  // empty: the root itself
    NodePointer node;  // null: no such name
  };

  mutable std::mutex mutex;  // guards all below
  Disk disk;
  const Clock* clock = nullptr;
  std::uint64_t ticks = 0;
  std::uint64_t boots = 0;  // an open file of an earlier one is dead
  std::uint64_t capacity = std::numeric_limits<std::uint64_t>::max();
  std::vector<Planned> faults;
  std::array<std::uint64_t, SimFiles::kOperations> counts{};
  std::map<std::string, std::string> network_mounts;  // folder -> type
  std::map<std::uint64_t, const FileLock*> locks;     // of this boot, by inode

  WallTime now() { return clock != nullptr ? clock->wall() : WallTime(std::chrono::milliseconds(++ticks)); }

  /// Counts the operation and says whether, and how, it fails.
  Hit begin(Operation operation, const std::string& path, const std::string& other_path = {}) {
    ++counts[static_cast<std::size_t>(operation)];
    Hit hit;
    for (Planned& planned : faults) {
      const SimFiles::Fault& fault = planned.fault;
      if (fault.operation && *fault.operation != operation) continue;
      if (fault.short_read && operation != Operation::Read) continue;
      const auto matches = [&fault](const std::string& candidate) { return ::fnmatch(fault.path.c_str(), candidate.c_str(), 0) == 0; };
      if (!matches(path) && (other_path.empty() || !matches(other_path))) continue;
      const std::uint64_t number = planned.matched++;
      if (number < fault.skip || number - fault.skip >= fault.times || hit.error_number != 0) continue;
      if (fault.short_read) {
        hit.short_read = fault.short_read;
      } else {
        hit.error_number = fault.error_number;
        hit.written_bytes = fault.written_bytes;
      }
    }
    return hit;
  }

  /// The same for a process of `boot`, if one is named: after a crash its operations fail uncounted.
  Hit begin_of(const std::optional<std::uint64_t>& boot, Operation operation, const std::string& path, const std::string& other_path = {}) {
    if (boot && *boot != boots) return {.error_number = EBADF};
    return begin(operation, path, other_path);
  }

  /// Where `path` is or would be. An errno when a directory on the way is missing or a file.
  std::pair<Place, int> find(std::string_view path) const {
    std::vector<std::pair<std::string, NodePointer>> way{{"", disk.root()}};
    while (!path.empty()) {
      const std::size_t slash = std::min(path.find('/'), path.size());
      const std::string_view part = path.substr(0, slash);
      path.remove_prefix(std::min(slash + 1, path.size()));
      if (part.empty() || part == ".") continue;
      if (!way.back().second) return {{}, ENOENT};
      if (!way.back().second->is_directory) return {{}, ENOTDIR};
      if (part == "..") {
        if (way.size() > 1) way.pop_back();
        continue;
      }
      const auto& names = way.back().second->names;
      const auto found = names.find(part);
      way.emplace_back(part, found == names.end() ? nullptr : found->second);
    }
    const NodePointer parent = way.size() > 1 ? way[way.size() - 2].second : nullptr;
    return {{parent, way.back().first, way.back().second}, 0};
  }

  std::pair<NodePointer, int> find_existing(std::string_view path) const {
    auto [place, error] = find(path);
    if (error == 0 && !place.node) error = ENOENT;
    return {place.node, error};
  }

  std::pair<NodePointer, int> find_directory(std::string_view path) const {
    auto [node, error] = find_existing(path);
    if (error == 0 && !node->is_directory) error = ENOTDIR;
    return {node, error};
  }

  int make_directories(std::string_view path) {
    for (std::size_t end = 0; end < path.size();) {
      end = std::min(path.find('/', end + 1), path.size());
      const auto [place, error] = find(path.substr(0, end));
      if (error != 0) return error;
      if (!place.node) {
        disk.set_name(place.directory, place.name, disk.make_node(true, 0755, now()));
      } else if (!place.node->is_directory) {
        return EEXIST;
      }
    }
    return 0;
  }

  /// Bytes of `wanted` new ones that still fit.
  std::uint64_t room_for(std::uint64_t wanted) const {
    const std::uint64_t used = capacity == std::numeric_limits<std::uint64_t>::max() ? 0 : disk.used_bytes();
    return std::min(wanted, used < capacity ? capacity - used : 0);
  }
};

}  // namespace sim

namespace {

Status error_of(int error_number, std::string_view what, const std::string& path) {
  return error_number == 0 ? Status() : Status::from_errno(error_number, std::string(what) + " " + path);
}

class SimFile final : public File {
 public:
  SimFile(std::shared_ptr<sim::Machine> machine, sim::NodePointer node, std::string path, bool is_writable)
      : machine_(std::move(machine)), node_(std::move(node)), path_(std::move(path)), boot_(machine_->boots), is_writable_(is_writable) {}
  SimFile(const SimFile&) = delete;
  SimFile& operator=(const SimFile&) = delete;
  ~SimFile() override {
    const std::lock_guard lock(machine_->mutex);
    node_.reset();
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    const std::lock_guard lock(machine_->mutex);
    const auto hit = machine_->begin(Operation::Read, path_);
    FLUME_TRY(usable(hit.error_number, "read"));
    if (node_->is_directory) return error_of(EISDIR, "read", path_);
    const std::string& content = node_->written;
    if (offset >= content.size()) return std::size_t{0};
    const std::size_t size =
        std::min({buffer.size(), content.size() - static_cast<std::size_t>(offset), hit.short_read.value_or(buffer.size())});
    std::ranges::copy(as_bytes(std::string_view(content).substr(offset, size)), buffer.begin());
    return size;
  }

  Status write_at(std::uint64_t offset, ByteView data) override { return write_at(offset, std::span<const ByteView>(&data, 1)); }

  Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    const std::lock_guard lock(machine_->mutex);
    const auto hit = machine_->begin(Operation::Write, path_);
    FLUME_TRY(usable(0, "write"));
    if (!is_writable_) return error_of(EBADF, "write", path_);
    std::string data;
    for (const ByteView piece : pieces) data += as_text(piece);
    const std::uint64_t length = node_->written.size();
    const std::uint64_t growth = offset + data.size() > length ? offset + data.size() - length : 0;
    int error_number = hit.error_number;
    if (error_number != 0) {
      data.resize(std::min(data.size(), hit.written_bytes));
    } else if (const std::uint64_t room = machine_->room_for(growth); room < growth) {
      error_number = ENOSPC;
      data.resize(data.size() - std::min<std::uint64_t>(data.size(), growth - room));
    }
    machine_->disk.write(*node_, offset, data);
    node_->modified = machine_->now();
    return error_of(error_number, "write", path_);
  }

  Status sync() override {
    const std::lock_guard lock(machine_->mutex);
    const auto hit = machine_->begin(Operation::Sync, path_);
    FLUME_TRY(usable(0, "sync"));
    if (hit.error_number != 0) {
      sim::Disk::drop_unsynced(*node_);
    } else {
      sim::Disk::sync(*node_);
    }
    return error_of(hit.error_number, "sync", path_);
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(machine_->mutex);
    FLUME_TRY(usable(machine_->begin(Operation::Size, path_).error_number, "size of"));
    return node_->written.size();
  }

  Status truncate(std::uint64_t size) override {
    const std::lock_guard lock(machine_->mutex);
    FLUME_TRY(usable(machine_->begin(Operation::Truncate, path_).error_number, "truncate"));
    if (!is_writable_) return error_of(EBADF, "truncate", path_);
    const std::uint64_t growth = size > node_->written.size() ? size - node_->written.size() : 0;
    if (machine_->room_for(growth) < growth) return error_of(ENOSPC, "truncate", path_);
    machine_->disk.truncate(*node_, size);
    node_->modified = machine_->now();
    return {};
  }

  Status close() override {
    const std::lock_guard lock(machine_->mutex);
    if (!node_) return {};
    const auto hit = machine_->begin(Operation::Close, path_);
    const Status status = usable(hit.error_number, "close");
    node_.reset();
    return status;
  }

 private:
  [[nodiscard]] Status usable(int injected_error, std::string_view what) const {
    return error_of(!node_ || boot_ != machine_->boots ? EBADF : injected_error, what, path_);
  }

  const std::shared_ptr<sim::Machine> machine_;
  sim::NodePointer node_;  // null: closed
  const std::string path_;
  const std::uint64_t boot_;
  const bool is_writable_;
};

class SimLock final : public FileLock {
 public:
  SimLock(std::shared_ptr<sim::Machine> machine, std::uint64_t inode) : machine_(std::move(machine)), inode_(inode) {
    machine_->locks.emplace(inode_, this);
  }
  SimLock(const SimLock&) = delete;
  SimLock& operator=(const SimLock&) = delete;
  ~SimLock() override {
    const std::lock_guard lock(machine_->mutex);
    const auto own = machine_->locks.find(inode_);
    if (own != machine_->locks.end() && own->second == this) machine_->locks.erase(own);
  }

 private:
  const std::shared_ptr<sim::Machine> machine_;
  const std::uint64_t inode_;
};

}  // namespace

Result<std::unique_ptr<FileLock>> SimFiles::lock(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  FLUME_TRY(error_of(machine_->begin_of(boot_, Operation::Lock, path).error_number, "lock", path));
  auto [place, error] = machine_->find(path);
  if (error != 0 || !place.directory) return error_of(error == 0 ? ENOENT : error, "lock", path);
  if (!place.node) {
    place.node = machine_->disk.make_node(false, 0644, machine_->now());
    machine_->disk.set_name(place.directory, place.name, place.node);
  }
  if (machine_->locks.contains(place.node->inode)) return retryable(path + " is in use by process 1 (this one)", Cause::Exists);
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(machine_, place.node->inode));
}

SimFiles::SimFiles(const Clock* clock) : machine_(std::make_shared<sim::Machine>()) { machine_->clock = clock; }

SimFiles::SimFiles(std::shared_ptr<sim::Machine> machine, std::uint64_t boot) : machine_(std::move(machine)), boot_(boot) {}

SimFiles::~SimFiles() = default;

std::unique_ptr<Files> SimFiles::of_one_process() {
  const std::lock_guard lock(machine_->mutex);
  return std::unique_ptr<Files>(new SimFiles(machine_, machine_->boots));
}

Result<std::unique_ptr<File>> SimFiles::open(const std::string& path, OpenMode mode, std::uint32_t permissions) {
  const std::lock_guard lock(machine_->mutex);
  const auto hit = machine_->begin_of(boot_, Operation::Open, path);
  auto [place, error] = machine_->find(path);
  const bool may_create = mode == OpenMode::CreateNew || mode == OpenMode::CreateOrOpen;
  if (hit.error_number != 0) error = hit.error_number;
  if (error == 0 && place.node && mode == OpenMode::CreateNew) error = EEXIST;
  if (error == 0 && place.node && place.node->is_directory && mode != OpenMode::Read) error = EISDIR;
  if (error == 0 && !place.node && !may_create) error = ENOENT;
  if (error != 0) return error_of(error, mode == OpenMode::CreateNew ? "create" : "open", path);
  if (!place.node) {
    place.node = machine_->disk.make_node(false, permissions, machine_->now());
    machine_->disk.set_name(place.directory, place.name, place.node);
  }
  return std::unique_ptr<File>(std::make_unique<SimFile>(machine_, place.node, path, mode != OpenMode::Read));
}

Status SimFiles::rename(const std::string& from, const std::string& to, bool overwrite) {
  const std::lock_guard lock(machine_->mutex);
  const auto hit = machine_->begin_of(boot_, Operation::Rename, from, to);
  const auto fail = [&](int error_number) { return error_of(error_number, "rename", from + " to " + to); };
  if (hit.error_number != 0) return fail(hit.error_number);
  const auto [source, source_error] = machine_->find(from);
  const auto [target, target_error] = machine_->find(to);
  if (source_error != 0) return fail(source_error);
  if (target_error != 0) return fail(target_error);
  if (!source.node) return fail(ENOENT);
  if (!source.directory || !target.directory) return fail(EBUSY);  // the root
  if (source.node->is_directory && (to + "/").starts_with(from + "/") && source.node != target.node) return fail(EINVAL);
  if (target.node) {
    if (!overwrite) return fail(EEXIST);
    if (target.node == source.node) return {};
    if (target.node->is_directory && !source.node->is_directory) return fail(EISDIR);
    if (!target.node->is_directory && source.node->is_directory) return fail(ENOTDIR);
    if (!target.node->names.empty()) return fail(ENOTEMPTY);
  }
  machine_->disk.rename(source.directory, source.name, target.directory, target.name);
  return {};
}

Status SimFiles::remove(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  const auto hit = machine_->begin_of(boot_, Operation::Remove, path);
  const auto [place, found] = machine_->find(path);
  int error = hit.error_number != 0 ? hit.error_number : found;
  if (error == 0 && !place.node) error = ENOENT;
  if (error == 0 && !place.directory) error = EBUSY;
  if (error == 0 && !place.node->names.empty()) error = ENOTEMPTY;
  if (error == 0) machine_->disk.remove_name(place.directory, place.name);
  return error_of(error, "remove", path);
}

Status SimFiles::make_directories(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  const int injected = machine_->begin_of(boot_, Operation::MakeDirectories, path).error_number;
  const int error = injected != 0 ? injected : machine_->make_directories(path);
  Status made = error_of(error, "make directory", path);
  return error == EEXIST ? Status(made.kind(), made.message(), Cause::WrongType) : made;
}

Result<FileInfo> SimFiles::info(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  const int injected = machine_->begin_of(boot_, Operation::Info, path).error_number;
  const auto [node, error] = machine_->find_existing(path);
  if (injected != 0 || error != 0) return error_of(injected != 0 ? injected : error, "look at", path);
  return FileInfo{.is_directory = node->is_directory,
                  .is_regular = !node->is_directory,
                  .size = node->written.size(),
                  .inode = node->inode,
                  .device = 1,
                  .modified = node->modified,
                  .mode = node->mode,
                  .owner = 0};
}

Result<std::vector<std::string>> SimFiles::list(const std::string& directory) {
  const std::lock_guard lock(machine_->mutex);
  const int injected = machine_->begin_of(boot_, Operation::List, directory).error_number;
  const auto [node, error] = machine_->find_directory(directory);
  if (injected != 0 || error != 0) return error_of(injected != 0 ? injected : error, "list", directory);
  std::vector<std::string> names;
  for (const auto& [name, child] : node->names) names.push_back(name);
  return names;
}

Status SimFiles::sync_directory(const std::string& directory) {
  const std::lock_guard lock(machine_->mutex);
  const int injected = machine_->begin_of(boot_, Operation::SyncDirectory, directory).error_number;
  const auto [node, found] = machine_->find_directory(directory);
  const int error = injected != 0 ? injected : found;
  if (error == 0) machine_->disk.sync_names(node);
  return error_of(error, "sync directory", directory);
}

Result<std::uint64_t> SimFiles::free_space(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  const int injected = machine_->begin_of(boot_, Operation::FreeSpace, path).error_number;
  const auto [node, error] = machine_->find_existing(path);
  if (injected != 0 || error != 0) return error_of(injected != 0 ? injected : error, "free space of", path);
  return machine_->room_for(std::numeric_limits<std::uint64_t>::max());
}

Result<std::string> SimFiles::network_file_system(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  for (const auto& [folder, type] : machine_->network_mounts) {
    if (path == folder || path.starts_with(folder + "/")) return type;
  }
  return std::string();
}

Status SimFiles::check_writable(const std::string& directory) {
  const std::lock_guard lock(machine_->mutex);
  const int injected = machine_->begin_of(boot_, Operation::CheckWritable, directory).error_number;
  const auto [node, error] = machine_->find_directory(directory);
  return error_of(injected != 0 ? injected : error, "write into", directory);
}

void SimFiles::add_file(const std::string& path, std::string_view content) {
  const std::lock_guard lock(machine_->mutex);
  machine_->make_directories(parent_directory(path));
  const auto [place, error] = machine_->find(path);
  if (error != 0 || !place.directory) std::abort();  // the test itself is wrong: a file is in the way
  const sim::NodePointer node = machine_->disk.make_node(false, 0644, machine_->now());
  node->written = content;
  node->synced = content;
  machine_->disk.set_name(place.directory, place.name, node);
  for (std::string directory = path; directory != "/" && directory != ".";) {
    directory = parent_directory(directory);
    machine_->disk.sync_names(machine_->find(directory).first.node);
  }
}

std::optional<std::string> SimFiles::content(const std::string& path) const {
  const std::lock_guard lock(machine_->mutex);
  const auto [node, error] = machine_->find_existing(path);
  if (error != 0 || node->is_directory) return std::nullopt;
  return node->written;
}

void SimFiles::crash_process() {
  const std::lock_guard lock(machine_->mutex);
  ++machine_->boots;
  machine_->locks.clear();
}

void SimFiles::crash_power(const sim::PowerCut& cut) {
  const std::lock_guard lock(machine_->mutex);
  ++machine_->boots;
  machine_->locks.clear();
  machine_->disk = machine_->disk.after(cut);
  machine_->faults.clear();
}

std::unique_ptr<SimFiles> SimFiles::image_after_power_loss(const sim::PowerCut& cut) const {
  const std::lock_guard lock(machine_->mutex);
  auto image = std::make_unique<SimFiles>(machine_->clock);
  image->machine_->disk = machine_->disk.after(cut);
  image->machine_->ticks = machine_->ticks;
  image->machine_->capacity = machine_->capacity;
  return image;
}

void SimFiles::inject(Fault fault) {
  const std::lock_guard lock(machine_->mutex);
  machine_->faults.push_back({std::move(fault)});
}

void SimFiles::clear_faults() {
  const std::lock_guard lock(machine_->mutex);
  machine_->faults.clear();
}

void SimFiles::mount_from_network(const std::string& folder, const std::string& type) {
  const std::lock_guard lock(machine_->mutex);
  machine_->network_mounts[folder] = type;
}

void SimFiles::set_capacity(std::uint64_t bytes) {
  const std::lock_guard lock(machine_->mutex);
  machine_->capacity = bytes;
}

std::uint64_t SimFiles::count(Operation operation) const {
  const std::lock_guard lock(machine_->mutex);
  return machine_->counts[static_cast<std::size_t>(operation)];
}

}  // namespace flume
