// Names of months and weekdays, as Java has them in English. Constants.
#pragma once

#include <array>
#include <string_view>

namespace flume {

/// The short form is the first three letters.
inline constexpr std::array<std::string_view, 12> kMonthNames{"January", "February", "March",     "April",   "May",      "June",
                                                              "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> kWeekdayNames{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                               "Thursday", "Friday", "Saturday"};

}  // namespace flume
