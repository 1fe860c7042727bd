// Where component code is called: an exception that escapes from it becomes an error of this call, so that one
// component cannot end the process. Retryable, because Flume's runners go on after an exception too.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

#include "flume/result.h"

namespace flume::runtime {

/// What `call` answers (a Status or Result; a void call: ok), or the error that says what it threw.
template <typename Call>
auto guarded(std::string_view what, Call&& call) {
  using Answer = std::invoke_result_t<Call>;
  using Guarded = std::conditional_t<std::is_void_v<Answer>, Status, Answer>;
  try {
    if constexpr (std::is_void_v<Answer>) {
      call();
      return Guarded();
    } else {
      return Guarded(call());
    }
  } catch (const std::exception& error) {
    return Guarded(retryable(std::string(what) + ": unexpected exception: " + error.what()));
  } catch (...) {
    return Guarded(retryable(std::string(what) + ": unexpected exception of an unknown type"));
  }
}

}  // namespace flume::runtime
