// That of Flume before 1.0, as src/clients/thrift/legacy_protocol.h tells it.
namespace cpp flume.peer.legacy

enum Priority { FATAL = 0, ERROR = 1, WARN = 2, INFO = 3, DEBUG = 4, TRACE = 5 }
struct Event {
  1: i64 timestamp,
  2: Priority priority,
  3: binary body,
  4: i64 nanos,
  5: string host,
  6: map<string, binary> fields
}
service LegacyService {
  oneway void append(1: Event event),
  void close()
}
