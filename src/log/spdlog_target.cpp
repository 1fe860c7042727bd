#include "log/spdlog_target.h"

#include <algorithm>
#include <array>
#include <exception>
#include <pthread.h>

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "text/java_date_format.h"
#include "text/time_zone.h"

namespace flume {
namespace {

constexpr std::size_t kLongestValue = 8192;

class LevelWord final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
    std::string_view word = "INFO";
    switch (message.level) {
      case spdlog::level::trace:
        word = "TRACE";
        break;
      case spdlog::level::debug:
        word = "DEBUG";
        break;
      case spdlog::level::warn:
        word = "WARN";
        break;
      case spdlog::level::err:
        word = "ERROR";
        break;
      default:
        break;
    }
    line.append(word.data(), word.data() + word.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelWord>(); }
};

class ThreadName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg&, const std::tm&, spdlog::memory_buf_t& line) override {
    std::array<char, 16> name{};  // the kernel's limit
    if (::pthread_getname_np(::pthread_self(), name.data(), name.size()) != 0) return;
    const std::string_view text = name.data();
    line.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<ThreadName>(); }
};

/// The time in a zone that is not the machine's.
class ZoneTime final : public spdlog::custom_flag_formatter {
 public:
  explicit ZoneTime(TimeZone zone) : zone_(std::move(zone)) {}
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
    text_.clear();
    format_.append(std::chrono::floor<std::chrono::milliseconds>(message.time).time_since_epoch().count(), zone_, text_);
    line.append(text_.data(), text_.data() + text_.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<ZoneTime>(zone_.zone()); }

 private:
  ZoneCursor zone_;
  const JavaDateFormat format_ = *JavaDateFormat::compile("yyyy-MM-dd HH:mm:ss,SSS");
  std::string text_;
};

std::unique_ptr<spdlog::formatter> log4j_formatter(const std::string& time_zone) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<LevelWord>('*').add_flag<ThreadName>('&');
  // The machine's own zone is libc's business: no zone data is needed for it.
  if (!time_zone.empty()) formatter->add_flag<ZoneTime>('@', TimeZone::system(time_zone).zone);
  formatter->set_pattern(std::string(time_zone.empty() ? "%Y-%m-%d %H:%M:%S,%e" : "%@") + " %* [%&] %n: %v");
  return formatter;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
      return spdlog::level::trace;
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
    case LogLevel::Off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

void append_value(std::string& line, std::string_view value) {
  const bool is_plain = !value.empty() && value.find_first_of(" =\"") == std::string_view::npos;
  if (is_plain) return append_escaped(line, value);
  line += '"';
  for (;;) {
    const auto quote = value.find('"');
    append_escaped(line, value.substr(0, quote));
    if (quote == std::string_view::npos) break;
    line += "\\\"";
    value.remove_prefix(quote + 1);
  }
  line += '"';
}

}  // namespace

void append_escaped(std::string& line, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string_view shown = text.substr(0, kLongestValue);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    // U+0080 to U+009F: terminals obey these as they do ESC sequences.
    const bool is_c1 = byte == 0xC2 && i + 1 < shown.size() && static_cast<unsigned char>(shown[i + 1]) < 0xA0;
    if (byte == '\n') {
      line += "\\n";
    } else if (byte == '\r') {
      line += "\\r";
    } else if (byte == '\t') {
      line += "\\t";
    } else if (byte < 0x20 || byte == 0x7F || is_c1) {
      line += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xFU]};
    } else {
      line += shown[i];
    }
  }
  if (shown.size() < text.size()) line += "...(" + std::to_string(text.size()) + " bytes)";
}

SpdlogTarget::SpdlogTarget(const LogSettings& settings, Files& files, const Clock& clock)
    : clock_(clock),
      console_(std::make_unique<spdlog::sinks::stderr_sink_mt>()),
      console_takes_all_(settings.to_console),
      root_level_(settings.level),
      component_levels_(settings.component_levels),
      file_formatter_(log4j_formatter(settings.time_zone)) {
  console_->set_formatter(log4j_formatter(settings.time_zone));
  if (settings.to_file) file_ = std::make_unique<RotatingFile>(files, settings.path(), settings.max_file_bytes, settings.backups);
  update_lowest_level();
}

SpdlogTarget::~SpdlogTarget() = default;

void SpdlogTarget::update_lowest_level() {
  LogLevel lowest = root_level_;
  for (const auto& [component, level] : component_levels_) lowest = std::min(lowest, level);
  has_component_levels_ = !component_levels_.empty();
  lowest_level_ = lowest;
}

void SpdlogTarget::set_level(std::string_view component, LogLevel level) {
  const std::lock_guard lock(levels_mutex_);
  if (component.empty()) {
    root_level_ = level;
  } else {
    component_levels_.insert_or_assign(std::string(component), level);
  }
  update_lowest_level();
}

bool SpdlogTarget::enabled(LogLevel level, std::string_view component) const noexcept {
  if (level == LogLevel::Off || level < lowest_level_.load(std::memory_order_relaxed)) return false;
  if (!has_component_levels_.load(std::memory_order_relaxed)) return true;
  const std::shared_lock lock(levels_mutex_);
  for (std::string_view prefix = component; !prefix.empty();) {
    if (const auto found = component_levels_.find(prefix); found != component_levels_.end()) return level >= found->second;
    const auto dot = prefix.rfind('.');
    prefix = dot == std::string_view::npos ? std::string_view() : prefix.substr(0, dot);
  }
  return level >= root_level_;
}

void SpdlogTarget::write(LogLevel level, std::string_view component, std::string_view sentence, std::span<const LogField> fields) noexcept {
  try {
    std::string text;
    append_escaped(text, sentence);
    for (const LogField& field : fields) {
      text += ' ';
      append_escaped(text, field.key);
      text += '=';
      append_value(text, field.value);
    }
    const spdlog::details::log_msg message(clock_.wall(), spdlog::source_loc{}, {component.data(), component.size()}, spdlog_level(level),
                                           text);
    if (console_takes_all_) console_->log(message);
    const std::lock_guard lock(file_mutex_);
    if (!file_) return;
    spdlog::memory_buf_t line;
    file_formatter_->format(message, line);
    write_to_file({line.data(), line.size()});
  } catch (const std::exception&) {
    ++lost_lines_;  // no memory for the line, or the library refused it: logging never fails its caller
  }
}

void SpdlogTarget::write_to_file(std::string_view line) {
  const Status rotated = file_->make_room(line.size());
  const Status status = file_->append(line);
  if (!status.ok()) {
    ++lost_lines_;
    if (++lost_in_a_row_ == 1) warn_on_console("log file fails, lines are lost until it works again: " + status.message());
    return;
  }
  if (lost_in_a_row_ > 0) warn_on_console("log file works again: " + file_->path() + ", lines lost: " + std::to_string(lost_in_a_row_));
  lost_in_a_row_ = 0;
  if (!rotated.ok()) warn_on_console("log file could not be set aside, it grows on: " + rotated.message());
}

void SpdlogTarget::warn_on_console(std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text);
  console_->log(spdlog::details::log_msg(clock_.wall(), spdlog::source_loc{}, "log", spdlog::level::err, escaped));
}

void SpdlogTarget::reopen() {
  const std::lock_guard lock(file_mutex_);
  if (!file_) return;
  if (const Status closed = file_->reopen(); !closed.ok()) warn_on_console("log file could not be closed: " + closed.message());
}

}  // namespace flume
