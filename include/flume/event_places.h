// Where a sink puts events, found without putting them there: `flume-ng test` shows it. A sink has it by a static function
//   static Result<std::unique_ptr<EventPlaces>> places(const Options& options, const Services& services);
// and works by the same code itself, so that both say the same. Pure, but for what --conf holds. One thread.
#pragma once

#include <memory>
#include <string>

#include "flume/clock.h"
#include "flume/event.h"
#include "flume/result.h"

namespace flume {

class EventPlaces {
 public:
  virtual ~EventPlaces() = default;
  /// For files: folder and name, as far as the name does not come from a counter or from the moment of opening. Rejected: the
  /// sink refuses the event, and why.
  virtual Result<std::string> place_of(const EventView& event, WallTime now) = 0;
};

}  // namespace flume
