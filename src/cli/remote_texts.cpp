#include "cli/remote_texts.h"

#include <algorithm>

#include "config/load.h"
#include "config/shown_value.h"

namespace flume::cli {
namespace {

using namespace std::chrono_literals;

// Of one try. ZooKeeper's client looks for a server that takes it until then, so that its reason is only known at the end.
constexpr Instant::duration kPatience = 10s;
// A start leaves a slow HTTP server as long as Flume does.
constexpr Instant::duration kPatienceOfStart = 60s;
constexpr std::chrono::seconds kFirstPause = 1s;
constexpr std::chrono::seconds kLongestPause = 30s;

/// A server that has an empty text is about to get its first.
Result<std::string> not_empty(Result<std::string> text) {
  if (text && text->empty()) return retryable("it is empty", Cause::NotFound);
  return text;
}

using Ask = std::function<Result<std::string>(Deadline)>;

Result<Ask> ask_of(const ConfigurationPlace& place, const RemoteAccess& access, const RemoteReading& reading) {
  if (place.kind == TextPlace::Http) {
    auto loaded = reading.load_http(reading.clock);
    if (!loaded) return std::move(loaded).status();
    http::DocumentRequest request{place.address, access.user, access.password, access.trusted_pem, config::kLargestFile};
    return Ask([reader = std::shared_ptr(*std::move(loaded)), request = std::move(request), &reading](Deadline deadline) {
      return reader->read(request, deadline, reading.stop);
    });
  }
  auto loaded = reading.load_zookeeper(reading.clock);
  if (!loaded) return std::move(loaded).status();
  zookeeper::NodeRequest request{access.zookeeper_servers, place.address};
  return Ask([reader = std::shared_ptr(*std::move(loaded)), request = std::move(request), &reading](Deadline deadline) {
    return not_empty(reader->read(request, deadline, reading.stop));
  });
}

Status told(Status status, const ConfigurationPlace& place) {
  Status shown(status.kind(), config::without_control_characters(config::without_secrets(status.message())), status.cause());
  return std::move(shown).with_context(place.name);
}

}  // namespace

Result<std::string> read_remote_text(const ConfigurationPlace& place, const RemoteAccess& access, const RemoteReading& reading) {
  const auto ask = ask_of(place, access, reading);
  if (!ask) return told(ask.status(), place);
  const Instant::duration patience = reading.waits && place.kind == TextPlace::Http ? kPatienceOfStart : kPatience;
  for (std::chrono::seconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    auto text = (*ask)(reading.clock.in(patience));
    if (text) return text;
    const bool is_final = text.status().kind() != ErrorKind::Retryable || text.cause() == Cause::Stopped || !reading.waits;
    Status status = told(std::move(text).status(), place);
    if (is_final) return status;
    reading.tell("waiting for the configuration: " + status.message() + "; asking again in " + std::to_string(pause.count()) + " s");
    if (!reading.clock.sleep_for(pause, reading.stop)) return retryable(place.name + ": stopped", Cause::Stopped);
  }
}

}  // namespace flume::cli
