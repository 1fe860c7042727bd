#include "flume/options.h"

#include <algorithm>
#include <charconv>

#include "flume/component.h"

namespace flume {

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::Source:
      return "source";
    case Kind::Channel:
      return "channel";
    case Kind::Sink:
      return "sink";
    case Kind::Interceptor:
      return "interceptor";
    case Kind::Selector:
      return "selector";
    case Kind::Serializer:
      return "serializer";
    case Kind::Deserializer:
      return "deserializer";
    case Kind::PathManager:
      return "pathmanager";
    case Kind::SinkProcessor:
      return "sinkprocessor";
    case Kind::ConfigFilter:
      return "configfilter";
  }
  return "component";
}

std::string OptionType<Nested>::print(const Nested& value) { return value.info == nullptr ? std::string() : std::string(value.info->type); }

namespace option_text {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string range_text(std::int64_t minimum, std::int64_t maximum) {
  if (maximum == std::numeric_limits<std::int64_t>::max()) return "at least " + std::to_string(minimum);
  if (minimum == std::numeric_limits<std::int64_t>::min()) return "at most " + std::to_string(maximum);
  return "from " + std::to_string(minimum) + " to " + std::to_string(maximum);
}

}  // namespace

Status parse_integer(std::string_view text, std::int64_t minimum, std::int64_t maximum, std::int64_t& out) {
  const std::string shown = "'" + std::string(text.substr(0, 64)) + "'";
  std::string_view digits = text;
  if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-') digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::invalid_argument) return invalid_config("not a whole number: " + shown);
  if (end != digits.data() + digits.size()) {
    std::string why = "not a whole number: " + shown;
    // Whoever knows that it stands in a file tells of comments.
    if (is_blank(*end) && text.find('#') == std::string_view::npos) why += "; text after a value is part of the value";
    return invalid_config(std::move(why));
  }
  if (error == std::errc::result_out_of_range || value < minimum || value > maximum) {
    const bool is_too_large = error == std::errc::result_out_of_range ? !digits.starts_with('-') : value > maximum;
    const std::string allowed = is_too_large && maximum == std::numeric_limits<std::int64_t>::max() ? "at most " + std::to_string(maximum)
                                                                                                    : range_text(minimum, maximum);
    return invalid_config("out of range: " + shown + ", allowed is " + allowed);
  }
  out = value;
  return {};
}

void parse_boolean(OptionInput& input, bool& out) {
  out = equal_ignoring_case(input.text, "true");
  if (!out && !equal_ignoring_case(input.text, "false")) {
    input.warning = "'" + std::string(input.text.substr(0, 64)) + "' is neither true nor false: taken as false, as Flume does";
  }
}

Names split_names(std::string_view text) {
  Names names;
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !is_blank(text[end])) ++end;
    names.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return names;
}

std::string join_names(const Names& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

Result<std::size_t> parse_choice(std::string_view text, std::span<const std::string_view> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (equal_ignoring_case(text, words[i])) return i;
  }
  std::string allowed;
  for (const std::string_view word : words) {
    if (!allowed.empty()) allowed += ", ";
    allowed += word;
  }
  return invalid_config("'" + std::string(text.substr(0, 64)) + "' is not one of: " + allowed);
}

}  // namespace option_text
}  // namespace flume
