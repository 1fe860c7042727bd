// Flume's Thrift protocol, as src/clients/thrift/event_protocol.h tells it.
namespace cpp flume.peer.events

enum Status { OK = 0, FAILED = 1, ERROR = 2, UNKNOWN = 3 }
struct Event { 1: required map<string, string> headers, 2: required binary body }
service EventService {
  Status append(1: Event event),
  Status appendBatch(1: list<Event> events)
}
