// Sink processors (Flume's SinkProcessor): which sink of a group gets the next batch. A policy and nothing else: it delivers nothing,
// waits for nothing and knows a sink by its place in the group. The runtime asks it before every batch and tells it what became of
// the try.
// One thread, the group's.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "flume/clock.h"

namespace flume {

class SinkProcessor {
 public:
  virtual ~SinkProcessor() = default;
  /// Once, before all else: the names of the sinks; each is known by its place from now on.
  virtual void begin(const std::vector<std::string>& sinks) = 0;
  /// The sinks to be tried with the next batch, the first one first, until one takes it; those that are benched are not among
  /// them. `sinks` is empty before.
  virtual void order(Instant now, std::vector<std::size_t>& sinks) = 0;
  /// It took a batch.
  virtual void took(std::size_t sink) = 0;
  /// It did not: the next one is tried.
  virtual void failed(std::size_t sink, Instant now) = 0;
  /// When order() may answer otherwise though nothing was told meanwhile: a bench ends.
  [[nodiscard]] virtual Instant next_change(Instant now) const = 0;
  /// So long a batch of which a sink does not know whether it arrived is kept for that sink; max(): until it knows.
  [[nodiscard]] virtual std::chrono::milliseconds in_doubt_timeout() const { return std::chrono::milliseconds::max(); }
};

}  // namespace flume
