// An Avro source, mostly on a simulated network, that does with each call what the test says. For tests; one thread, that of its loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clients/flume_rpc/request.h"
#include "clients/flume_rpc/response.h"
#include "flume/net.h"
#include "support/batch_of.h"

namespace flume::rpc {

/// What it does with a call.
enum class Act : std::uint8_t {
  Store,
  Fail,         ///< answers FAILED, and stores nothing
  SayUnknown,   ///< answers UNKNOWN, and stores nothing
  Error,        ///< answers with an error
  Swallow,      ///< stores, and says nothing
  Close,        ///< closes before it stores
  StoreClose,   ///< stores and closes
  WrongSerial,  ///< stores, and answers another call
  Twice,        ///< stores, and answers twice
  Garbage,      ///< answers what nobody understands
  Hold,         ///< stores, and answers with release()
};

class ScriptedSource {
 public:
  struct Stored {
    std::vector<TestEvent> events;
    Metadata metadata;
  };

  ScriptedSource(Listener& network, EventLoop& loop, std::string host, std::uint16_t port = 4545)
      : network_(network), loop_(loop), host_(std::move(host)), port_(port) {
    start();
  }
  void start() {
    auto listening = network_.listen(host_, port_, loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                       ++connections;
                                       peers_.push_back(std::make_unique<Peer>(*this, std::move(stream)));
                                       peers_.back()->read();
                                     }});
    ASSERT_TRUE(listening.ok()) << listening.status().message();
    socket_ = *std::move(listening);
  }
  [[nodiscard]] std::uint16_t port() const { return socket_->port(); }
  /// Nobody listens any more, and all connections are gone.
  void stop() {
    socket_.reset();
    peers_.clear();
    held_.clear();
  }
  /// Answers the held calls, the last one first.
  void release() {
    while (!held_.empty()) {
      held_.back()();
      held_.pop_back();
    }
  }

  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> bodies;
    for (const Stored& call : stored) {
      for (const TestEvent& event : call.events) bodies.push_back(event.body);
    }
    return bodies;
  }

  /// Asked for each call, by its number from 0.
  std::function<Act(std::size_t call)> script = [](std::size_t) { return Act::Store; };
  bool knows_flume = true;  ///< the hash that clients name first
  bool knows_texts = true;  ///< any client that tells its text
  Metadata answers_metadata{};
  std::vector<Stored> stored;
  std::vector<HandshakeRequest> greetings;
  std::size_t connections = 0;
  std::size_t calls = 0;
  std::size_t most_held = 0;

 private:
  struct Peer {
    Peer(ScriptedSource& all, std::unique_ptr<Stream> own) : source(all), stream(std::move(own)) {}

    void read() {
      stream->wait_readable([this] {
        std::array<std::byte, 4096> buffer;
        auto moved = stream->read_some(buffer);
        if (!moved || moved->state == Transfer::State::End) return stream->close();
        ByteView bytes = ByteView(buffer).first(moved->bytes);
        while (!bytes.empty() && !is_closed) {
          const auto complete = reader.feed(bytes, room);
          if (!complete) return close();
          if (*complete) serve();
        }
        if (!is_closed) read();
      });
    }
    void close() {
      is_closed = true;
      stream->close();
    }
    void write(std::string bytes) {
      unwritten += bytes;
      write_on();
    }
    void write_on() {
      while (!unwritten.empty() && !is_closed) {
        const ByteView piece = as_bytes(unwritten);
        auto moved = stream->write_some({&piece, 1});
        if (!moved) return close();
        if (moved->state == Transfer::State::WouldBlock) return stream->wait_writable([this] { write_on(); });
        unwritten.erase(0, moved->bytes);
      }
    }
    void serve() {
      const Request request = reader.request();
      if (request.handshake) {
        source.greetings.push_back(*request.handshake);
        HandshakeResponse answer;
        const bool knows = request.handshake->client_protocol ? source.knows_texts : source.knows_flume;
        if (!knows) answer = {.match = Match::None, .server_protocol = "{}", .server_hash = ProtocolHash{9}};
        if (knows) reader.greeted();
        write(encode_handshake_response(request.serial, answer));
        return reader.next_request();
      }
      const auto adopted = adopt_events(request, builder);
      ASSERT_TRUE(adopted.ok()) << adopted.status().message();
      const std::vector<TestEvent> events = events_of(builder.take());
      reader.next_request();
      const Act act = source.script(source.calls++);
      if (act == Act::Close) return close();
      if (act != Act::Fail && act != Act::SayUnknown && act != Act::Error) source.stored.push_back({events, request.metadata});
      Response response{.serial = request.serial, .metadata = source.answers_metadata};
      if (act == Act::Fail) response.status = AppendStatus::Failed;
      if (act == Act::SayUnknown) response.status = AppendStatus::Unknown;
      if (act == Act::Error) response.error = "no such thing";
      if (act == Act::WrongSerial) response.serial += 1000;
      const std::string answer = act == Act::Garbage ? "HTTP/1.1 400 Bad Request\r\n\r\n" : encode_response(response);
      if (act == Act::StoreClose) return close();
      if (act == Act::Swallow) return;
      if (act == Act::Hold) {
        source.held_.push_back([this, answer] { write(answer); });
        source.most_held = std::max(source.most_held, source.held_.size());
        return;
      }
      write(act == Act::Twice ? answer + answer : answer);
    }

    ScriptedSource& source;
    std::unique_ptr<Stream> stream;
    SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder{*pool};
    BuilderRoom room{builder};
    RequestReader reader{{}};
    std::string unwritten;
    bool is_closed = false;
  };

  Listener& network_;
  EventLoop& loop_;
  const std::string host_;
  const std::uint16_t port_;
  std::unique_ptr<ListeningSocket> socket_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::function<void()>> held_;
};

}  // namespace flume::rpc
