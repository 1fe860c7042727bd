// flume-ng describe: every component and key that this program knows, and those of Hadoop's files, as text, JSON or Markdown.
#include <cstdio>

#include "cli/configuration.h"
#include "cli/reference_json.h"
#include "cli/reference_markdown.h"
#include "cli/reference_text.h"
#include "cli/verbs.h"
#include "io/posix_files.h"

namespace flume::cli {
namespace {

constexpr std::string_view kHdfsClient = "hdfs-client";

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int fail(const Status& status) {
  std::fprintf(stderr, "Error: %s\n", status.message().c_str());
  return kExitNo;
}

Reference describe_all(ComponentRegistry& registry) {
  Reference reference;
  for (const Kind kind : kKinds) reference.push_back(describe_kind(registry, kind));
  return reference;
}

/// What is there already and says the same is not written again.
Status write_pages(Files& files, const std::string& folder, const std::vector<Page>& pages) {
  constexpr std::uint64_t kLargestPage = 16ULL << 20;
  FLUME_TRY(files.make_directories(folder));
  for (const Page& page : pages) {
    const std::string path = folder + "/" + page.file_name;
    const auto old_text = files.read_all(path, kLargestPage);
    if (!old_text || *old_text != page.text) FLUME_TRY(files.replace(path, page.text));
  }
  return {};
}

}  // namespace

int run_describe(CommandLine line) {
  if (line.has("markdown") && !line.arguments.empty()) {
    std::fprintf(stderr, "Error: --markdown writes all pages: no kind and type can be named with it\n");
    return kExitRefused;
  }
  PosixFiles files;
  ComponentRegistry registry;
  config::Diagnostics diagnostics;
  fill_registry(files, line, process_environment(), registry, diagnostics);
  print_diagnostics(diagnostics);

  Reference reference;
  Clients clients;
  if (line.arguments.empty()) {
    reference = describe_all(registry);
    clients.push_back(describe_hdfs_client());
  } else if (line.arguments.front() == kHdfsClient) {
    if (line.arguments.size() != 1) return fail(invalid_config("hdfs-client has no types"));
    clients.push_back(describe_hdfs_client());
  } else {
    const auto kind = kind_named(line.arguments[0]);
    if (!kind) return fail(kind.status());
    if (line.arguments.size() == 1) {
      reference.push_back(describe_kind(registry, *kind));
    } else {
      auto type = describe_type(registry, *kind, line.arguments[1]);
      if (!type) return fail(type.status());
      reference.push_back(*std::move(type));
    }
  }

  if (line.has("markdown")) {
    const Status written = write_pages(files, line.value("markdown"), reference_as_markdown(reference, clients));
    return written.ok() ? kExitDone : fail(written);
  }
  if (line.has("json")) {
    print(reference_as_json(reference, clients));
  } else if (line.arguments.empty()) {
    print(types_as_text(reference));
  } else if (!clients.empty()) {
    print(client_as_text(clients.front()));
  } else {
    print(line.arguments.size() == 1 ? kind_as_text(reference.front()) : component_as_text(reference.front()));
  }
  return kExitDone;
}

}  // namespace flume::cli
