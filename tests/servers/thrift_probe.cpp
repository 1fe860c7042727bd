// A client by libthrift and the code that its compiler makes, for tests of the Thrift sources with a peer that is not ours:
//   thrift_probe compact|binary|scribe|legacy PORT EVENTS BATCH [BODY_BYTES]
// Sends events 0 to EVENTS - 1 to 127.0.0.1, their number in header n (scribe: category n, legacy: field n) and at the head of the
// body, BATCH in a request, each request after the answer to the last one. Prints `ok STORED requests REQUESTS seconds SECONDS`, or
// what went wrong, and then exits with 1. compact and binary first call what the service has not.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include "EventService.h"
#include "LegacyService.h"
#include "ScribeService.h"

namespace {

using apache::thrift::TApplicationException;
using apache::thrift::protocol::TBinaryProtocol;
using apache::thrift::protocol::TCompactProtocol;
using apache::thrift::protocol::TProtocol;
using apache::thrift::transport::TBufferedTransport;
using apache::thrift::transport::TFramedTransport;
using apache::thrift::transport::TSocket;
using apache::thrift::transport::TTransport;

struct Work {
  std::string kind;
  int port = 0;
  int events = 0;
  int batch = 1;
  std::size_t body_bytes = 0;
};

std::string body_of(int number, std::size_t bytes) {
  std::string body = "event " + std::to_string(number);
  if (body.size() < bytes) body.resize(bytes, '.');
  return body;
}

/// `send(first, count)` sends so many events and says whether they were taken.
template <typename Send>
int send_all(const Work& work, Send&& send) {
  const auto begin = std::chrono::steady_clock::now();
  int stored = 0;
  int requests = 0;
  for (int first = 0; first < work.events; first += work.batch, ++requests) {
    const int count = std::min(work.batch, work.events - first);
    if (send(first, count)) stored += count;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << "ok " << stored << " requests " << requests << " seconds " << took.count() << "\n";
  return stored == work.events ? 0 : 1;
}

int send_events(const Work& work, const std::shared_ptr<TProtocol>& protocol) {
  try {
    flume::peer::scribe::ScribeServiceClient stranger(protocol);
    stranger.Log({});
    std::cout << "a method that is not there was answered\n";
    return 1;
  } catch (const TApplicationException& e) {
    if (e.getType() != TApplicationException::UNKNOWN_METHOD) throw;
  }
  flume::peer::events::EventServiceClient client(protocol);
  std::vector<flume::peer::events::Event> events;
  return send_all(work, [&](int first, int count) {
    events.resize(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      events[static_cast<std::size_t>(i)].headers["n"] = std::to_string(first + i);
      events[static_cast<std::size_t>(i)].body = body_of(first + i, work.body_bytes);
    }
    const auto status = work.batch == 1 ? client.append(events.front()) : client.appendBatch(events);
    return status == flume::peer::events::Status::OK;
  });
}

int send_log(const Work& work, const std::shared_ptr<TProtocol>& protocol) {
  flume::peer::scribe::ScribeServiceClient client(protocol);
  return send_all(work, [&](int first, int count) {
    std::vector<flume::peer::scribe::LogEntry> entries(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      entries[static_cast<std::size_t>(i)].__set_category(std::to_string(first + i));
      entries[static_cast<std::size_t>(i)].__set_message(body_of(first + i, work.body_bytes));
    }
    return client.Log(entries) == flume::peer::scribe::ResultCode::OK;
  });
}

int send_legacy(const Work& work, const std::shared_ptr<TProtocol>& protocol) {
  flume::peer::legacy::LegacyServiceClient client(protocol);
  const int result = send_all(work, [&](int first, int count) {
    for (int i = 0; i < count; ++i) {
      flume::peer::legacy::Event event;
      event.__set_timestamp(1700000000000 + first + i);
      event.__set_priority(flume::peer::legacy::Priority::WARN);
      event.__set_body(body_of(first + i, work.body_bytes));
      event.__set_nanos(first + i);
      event.__set_host("old-host");
      event.__set_fields({{"n", std::to_string(first + i)}});
      client.append(event);
    }
    return true;
  });
  client.close();
  return result;
}

int run(const Work& work) {
  auto socket = std::make_shared<TSocket>("127.0.0.1", work.port);
  socket->setConnTimeout(10'000);
  socket->setRecvTimeout(60'000);
  std::shared_ptr<TTransport> transport;
  if (work.kind == "legacy") {
    transport = std::make_shared<TBufferedTransport>(socket);
  } else {
    transport = std::make_shared<TFramedTransport>(socket);
  }
  transport->open();
  if (work.kind == "compact") return send_events(work, std::make_shared<TCompactProtocol>(transport));
  if (work.kind == "binary") return send_events(work, std::make_shared<TBinaryProtocol>(transport));
  if (work.kind == "scribe") return send_log(work, std::make_shared<TBinaryProtocol>(transport, 0, 0, false, false));
  return send_legacy(work, std::make_shared<TBinaryProtocol>(transport));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) {
    std::cerr << "thrift_probe compact|binary|scribe|legacy PORT EVENTS BATCH [BODY_BYTES]\n";
    return 2;
  }
  try {
    return run({arguments[1], std::atoi(arguments[2]), std::atoi(arguments[3]), std::atoi(arguments[4]),
                count > 5 ? static_cast<std::size_t>(std::atoi(arguments[5])) : 0});
  } catch (const std::exception& e) {
    std::cout << "failed: " << e.what() << "\n";
    return 1;
  }
}
