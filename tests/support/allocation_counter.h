// For a test program: replaces operator new by one that counts. In a file of its own, so that the compiler sees calls, not
// what is behind them; not in the library of test equipment, or every program would get it: a test that counts names
// allocation_counter.cpp among its SOURCES. Any thread.
#pragma once

#include <cstddef>

namespace flume {

/// Calls of operator new so far.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace flume
