// Withheld: the events of a channel that a sink keeps from others and from its own next take: deliveries in doubt, events that
// wait for their next try (bad ones, and those that the sink set aside), and what it asked to hold. In the channel they are
// one hold of the sink.
// Owned by the sink's runner; its thread only.
#pragma once

#include <string>

#include "flume/channel.h"

namespace flume::runtime {

class Withheld {
 public:
  Withheld(Channel& channel, std::string owner) : channel_(channel), owner_(std::move(owner)) {}

  /// The destination may have these; they are delivered again, by themselves, before anything else.
  [[nodiscard]] const Ranges& doubtful() const noexcept { return sets_.doubtful; }
  /// Bad events; tried again now and then.
  [[nodiscard]] const Ranges& refused() const noexcept { return sets_.refused; }
  /// Events that the sink set aside; likewise.
  [[nodiscard]] const Ranges& waiting() const noexcept { return sets_.waiting; }

  /// What an earlier run left withheld, and the sink did not claim at its start: nobody knows why, so it is in doubt.
  void adopt_what_was_left();
  /// The sink's own hold; replaces its earlier one.
  Status hold_for_sink(const Ranges& ids);
  /// Also ids of an open take: they are withheld when that is given back. On error they are doubtful all the same, but
  /// until make_known() others may take them, also this sink's next run.
  Status add_doubtful(const Ranges& ids);
  /// Ranges of bad events: each change of one tells the channel all of them.
  static constexpr std::size_t kMostRefused = 20'000;
  /// As above, but on error nothing has changed. Cause::Full: there are kMostRefused.
  Status add_refused(const Ranges& ids);
  Status add_waiting(const Ranges& ids);
  /// No longer withheld, but still in the channel. On error they count as in doubt.
  Status release(const Ranges& ids);
  /// Bad events, and those set aside, may be taken by whoever comes next.
  Status release_refused();
  Status release_waiting();
  /// These are gone from the channel, and from its hold.
  void forget(const Ranges& ids) noexcept;
  /// Tells the channel again what it could not be told last time; nothing to do when it knows.
  Status make_known();
  /// What somebody else settled or took is forgotten.
  void forget_what_is_gone();

 private:
  struct Sets {
    Ranges doubtful;
    Ranges refused;
    Ranges waiting;
    Ranges of_sink;
  };
  /// Tells the channel; on error nothing has changed.
  Status change_to(Sets sets);

  Channel& channel_;
  const std::string owner_;
  Sets sets_;
  bool is_known_ = true;  // to the channel
};

}  // namespace flume::runtime
