// What an EventSerializer implements, too, when recovery can find the records in its files by another structure than newlines.
#pragma once

#include <string_view>

namespace flume::output {

class RecordStructure {
 public:
  /// One of those that find_last_whole_record() knows, for the whole life of the object.
  [[nodiscard]] virtual std::string_view structure() const noexcept = 0;

 protected:
  ~RecordStructure() = default;
};

}  // namespace flume::output
