// Fields of a JSON text by their paths: `user.name`, `items.0.id`, or, beginning with a slash, a JSON pointer
// (`/a.b/0`, ~1 for a slash, ~0 for a tilde). Read in one pass, over as much of the text as the paths need.
//
// A JsonFields keeps memory between texts; one thread. Depth is bounded by the paths, size by the caller.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"

namespace flume {

class JsonFields {
 public:
  static constexpr std::size_t kMostSteps = 32;  // of a path

  /// InvalidConfig: an empty path or step, or too many steps.
  static Result<JsonFields> compile(const std::vector<std::string>& paths);

  JsonFields(JsonFields&&) noexcept;
  JsonFields& operator=(JsonFields&&) noexcept;
  ~JsonFields();

  /// Calls `found(path's index, value)` for every path that leads to a value: the text of a string, the characters of a
  /// number, true or false, an object or array as it is written. Not for null. The last of repeated names counts: `found` is called
  /// again. Rejected: it is not JSON, as far as it was read; `found` may have been called before that is seen.
  Status read(std::string_view json, const std::function<void(std::size_t, std::string_view)>& found);

 private:
  struct Reader;
  explicit JsonFields(std::unique_ptr<Reader> reader);
  std::unique_ptr<Reader> reader_;
};

}  // namespace flume
