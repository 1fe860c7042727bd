// flume-ng avro-client: lines of standard input, of a file or of the files of a folder, as events to an Avro source. Source:
// org.apache.flume.client.avro.AvroCLIClient. Differs from Flume: it ends with 1 when not all was stored; a batch leaves, too, when
// its input pauses.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

#include "cli/avro_client/avro_client_request.h"
#include "cli/avro_client/line_cutter.h"
#include "cli/configuration.h"
#include "cli/environment.h"
#include "cli/tls_defaults.h"
#include "cli/verbs.h"
#include "flume/clock.h"
#include "io/posix_files.h"
#include "log/spdlog_target.h"
#include "net/asio_network.h"

namespace flume::cli {
namespace {

/// What Flume puts behind the name of a file that was sent, word for word.
constexpr std::string_view kSentSuffix = "fileSuffix";

/// Until the end of `handle`. The error says of which `name`.
Status send_lines(int handle, const std::string& name, LineSender& sender) {
  std::array<char, std::size_t{64} << 10> buffer;
  LineCutter cutter([&sender](std::string_view line) { return sender.add(line); });
  for (;;) {
    const ssize_t got = ::read(handle, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status::from_errno(errno, "read " + name);
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    FLUME_TRY(cutter.add(bytes).with_context(name));
    if (got == 0) break;
    if (bytes.size() < buffer.size()) FLUME_TRY(sender.flush().with_context(name));
  }
  FLUME_TRY(cutter.end().with_context(name));
  return sender.flush().with_context(name);
}

Status send_file(const std::string& path, LineSender& sender) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return Status::from_errno(errno, "open " + path);
  Status done = send_lines(handle, path, sender);
  ::close(handle);
  return done;
}

/// The oldest first, as Flume's spooling does; each gets another name when all of it is stored.
Status send_folder(Files& files, const std::string& folder, LineSender& sender) {
  auto names = files.list(folder);
  if (!names) return std::move(names).status();
  std::vector<std::pair<WallTime, std::string>> waiting;
  for (const std::string& name : *names) {
    if (name.starts_with('.') || name.ends_with(kSentSuffix)) continue;
    auto info = files.info(folder + "/" + name);
    if (!info) return std::move(info).status();
    if (info->is_regular) waiting.emplace_back(info->modified, name);
  }
  std::ranges::sort(waiting);
  for (const auto& [modified, name] : waiting) {
    const std::string path = folder + "/" + name;
    FLUME_TRY(send_file(path, sender));
    FLUME_TRY(files.rename(path, path + std::string(kSentSuffix), false));
  }
  return {};
}

LogSettings warnings_on_the_console() {
  LogSettings settings;
  settings.level = LogLevel::Warn;
  settings.to_console = true;
  settings.to_file = false;
  return settings;
}

}  // namespace

int run_avro_client(CommandLine line) {
  const auto refuse = [](const Status& why, int exit_code) {
    std::fprintf(stderr, "Error: %s\n", why.message().c_str());
    return exit_code;
  };
  signal(SIGPIPE, SIG_IGN);
  PosixFiles files;
  config::Diagnostics diagnostics;
  auto request = avro_client_request(files, line, diagnostics);
  print_diagnostics(diagnostics);
  if (!request) return refuse(request.status(), kExitRefused);
  const SystemClock clock;
  SpdlogTarget target(warnings_on_the_console(), files, clock);
  const Environment environment = process_environment();
  take_java_opts(environment, line);
  const TlsDefaults defaults = tls_defaults(line, environment, diagnostics);
  auto wrap = rpc::client_wrapping(request->client, &defaults, {files, clock, Log(target, "avro-client")});
  if (!wrap) return refuse(wrap.status(), kExitRefused);
  request->sender.client.host.wrap = *std::move(wrap);
  AsioNetwork network;
  LineSender sender(network, network, std::move(request->sender));
  Status done;
  if (!request->folder.empty()) {
    done = send_folder(files, request->folder, sender);
  } else {
    done = request->file.empty() ? send_lines(STDIN_FILENO, "standard input", sender) : send_file(request->file, sender);
  }
  if (done.ok()) return kExitDone;
  std::string told = std::to_string(sender.stored()) + " events are stored";
  if (sender.in_doubt() != 0) told += ", of " + std::to_string(sender.in_doubt()) + " more nobody knows";
  return refuse(std::move(done).with_context(told + ", then it failed"), kExitNo);
}

}  // namespace flume::cli
