#include "cli/fs_listing.h"

#include <algorithm>
#include <charconv>
#include <grp.h>
#include <pwd.h>
#include <utility>

#include <fmt/format.h>

namespace flume::cli {
namespace {

JavaDateFormat date_format() { return *JavaDateFormat::compile("yyyy-MM-dd HH:mm"); }

/// The number, or nothing.
template <typename Number>
bool read_number(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

ListingFormat::ListingFormat(TimeZone zone) : zone_(std::move(zone)), date_(date_format()) {}

void ListingFormat::announce(const output::FileEntry& entry) {
  replication_ = std::max(replication_, std::to_string(entry.replication).size());
  owner_ = std::max(owner_, entry.owner.size());
  group_ = std::max(group_, entry.group.size());
  length_ = std::max(length_, std::to_string(entry.length).size());
}

std::string ListingFormat::line(const output::FileEntry& entry, const std::string& shown_path) {
  std::string date;
  date_.append(entry.modified.time_since_epoch().count(), zone_, date);
  std::string text = fmt::format("{}{} {:>{}} ", entry.is_folder ? 'd' : '-', permission_as_text(entry.permission),
                                 entry.is_folder ? "-" : std::to_string(entry.replication), replication_);
  if (owner_ > 0) text += fmt::format("{:<{}} ", entry.owner, owner_);
  if (group_ > 0) text += fmt::format("{:<{}} ", entry.group, group_);
  return text + fmt::format("{:>{}} {} {}\n", entry.length, length_, date, shown_path);
}

std::string permission_as_text(std::uint32_t permission) {
  std::string text = "rwxrwxrwx";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((permission >> (8 - i) & 1U) == 0) text[i] = '-';
  }
  if ((permission & 01000U) != 0) text[8] = text[8] == 'x' ? 't' : 'T';
  return text;
}

void name_owner(output::FileEntry& entry) {
  if (uid_t user = 0; read_number(entry.owner, user)) {
    if (const passwd* known = getpwuid(user); known != nullptr) entry.owner = known->pw_name;
  }
  if (gid_t group = 0; read_number(entry.group, group)) {
    if (const ::group* known = getgrgid(group); known != nullptr) entry.group = known->gr_name;
  }
}

}  // namespace flume::cli
