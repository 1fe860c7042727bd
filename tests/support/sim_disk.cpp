#include "support/sim_disk.h"

#include <algorithm>
#include <functional>
#include <random>
#include <utility>

namespace flume::sim {
namespace {

using Pattern = PowerCut::Pattern;

void apply_change(std::string& content, const Node::Change& change) {
  if (change.is_truncate) {
    content.resize(change.offset, '\0');
    return;
  }
  const std::size_t end = change.offset + change.data.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(change.offset, change.data.size(), change.data);
}

/// Says for the i-th of `total` un-synced things whether the cut keeps it.
class Choice {
 public:
  Choice(Pattern pattern, std::size_t total, std::mt19937_64& random)
      : pattern_(pattern),
        edge_(total == 0 ? 0 : random() % (total + (pattern == Pattern::Prefix || pattern == Pattern::Suffix ? 1 : 0))) {}

  bool keeps(std::size_t i, std::mt19937_64& random) const {
    switch (pattern_) {
      case Pattern::Random:
        return random() % 2 == 0;
      case Pattern::None:
        return false;
      case Pattern::All:
        return true;
      case Pattern::Prefix:
        return i < edge_;
      case Pattern::Suffix:
        return i >= edge_;
      case Pattern::AllButOne:
        return i != edge_;
      case Pattern::OnlyOne:
        return i == edge_;
    }
    return false;
  }

 private:
  Pattern pattern_;
  std::size_t edge_;
};

std::size_t length_after(const std::string& synced, const std::vector<Node::Change>& changes, std::size_t kept) {
  std::size_t length = synced.size();
  for (std::size_t i = 0; i < kept; ++i) {
    length = changes[i].is_truncate ? changes[i].offset : std::max<std::size_t>(length, changes[i].offset + changes[i].data.size());
  }
  return length;
}

/// Applies to `content`, which is long enough, the part of `change` that lies in [begin, end).
void apply_within(std::string& content, const Node::Change& change, std::size_t begin, std::size_t end) {
  if (change.is_truncate) {
    const std::size_t from = std::clamp<std::size_t>(change.offset, begin, end);
    std::fill(content.begin() + static_cast<std::ptrdiff_t>(from), content.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    return;
  }
  const std::size_t from = std::clamp<std::size_t>(change.offset, begin, end);
  const std::size_t to = std::clamp<std::size_t>(change.offset + change.data.size(), begin, end);
  if (from < to) content.replace(from, to - from, change.data, from - change.offset, to - from);
}

bool touches(const Node::Change& change, std::size_t begin, std::size_t end) {
  return change.is_truncate ? change.offset < end : change.offset < end && change.offset + change.data.size() > begin;
}

std::string content_after(const Node& file, const PowerCut& cut, std::mt19937_64& random) {
  if (file.changes.empty()) return file.synced;
  std::size_t longest = file.synced.size();
  for (std::size_t i = 1; i <= file.changes.size(); ++i) longest = std::max(longest, length_after(file.synced, file.changes, i));
  std::string content = file.synced;
  content.resize(longest, '\0');

  const auto sectors = (longest + cut.sector_bytes - 1) / cut.sector_bytes;
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> unsynced;  // start of a sector, changes that touch it
  for (std::size_t sector = 0; sector < sectors; ++sector) {
    const std::size_t begin = sector * cut.sector_bytes;
    const std::size_t end = std::min(begin + cut.sector_bytes, longest);
    std::vector<std::size_t> changes;
    for (std::size_t i = 0; i < file.changes.size(); ++i) {
      if (touches(file.changes[i], begin, end)) changes.push_back(i);
    }
    if (!changes.empty()) unsynced.emplace_back(begin, std::move(changes));
  }
  const Choice sector_choice(cut.pattern, unsynced.size(), random);
  for (std::size_t i = 0; i < unsynced.size(); ++i) {
    const auto& [begin, changes] = unsynced[i];
    if (!sector_choice.keeps(i, random)) continue;
    // The sector went to the disk after any of its writes, not only after the last one.
    const std::size_t kept = cut.pattern == Pattern::Random ? 1 + random() % changes.size() : changes.size();
    const std::size_t end = std::min(begin + cut.sector_bytes, longest);
    for (std::size_t k = 0; k < kept; ++k) apply_within(content, file.changes[changes[k]], begin, end);
  }

  std::size_t changes_in_length = random() % (file.changes.size() + 1);
  if (cut.pattern == Pattern::None) changes_in_length = 0;
  if (cut.pattern == Pattern::All) changes_in_length = file.changes.size();
  content.resize(length_after(file.synced, file.changes, changes_in_length));
  return content;
}

}  // namespace

PowerCut PowerCut::from_seed(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  // Half of the seeds are Random, the other half shares the shapes that catch most mistakes.
  constexpr Pattern kShapes[] = {Pattern::None, Pattern::All, Pattern::Prefix, Pattern::Suffix, Pattern::AllButOne, Pattern::OnlyOne};
  PowerCut cut;
  cut.pattern = random() % 2 == 0 ? Pattern::Random : kShapes[random() % std::size(kShapes)];
  cut.sector_bytes = random() % 4 == 0 ? 4096 : 512;
  cut.seed = random();
  return cut;
}

Disk::Disk() : root_(std::make_shared<Node>()) {
  root_->inode = 1;
  root_->is_directory = true;
  root_->mode = 0755;
}

NodePointer Disk::make_node(bool is_directory, std::uint32_t mode, WallTime now) {
  auto node = std::make_shared<Node>();
  node->inode = next_inode_++;
  node->is_directory = is_directory;
  node->mode = mode;
  node->modified = now;
  return node;
}

void Disk::write(Node& file, std::uint64_t offset, std::string_view data) {
  if (data.empty()) return;
  file.changes.push_back({.offset = offset, .data = std::string(data)});
  apply_change(file.written, file.changes.back());
}

void Disk::truncate(Node& file, std::uint64_t size) {
  file.changes.push_back({.offset = size, .data = {}, .is_truncate = true});
  apply_change(file.written, file.changes.back());
}

void Disk::sync(Node& file) {
  for (const Node::Change& change : file.changes) apply_change(file.synced, change);
  file.changes.clear();
}

void Disk::drop_unsynced(Node& file) { file.changes.clear(); }

void Disk::record(NameChange change, WallTime now) {
  for (const Slot& slot : change) {
    if (slot.node) {
      slot.directory->names[slot.name] = slot.node;
    } else {
      slot.directory->names.erase(slot.name);
    }
    slot.directory->modified = std::max(slot.directory->modified, now);
  }
  name_changes_.push_back(std::move(change));
}

void Disk::set_name(const NodePointer& directory, const std::string& name, const NodePointer& node) {
  record({{directory, name, node}}, node->modified);
}

void Disk::remove_name(const NodePointer& directory, const std::string& name) { record({{directory, name, nullptr}}, WallTime{}); }

void Disk::rename(const NodePointer& from, const std::string& from_name, const NodePointer& to, const std::string& to_name) {
  const NodePointer node = from->names.at(from_name);
  record({{from, from_name, nullptr}, {to, to_name, node}}, WallTime{});
}

bool Disk::share_a_slot(const NameChange& left, const NameChange& right) {
  return std::ranges::any_of(
      left, [&right](const Slot& a) { return std::ranges::any_of(right, [&a](const Slot& b) { return a.same_place(b); }); });
}

void Disk::sync_names(const NodePointer& directory) {
  // What concerns this directory, and whatever came before on the same names elsewhere.
  std::vector<bool> synced(name_changes_.size());
  for (std::size_t i = name_changes_.size(); i-- > 0;) {
    synced[i] = std::ranges::any_of(name_changes_[i], [&](const Slot& slot) { return slot.directory == directory; });
    for (std::size_t later = i + 1; !synced[i] && later < name_changes_.size(); ++later) {
      synced[i] = synced[later] && share_a_slot(name_changes_[i], name_changes_[later]);
    }
  }
  std::vector<NameChange> left;
  for (std::size_t i = 0; i < name_changes_.size(); ++i) {
    if (!synced[i]) {
      left.push_back(std::move(name_changes_[i]));
      continue;
    }
    for (const Slot& slot : name_changes_[i]) {
      if (slot.node) {
        slot.directory->synced_names[slot.name] = slot.node;
      } else {
        slot.directory->synced_names.erase(slot.name);
      }
    }
  }
  name_changes_ = std::move(left);
}

std::uint64_t Disk::used_bytes() const {
  const std::function<std::uint64_t(const Node&)> used_below = [&](const Node& node) {
    std::uint64_t bytes = node.written.size();
    for (const auto& [name, child] : node.names) bytes += used_below(*child);
    return bytes;
  };
  return used_below(*root_);
}

Disk Disk::after(const PowerCut& cut) const {
  std::mt19937_64 random(cut.seed);

  // Names first: which un-synced changes made it, each name's in their order.
  const Choice name_choice(cut.pattern, name_changes_.size(), random);
  std::map<const Node*, std::map<std::string, NodePointer>> changed_names;
  std::vector<const NameChange*> lost;
  for (std::size_t i = 0; i < name_changes_.size(); ++i) {
    const NameChange& change = name_changes_[i];
    const bool follows_a_lost_one = std::ranges::any_of(lost, [&](const NameChange* earlier) { return share_a_slot(*earlier, change); });
    if (!name_choice.keeps(i, random) || follows_a_lost_one) {
      lost.push_back(&change);
      continue;
    }
    for (const Slot& slot : change) changed_names[slot.directory.get()][slot.name] = slot.node;
  }

  Disk image;
  image.next_inode_ = next_inode_;
  std::map<const Node*, NodePointer> copies;
  const std::function<NodePointer(const Node&)> copy = [&](const Node& node) {
    if (const auto known = copies.find(&node); known != copies.end()) return known->second;
    auto twin = std::make_shared<Node>();
    copies.emplace(&node, twin);
    twin->inode = node.inode;
    twin->is_directory = node.is_directory;
    twin->mode = node.mode;
    twin->modified = node.modified;
    if (!node.is_directory) {
      twin->written = content_after(node, cut, random);
      twin->synced = twin->written;
      return twin;
    }
    auto names = node.synced_names;
    if (const auto changed = changed_names.find(&node); changed != changed_names.end()) {
      for (const auto& [name, target] : changed->second) {
        if (target) {
          names[name] = target;
        } else {
          names.erase(name);
        }
      }
    }
    for (const auto& [name, child] : names) twin->names.emplace(name, copy(*child));
    twin->synced_names = twin->names;
    return twin;
  };
  image.root_ = copy(*root_);
  return image;
}

}  // namespace flume::sim
