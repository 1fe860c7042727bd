// Scribe's, as src/clients/thrift/scribe_protocol.h tells it.
namespace cpp flume.peer.scribe

enum ResultCode { OK = 0, TRY_LATER = 1 }
struct LogEntry { 1: string category, 2: string message }
service ScribeService { ResultCode Log(1: list<LogEntry> messages) }
