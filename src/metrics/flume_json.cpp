#include "metrics/flume_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace flume {
namespace {

/// A JSON string as the Gson library writes it by default: what HTML could misread is escaped too.
void append_string(std::string& json, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  json += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        json += "\\\"";
        break;
      case '\\':
        json += "\\\\";
        break;
      case '\t':
        json += "\\t";
        break;
      case '\b':
        json += "\\b";
        break;
      case '\n':
        json += "\\n";
        break;
      case '\r':
        json += "\\r";
        break;
      case '\f':
        json += "\\f";
        break;
      case '<':
      case '>':
      case '&':
      case '=':
      case '\'':
        json += "\\u00";
        json += {kHex[static_cast<unsigned char>(c) >> 4U], kHex[static_cast<unsigned char>(c) & 0xFU]};
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          json += "\\u00";
          json += {kHex[static_cast<unsigned char>(c) >> 4U], kHex[static_cast<unsigned char>(c) & 0xFU]};
        } else {
          json += c;
        }
    }
  }
  json += '"';
}

void append_attribute(std::string& json, std::string_view name, std::string_view value) {
  append_string(json, name);
  json += ':';
  append_string(json, value);
}

std::string java_text(const MetricSnapshot& metric) {
  if (const auto* whole = std::get_if<std::int64_t>(&metric.value)) {
    if (metric.form == MetricForm::Flag) return *whole == 0 ? "false" : "true";
    return std::to_string(*whole);
  }
  return java_double(std::get<double>(metric.value));
}

bool is_replaced_later(const MetricsSnapshot& snapshot, std::size_t index) {
  for (std::size_t later = index + 1; later < snapshot.size(); ++later) {
    if (snapshot[later].in_flume_json && snapshot[later].kind == snapshot[index].kind &&
        snapshot[later].component == snapshot[index].component)
      return true;
  }
  return false;
}

}  // namespace

std::string flume_json(const MetricsSnapshot& snapshot) {
  std::string json = "{";
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    const GroupSnapshot& group = snapshot[i];
    if (!group.in_flume_json || is_replaced_later(snapshot, i)) continue;
    if (json.size() > 1) json += ',';
    append_string(json, std::string(to_string(group.kind)) + "." + group.component);
    json += ":{";
    append_attribute(json, "Type", to_string(group.kind));
    json += ',';
    append_attribute(json, "StartTime", std::to_string(group.start_time));
    json += ',';
    append_attribute(json, "StopTime", std::to_string(group.stop_time));
    for (const MetricSnapshot& metric : group.metrics) {
      json += ',';
      append_attribute(json, metric.name, java_text(metric));
    }
    json += '}';
  }
  return json + '}';
}

std::string java_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";

  // The shortest digits that mean this value, d.ddde+xx; but where one digit would do, Java takes the nearest two.
  std::array<char, 32> buffer{};
  char* const limit = buffer.data() + buffer.size();
  const char* end = std::to_chars(buffer.data(), limit, std::abs(value), std::chars_format::scientific).ptr;
  if (buffer[1] == 'e') end = std::to_chars(buffer.data(), limit, std::abs(value), std::chars_format::scientific, 1).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (const std::string_view fraction = text.substr(2, e - 2); fraction != "0") digits += fraction;
  int exponent = 0;
  const std::string_view exponent_text = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);

  std::string result = value < 0 ? "-" : "";
  const bool is_plain = exponent >= -3 && exponent < 7;
  if (!is_plain) {
    result += digits[0];
    result += '.';
    result += digits.size() > 1 ? digits.substr(1) : "0";
    return result + "E" + std::to_string(exponent);
  }
  if (exponent < 0) return result + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole_digits = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole_digits) return result + digits + std::string(whole_digits - digits.size(), '0') + ".0";
  return result + digits.substr(0, whole_digits) + "." + digits.substr(whole_digits);
}

}  // namespace flume
