// The module `zookeeper`: NodeReader by ZooKeeper's C client. Only its asynchronous calls are used: the others wait for an answer
// without end when a session is lost in the midst of them. Its threads tell a Session what came; the caller's thread parks.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include <zookeeper/zookeeper.h>

#include "clients/zookeeper/node_reader.h"
#include "flume/module.h"
#include "text/did_you_mean.h"

namespace flume::zookeeper {
namespace {

constexpr int kSessionMilliseconds = 30'000;
// Of a folder with many agents only so many are looked at for a hint.
constexpr std::size_t kMostNames = 1000;

/// The reason of the last failed connection, as the C client words it in its log ("errno=111(Connection refused)"); that is the
/// only place where it says so. The log has no context, so that one is shared by all sessions.
class LastTrouble {
 public:
  static LastTrouble& instance() {
    static LastTrouble trouble;
    return trouble;
  }
  void take_line(const char* line) {
    const char* number = line == nullptr ? nullptr : std::strstr(line, "errno=");
    const char* open = number == nullptr ? nullptr : std::strchr(number, '(');
    const char* close = open == nullptr ? nullptr : std::strchr(open, ')');
    if (close == nullptr) return;
    const std::scoped_lock lock(mutex_);
    words_.assign(open + 1, close);
  }
  void clear() {
    const std::scoped_lock lock(mutex_);
    words_.clear();
  }
  [[nodiscard]] std::string words() const {
    const std::scoped_lock lock(mutex_);
    return words_;
  }

 private:
  mutable std::mutex mutex_;
  std::string words_;
};

/// What the client's threads say. They may speak until the handle is closed; the Session outlives it.
struct Session {
  Parker parker;
  std::mutex mutex;
  // Guarded by mutex.
  int state = 0;
  bool has_answer = false;
  int code = ZOK;
  std::size_t length = 0;          // of an awaited Stat
  std::string data;                // of an awaited get
  std::vector<std::string> names;  // of an awaited list

  template <typename Take>
  void answer(int rc, Take take) {
    {
      const std::scoped_lock lock(mutex);
      code = rc;
      if (rc == ZOK) take();
      has_answer = true;
    }
    parker.unpark();
  }
};

Session& session_of(const void* context) { return *static_cast<Session*>(const_cast<void*>(context)); }

void on_event(zhandle_t*, int type, int state, const char*, void* context) {
  if (type != ZOO_SESSION_EVENT) return;
  Session& session = session_of(context);
  {
    const std::scoped_lock lock(session.mutex);
    session.state = state;
  }
  session.parker.unpark();
}

void on_stat(int code, const Stat* stat, const void* context) {
  Session& session = session_of(context);
  session.answer(code, [&] { session.length = stat == nullptr ? 0 : static_cast<std::size_t>(std::max(0, stat->dataLength)); });
}

void on_data(int code, const char* value, int length, const Stat*, const void* context) {
  Session& session = session_of(context);
  session.answer(code, [&] {
    session.data.assign(value == nullptr ? "" : value, value == nullptr ? 0 : static_cast<std::size_t>(std::max(0, length)));
  });
}

void on_names(int code, const String_vector* strings, const void* context) {
  Session& session = session_of(context);
  session.answer(code, [&] {
    for (std::int32_t i = 0; strings != nullptr && i < strings->count && session.names.size() < kMostNames; ++i)
      session.names.emplace_back(strings->data[i]);
  });
}

Status status_of(int code) {
  switch (code) {
    case ZOK:
      return {};
    case ZNONODE:
      return retryable("there is no such node", Cause::NotFound);
    case ZNOAUTH:
      return {ErrorKind::InvalidConfig,
              "the node's ACL does not let everybody read it, and this client has no credentials: let `world:anyone` read",
              Cause::Permission};
    case ZAUTHFAILED:
    case ZSESSIONCLOSEDREQUIRESASLAUTH:
      return {ErrorKind::InvalidConfig, "the servers want SASL, which Debian's ZooKeeper client does not have", Cause::Unsupported};
    case ZBADARGUMENTS:
      return invalid_config("this is no path of ZooKeeper");
    default:
      return retryable(zerror(code), Cause::Disconnected);
  }
}

/// Behind a reason: whom it is of.
std::string asked(const std::string& servers) { return " (asked: " + servers + ")"; }

class ZooKeeperNodeReader final : public NodeReader {
 public:
  explicit ZooKeeperNodeReader(Clock& clock) : clock_(clock) {}

  Result<std::string> read(const NodeRequest& request, Deadline deadline, const std::stop_token& stop) override {
    const auto servers = with_ports(request.servers);
    if (!servers) return servers.status();
    Session session;
    const std::stop_callback wake(stop, [&session] { session.parker.unpark(); });
    LastTrouble::instance().clear();
    zoo_set_debug_level(ZOO_LOG_LEVEL_WARN);
    errno = 0;
    zhandle_t* handle = zookeeper_init2(servers->c_str(), on_event, kSessionMilliseconds, nullptr, &session, 0,
                                        [](const char* line) { LastTrouble::instance().take_line(line); });
    if (handle == nullptr) return refused_servers(errno, request.servers);
    const Look look{*this, session, handle, request, deadline, stop};
    Result<std::string> data = look.data();
    // Ends its threads; what is still awaited is answered with ZCLOSING.
    zookeeper_close(handle);
    return data;
  }

 private:
  static Status refused_servers(int error, const std::string& servers) {
    if (error == ENOENT || error == EINVAL) return retryable("no server's name resolves" + asked(servers), Cause::UnknownHost);
    return Status::from_errno(error, "ZooKeeper's client does not start");
  }

  /// One read: the handle and whom to ask how long.
  struct Look {
    ZooKeeperNodeReader& reader;
    Session& session;
    zhandle_t* handle;
    const NodeRequest& request;
    Deadline deadline;
    const std::stop_token& stop;

    Result<std::string> data() const {
      FLUME_TRY(connected());
      const Status there = await(zoo_aexists(handle, request.path.c_str(), 0, on_stat, &session));
      if (there.cause() == Cause::NotFound) return missing();
      FLUME_TRY(there);
      if (session.length > request.largest) {
        return Status(ErrorKind::InvalidConfig,
                      "the node has " + std::to_string(session.length) + " bytes, more than " + std::to_string(request.largest),
                      Cause::TooLarge);
      }
      FLUME_TRY(await(zoo_aget(handle, request.path.c_str(), 0, on_data, &session)));
      return std::move(session.data);
    }

    Status connected() const {
      while (true) {
        {
          const std::scoped_lock lock(session.mutex);
          if (session.state == ZOO_CONNECTED_STATE || session.state == ZOO_READONLY_STATE) return {};
          if (session.state == ZOO_AUTH_FAILED_STATE) return status_of(ZAUTHFAILED);
          if (session.state == ZOO_EXPIRED_SESSION_STATE) return status_of(ZSESSIONEXPIRED);
        }
        FLUME_TRY(park());
      }
    }

    /// Of an answer that was asked for with `asked`.
    Status await(int asked) const {
      if (asked != ZOK) return status_of(asked);
      while (true) {
        {
          const std::scoped_lock lock(session.mutex);
          if (session.has_answer) {
            session.has_answer = false;
            return status_of(session.code);
          }
        }
        FLUME_TRY(park());
      }
    }

    Status park() const {
      if (stop.stop_requested()) return retryable("stopped", Cause::Stopped);
      if (reader.clock_.passed(deadline)) return no_answer();
      reader.clock_.park(session.parker, deadline);
      return {};
    }

    Status no_answer() const {
      const std::string trouble = LastTrouble::instance().words();
      if (!trouble.empty()) return retryable("no server takes a connection: " + trouble + asked(request.servers), Cause::Refused);
      return retryable("no server answers in time" + asked(request.servers), Cause::Timeout);
    }

    /// Why there is no such node: with a word about the root, or the folder that it should be in.
    Status missing() const {
      const auto gone = [](const std::string& what) { return retryable(what, Cause::NotFound); };
      if (const std::string root = root_of(request.servers); root.size() > 1) {
        const Status there = await(zoo_aexists(handle, "/", 0, on_stat, &session));
        if (there.cause() == Cause::NotFound) return gone("there is no root " + root + " (what stands behind the servers' names)");
        FLUME_TRY(there);
      }
      const auto slash = request.path.rfind('/');
      const std::string folder = slash == 0 ? "/" : request.path.substr(0, slash);
      const Status listed = await(zoo_aget_children(handle, folder.c_str(), 0, on_names, &session));
      if (listed.cause() == Cause::NotFound) return gone("there is no node " + request.path + ", nor " + folder + " above it");
      FLUME_TRY(listed);
      const std::string hint = did_you_mean(nearest_name(request.path.substr(slash + 1), session.names));
      return gone("there is no node " + request.path + (hint.empty() ? "" : " (" + hint + ")"));
    }
  };

  Clock& clock_;
};

}  // namespace
}  // namespace flume::zookeeper

extern "C" __attribute__((visibility("default"))) void flume_make_node_reader(flume::Clock& clock,
                                                                              std::unique_ptr<flume::zookeeper::NodeReader>& reader) {
  reader = std::make_unique<flume::zookeeper::ZooKeeperNodeReader>(clock);
}

FLUME_MODULE(registry) {
  static_cast<void>(registry);  // it brings no components
  return {};
}
