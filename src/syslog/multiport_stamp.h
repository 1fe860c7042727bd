// The stamps that multiport_syslogtcp takes beside `-`. They must be dates and times of day that exist. Pure but for the reader's cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "syslog/stamp_reader.h"

namespace flume::syslog {

/// The length of the `Mmm d HH:mm:ss` or `Mmm dd HH:mm:ss` (a blank may stand for the first digit) at the head of `text`, the
/// month in any case; 0: there is none.
/// Differs from Flume: a single digit needs no blank in front of it.
std::size_t yearless_stamp_size(std::string_view text) noexcept;

/// yyyy-MM-ddTHH:mm:ss, a fraction of any number of digits that counts to the millisecond, and a zone: Z, +hh:mm, -hh:mm. As in Flume
/// a zone must be there, what follows it is not looked at, and any other character counts for Z.
std::optional<std::int64_t> instant_of_dated_stamp(std::string_view stamp, StampReader& reader);

}  // namespace flume::syslog
