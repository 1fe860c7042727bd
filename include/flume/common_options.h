// Rows of option tables that many components have in common, with Flume's names:
//   options(batch_size_option<&SeqOptions::batch_size>(), ...) + group<&SeqOptions::backoff, kPollBackoffOptions>()
// Constants.
#pragma once

#include "flume/options.h"
#include "flume/source.h"

namespace flume {

/// `Member` is a std::int64_t.
template <auto Member>
constexpr auto batch_size_option(std::string_view key = "batchSize") {
  return option<Member>(key, "Events per transaction.", {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::BatchSize});
}

/// Of every polled source.
inline constexpr auto kPollBackoffOptions =
    options(option<&PollBackoff::increment>("backoffSleepIncrement", "The pause grows by this at each poll in a row without events.",
                                            {.minimum = 0, .if_bad = kDefaultIfBad}),
            option<&PollBackoff::maximum>("maxBackoffSleep", "Longest pause between polls without events.",
                                          {.minimum = 0, .if_bad = kDefaultIfBad}));

}  // namespace flume
