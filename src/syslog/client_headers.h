// The headers that say from whom a message came, with Flume's keys, and the counters of what was no proper message. Plain data.
#pragma once

#include <string>
#include <string_view>

#include "flume/metrics.h"
#include "flume/options.h"
#include "syslog/message_parser.h"

namespace flume::syslog {

struct ClientOptions {
  std::string ip_header;
  std::string host_header;
};

inline constexpr auto kClientOptions =
    options(option<&ClientOptions::ip_header>("clientIPHeader", "Header for the client's address."),
            option<&ClientOptions::host_header>("clientHostnameHeader",
                                                "Header for the client's name, looked up by its address; the address if it has none."));

/// Of messages, beside Flume's counters; not in its JSON. Any thread.
struct MessageCounters final : CounterGroup {
  explicit MessageCounters(std::string_view component) : CounterGroup(CounterKind::Source, component) { hide_from_flume_json(); }
  void count(MessageState state) noexcept {
    if (state == MessageState::Invalid) invalid.increment();
    if (state == MessageState::Incomplete) incomplete.increment();
  }
  Counter invalid{*this, "InvalidMessageCount"};
  Counter incomplete{*this, "IncompleteMessageCount"};
};

}  // namespace flume::syslog
