#include "cli/fs_tool.h"

#include <algorithm>
#include <utility>

#include "output/finish_leftover.h"

namespace flume::cli {
namespace {

/// Hadoop's NameNode gives a recovery of a block this much time before it begins anew.
constexpr std::chrono::seconds kRecoveryPatience{120};

Status usage_error(std::string_view what) { return invalid_config(std::string(what) + "; see flume-ng help tool"); }

}  // namespace

Result<FsRequest> fs_request(const CommandLine& line) {
  using Action = FsRequest::Action;
  constexpr std::pair<std::string_view, Action> kActions[] = {
      {"ls", Action::List}, {"cat", Action::Cat}, {"text", Action::Text}, {"mkdir", Action::MakeFolders}, {"finish", Action::Finish}};
  FsRequest request;
  std::size_t actions = 0;
  for (const auto& [name, action] : kActions) {
    if (!line.has(name)) continue;
    request.action = action;
    ++actions;
  }
  if (actions != 1) return usage_error("say one of -ls, -cat, -text, -mkdir, -finish");
  constexpr std::pair<std::string_view, Action> kOnlyWith[] = {{"recursive", Action::List},
                                                               {"parents", Action::MakeFolders},
                                                               {"yes", Action::Finish},
                                                               {"suffix", Action::Finish},
                                                               {"prefix", Action::Finish}};
  for (const auto& [name, action] : kOnlyWith) {
    if (line.has(name) && request.action != action) return usage_error("--" + std::string(name) + " has no meaning here");
  }
  if (line.has("dataDirs")) return usage_error("--dataDirs has no meaning here");
  if (line.has("dryrun")) return usage_error("-d (--dryrun) has no meaning here");
  request.is_recursive = line.has("recursive");
  request.makes_parents = line.has("parents");
  request.is_meant = line.has("yes");
  request.in_use_prefix = line.value("prefix");
  if (line.has("suffix")) request.in_use_suffix = line.value("suffix");
  if (request.in_use_prefix.empty() && request.in_use_suffix.empty())
    return usage_error("without --suffix and --prefix a file in use has its final name already");
  request.paths.assign(line.arguments.begin() + 1, line.arguments.end());
  if (request.paths.empty() && request.action == Action::List) request.paths.emplace_back(".");
  if (request.paths.empty()) return usage_error("which PATH?");
  return request;
}

Result<output::FileNames> names_when_finished(const std::string& path, const FsRequest& request) {
  output::FileNames names{parent_directory(path), path.substr(path.rfind('/') + 1), {}};
  std::string_view name = names.in_use;
  if (!name.starts_with(request.in_use_prefix) || !name.ends_with(request.in_use_suffix) ||
      name.size() <= request.in_use_prefix.size() + request.in_use_suffix.size()) {
    return invalid_config("not the name of a file in use: these " +
                          (request.in_use_prefix.empty() ? "" : "begin with '" + request.in_use_prefix + "', and ") + "end in '" +
                          request.in_use_suffix + "' (--suffix and --prefix say otherwise)");
  }
  name.remove_prefix(request.in_use_prefix.size());
  name.remove_suffix(request.in_use_suffix.size());
  names.final_name = name;
  return names;
}

FsTool::FsTool(const Services& services, const XmlConfiguration& configuration, Output output)
    : services_(services),
      paths_(services_, configuration),
      output_(std::move(output)),
      format_(TimeZone::system(services.time_zone).zone) {}

bool FsTool::tell(const std::string& shown_path, const Status& why) {
  has_failed_ = true;
  is_over_ = why.cause() == Cause::Disconnected && !output_.print({}).ok();
  if (!is_over_) output_.tell("fs: " + shown_path + ": " + (why.cause() == Cause::NotFound ? "no such file or folder" : why.message()));
  return is_over_;
}

bool FsTool::run(const FsRequest& request) {
  has_failed_ = false;
  for (const std::string& path : request.paths) {
    if (const Status done = run_path(request, path); !done.ok()) tell(path, done);
    if (is_over_) break;
  }
  if (request.action == FsRequest::Action::Finish && !request.is_meant && !has_failed_)
    output_.tell("fs: nothing was done yet: with --yes it is. Make sure first that no agent writes these files");
  return !has_failed_;
}

Status FsTool::run_path(const FsRequest& request, const std::string& path) {
  if (request.action == FsRequest::Action::MakeFolders) return make_folders(request, path);
  const auto found = paths_.find(path);
  if (!found) return found.status();
  if (request.action == FsRequest::Action::List) {
    for (const FsEntry& entry : *found) {
      if (!entry.entry.is_folder) format_.announce(entry.entry);
    }
  }
  for (const FsEntry& entry : *found) {
    const Status done = request.action == FsRequest::Action::List     ? list(request, entry)
                        : request.action == FsRequest::Action::Finish ? finish(request, entry)
                                                                      : print_file(request, entry);
    if (!done.ok() && tell(entry.at.shown, done)) break;
  }
  return {};
}

Status FsTool::list(const FsRequest& request, const FsEntry& entry) {
  if (entry.entry.is_folder) return list_folder(request, entry.at);
  return output_.print(format_.line(entry.entry, entry.at.shown));
}

Status FsTool::list_folder(const FsRequest& request, const FsPath& folder) {
  const auto entries = paths_.list(folder);
  if (!entries) return entries.status();
  if (!request.is_recursive && !entries->empty()) FLUME_TRY(output_.print("Found " + std::to_string(entries->size()) + " items\n"));
  for (const FsEntry& entry : *entries) format_.announce(entry.entry);
  for (const FsEntry& entry : *entries) {
    FLUME_TRY(output_.print(format_.line(entry.entry, entry.at.shown)));
    if (!request.is_recursive || !entry.entry.is_folder) continue;
    if (const Status done = list_folder(request, entry.at); !done.ok() && tell(entry.at.shown, done)) break;
  }
  return {};
}

Status FsTool::print_file(const FsRequest& request, const FsEntry& entry) {
  if (entry.entry.is_folder) return retryable("is a folder", Cause::WrongType);
  auto file = entry.at.file_system->open(entry.at.path, paths_.deadline());
  if (!file) return std::move(file).status();
  const CallDeadline deadline = [this] { return paths_.deadline(); };
  return request.action == FsRequest::Action::Cat ? print_bytes(**file, deadline, output_.print)
                                                  : print_text(**file, entry.entry.name, deadline, output_.print);
}

Status FsTool::make_folders(const FsRequest& request, const std::string& path) {
  const auto located = paths_.locate(path);
  if (!located) return located.status();
  output::FileSystem& file_system = *located->file_system;
  const auto there = file_system.look_at(located->path, paths_.deadline());
  if (there && there->is_folder && request.makes_parents) return {};
  if (there) return retryable(there->is_folder ? "is there already" : "is a file", Cause::Exists);
  if (there.cause() != Cause::NotFound) return there.status();
  if (!request.makes_parents) {
    std::string above = parent_directory(located->path);
    if (!file_system.owns(above)) above += '/';  // the root of HDFS
    const auto parent = file_system.look_at(above, paths_.deadline());
    if (!parent && parent.cause() == Cause::NotFound)
      return retryable("the folder above it is not there; -p makes it, too", Cause::WrongType);
    if (!parent) return parent.status();
    if (!parent->is_folder) return retryable("what is above it is a file", Cause::WrongType);
  }
  return file_system.make_directories(located->path, paths_.deadline());
}

Status FsTool::finish(const FsRequest& request, const FsEntry& entry) {
  if (entry.entry.is_folder) return retryable("is a folder; name files, or * in it", Cause::WrongType);
  const auto names = names_when_finished(entry.at.path, request);
  if (!names) return names.status();
  output::LeftoverFinisher finisher(*entry.at.file_system, services_.clock, services_.log, kRecoveryPatience);
  if (!request.is_meant) {
    FLUME_TRY(finisher.check(*names));
    return output_.print(entry.at.shown + ": would be taken from its writer, cut to its last whole record, and renamed to " +
                         names->final_name + "\n");
  }
  const auto done = finisher.finish(*names);
  if (!done) return done.status();
  return output_.print(entry.at.shown + (done->is_removed
                                             ? std::string(": no whole record was in it: removed\n")
                                             : ": renamed to " + names->final_name + ", " + std::to_string(done->length) + " bytes\n"));
}

}  // namespace flume::cli
