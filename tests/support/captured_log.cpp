#include "support/captured_log.h"

#include <algorithm>

namespace flume {

void CapturedLog::write(LogLevel level, std::string_view component, std::string_view sentence, std::span<const LogField> fields) noexcept {
  Line line{level, std::string(component), std::string(sentence)};
  for (const LogField& field : fields) {
    line.text += ' ';
    line.text += field.key;
    line.text += '=';
    line.text += field.value;
  }
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<CapturedLog::Line> CapturedLog::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::size_t CapturedLog::count(LogLevel least, std::string_view part) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      lines_.begin(), lines_.end(), [&](const Line& line) { return line.level >= least && line.text.find(part) != std::string::npos; }));
}

void CapturedLog::clear() {
  const std::lock_guard lock(mutex_);
  lines_.clear();
}

}  // namespace flume
