// What becomes of an event on whose text a pattern gave up: Regex::find() is bounded in steps. Each is counted, the first told.
// Constants.
#pragma once

#include <array>
#include <span>

#include "flume/options.h"

namespace flume {

enum class OnUndecided : std::uint8_t { Keep, Drop };

inline std::span<const EnumName<OnUndecided>> enum_names(OnUndecided) {
  static constexpr std::array<EnumName<OnUndecided>, 2> kNames{{{"keep", OnUndecided::Keep}, {"drop", OnUndecided::Drop}}};
  return kNames;
}

template <auto Member>
constexpr auto on_undecided_option() {
  return option<Member>("onUndecided",
                        "What becomes of an event on which the pattern needs more than 5,000,000 steps: it passes as it is, or is dropped.",
                        {.extension = true});
}

}  // namespace flume
