#include "components/sources/exec/exec_source.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

#include <sys/eventfd.h>

#include "components/sources/exec/command_words.h"
#include "components/sources/exec/exec_run.h"

namespace flume {
namespace {

// Exit codes of a POSIX shell.
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

constexpr std::size_t kReadBlock = 256 * 1024;
constexpr std::int64_t kMostLineLength = 128 * 1024 * 1024;  // in any charset less than an event may have

constexpr auto kExecOptions = options(
    option<&ExecOptions::command>("command", "The command; without a shell its words are separated by blanks, and quotes mean nothing.",
                                  {.required = true}),
    option<&ExecOptions::shell>("shell", "A shell that runs the command, with its options: /bin/sh -c."),
    option<&ExecOptions::restart_throttle>("restartThrottle", "Pause before the command is started again."),
    option<&ExecOptions::restart>("restart", "Start the command again when it has ended."),
    option<&ExecOptions::log_stderr>("logStdErr", "Write what the command prints on stderr to the log."),
    option<&ExecOptions::batch_size>("batchSize", "Most lines per transaction; fewer when no more are there.",
                                     {.minimum = INT32_MIN, .maximum = INT32_MAX, .role = OptionRole::BatchSize}),
    option<&ExecOptions::batch_timeout>("batchTimeout", "A batch leaves after this time even if more lines keep coming.", {.minimum = 0}),
    option<&ExecOptions::charset>("charset", "Character set of the lines; what is malformed in it is replaced."),
    option<&ExecOptions::longest_line>("maxLineLength", "A longer line is given in pieces, each an event.",
                                       {.minimum = 1, .maximum = kMostLineLength, .extension = true}));

OptionProblems check(const ExecOptions& options) {
  OptionProblems problems;
  if (command_words(options.shell, options.command).empty()) problems.push_back({{"command", "shell"}, "is empty"});
  if (const auto decoder = CharsetDecoder::open(options.charset); !decoder) problems.push_back({{"charset"}, decoder.status().message()});
  if (options.batch_size < 1) {
    problems.push_back({{"batchSize"}, std::to_string(options.batch_size) + ": less than 1; as in Flume every line is a batch", true});
  }
  if (options.restart && options.restart_throttle.count() < 0) {
    problems.push_back({{"restartThrottle"},
                        std::to_string(options.restart_throttle.count()) + ": less than 0; as in Flume the command runs only once",
                        true});
  }
  return problems;
}

}  // namespace

ExecSource::ExecSource(const ExecOptions& options, const Services& services, Launcher& launcher)
    : options_(options),
      is_restarted_(options.restart && options.restart_throttle.count() >= 0),
      pause_(options.restart_throttle.count() < 0 ? ExecOptions().restart_throttle : options.restart_throttle),
      command_{command_words(options.shell, options.command), options.log_stderr},
      launcher_(launcher),
      clock_(services.clock),
      log_(services.log),
      counters_(services.name),
      membership_(services.metrics.join(counters_)) {}

ExecSource::~ExecSource() { stop(Deadline::immediate()); }

Status ExecSource::start(ChannelWriter& writer, SourceContext& context) {
  auto lines = LineCharset::open(options_.charset, kReadBlock, static_cast<std::size_t>(options_.longest_line.count));
  if (!lines) return std::move(lines).status().with_context("charset");
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) return Status::from_errno(errno, "make an eventfd");
  stop_ = std::make_unique<StopSignal>();
  const LineBatcher::Limits limits{static_cast<std::uint32_t>(std::clamp<std::int64_t>(options_.batch_size, 1, writer.max_batch())),
                                   options_.batch_timeout};
  thread_ = std::thread(
      [this, limits, &context, builder = writer.builder(), store = BatchStore(writer, context.counters(), *stop_, clock_, log_)]() mutable {
        run(std::move(builder), store, limits, context);
      });
  return {};
}

void ExecSource::stop(Deadline deadline) {
  if (!thread_.joinable()) return;
  stop_->request(deadline);
  static_cast<void>(::eventfd_write(wake_, 1));
  thread_.join();
  ::close(std::exchange(wake_, -1));
}

void ExecSource::run(BatchBuilder builder, BatchStore store, LineBatcher::Limits limits, SourceContext& context) {
  bool is_first = true;
  do {
    if (!std::exchange(is_first, false)) log_.info("the command is started again");
    auto lines = LineCharset::open(options_.charset, kReadBlock, static_cast<std::size_t>(options_.longest_line.count));
    if (!lines) return context.failed(std::move(lines).status());
    LineBatcher batcher(*std::move(lines), limits, builder, store, counters_.cut_lines, clock_, log_);
    Ending ending;
    const Status status = run_once(batcher, context, ending);
    if (stop_->is_requested()) return;
    const bool is_for_good = status.ok() ? !is_restarted_
                                         // Another component may give its descriptors back.
                                         : status.kind() != ErrorKind::Retryable || (!is_restarted_ && status.cause() != Cause::NoHandles);
    const std::string how = "the command has ended: " + ending.text;
    if (is_for_good) {
      if (!status.ok()) return context.failed(status);
      return ending.is_bad ? context.failed(fatal(how)) : context.finished(how);
    }
    if (!status.ok()) {
      log_.error("the command failed", {{"error", status}, {"pause_ms", pause_.count()}});
      context.impaired("the command failed: " + status.message());
    } else if (ending.is_bad) {
      context.impaired(how + "; it is started again");
    } else {
      context.recovered();
    }
  } while (clock_.sleep_for(pause_, stop_->token()));
}

Status ExecSource::run_once(LineBatcher& batcher, SourceContext& context, Ending& ending) {
  auto process = launcher_.launch(command_);
  if (!process) return std::move(process).status();
  counters_.runs.increment();
  log_.info("the command runs", {{"program", command_.arguments.front()}});
  ExecRun run(**process, batcher, *stop_, wake_, clock_, log_, [&context] { context.recovered(); });
  const Status status = run.read_all();
  const ExitStatus exit = run.end();
  ending = describe_ending(exit, batcher.events());
  const bool was_asked = stop_->is_requested();
  const bool is_success = exit.code == 0 && exit.signal == 0;
  log_.at(is_success || was_asked ? LogLevel::Info : LogLevel::Warn, "the command has ended",
          {{"how", was_asked ? exit.text() : ending.text}, {"events", batcher.events()}});
  return status;
}

ExecSource::Ending ExecSource::describe_ending(const ExitStatus& exit, std::uint64_t events) const {
  Ending ending{exit.text(), false};
  if (exit.signal == 0 && exit.code == kNotFound) {
    ending = {ending.text + " (a shell says so when a command is not found)", true};
  } else if (exit.signal == 0 && exit.code == kNotExecutable) {
    ending = {ending.text + " (a shell says so when a command cannot be executed)", true};
  } else if (events == 0 && (exit.code != 0 || exit.signal != 0)) {
    ending = {ending.text + ", without a line of output", true};
  }
  if (ending.is_bad && !options_.log_stderr) ending.text += "; logStdErr = true shows in the log what it prints on stderr";
  return ending;
}

namespace components {
extern const ComponentInfo source_exec;
constinit const ComponentInfo source_exec = describe<ExecSource, kExecOptions, check>(
    "exec", "Runs a command and makes an event of every line that it prints.", {"org.apache.flume.source.ExecSource"});
}  // namespace components
}  // namespace flume
