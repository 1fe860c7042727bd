#include "components/interceptors/json_extract/json_fields.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <simdjson.h>

#include <fmt/format.h>

namespace flume {
namespace {

namespace ondemand = simdjson::ondemand;

/// What the paths have in common stands once.
struct Step {
  std::string name;
  std::optional<std::size_t> index;  // when the name is one
  std::vector<std::size_t> ends;     // paths that end here
  std::vector<Step> next;
};

Result<std::vector<std::string>> steps_of(const std::string& path) {
  const bool is_pointer = path.starts_with('/');
  std::vector<std::string> steps;
  for (std::size_t at = is_pointer ? 1 : 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(is_pointer ? '/' : '.', at), path.size());
    std::string step = path.substr(at, end - at);
    if (is_pointer) {
      for (std::size_t tilde = step.find('~'); tilde != std::string::npos; tilde = step.find('~', tilde + 1)) {
        if (tilde + 1 == step.size() || (step[tilde + 1] != '0' && step[tilde + 1] != '1')) {
          return invalid_config("0 or 1 must follow ~: ~0 stands for a tilde, ~1 for a slash");
        }
        step.replace(tilde, 2, step[tilde + 1] == '0' ? "~" : "/");
      }
    } else if (step.empty()) {
      return invalid_config("a name is empty; names that have dots are reached by a JSON pointer, /a.b");
    }
    steps.push_back(std::move(step));
    at = end + 1;
  }
  if (steps.size() > JsonFields::kMostSteps) return invalid_config(fmt::format("has more than {} steps", JsonFields::kMostSteps));
  return steps;
}

Step& child_of(Step& parent, const std::string& name) {
  const auto found = std::find_if(parent.next.begin(), parent.next.end(), [&](const Step& each) { return each.name == name; });
  if (found != parent.next.end()) return *found;
  Step step;
  step.name = name;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error == std::errc() && end == name.data() + name.size() && (name == "0" || name[0] != '0')) step.index = index;
  return parent.next.emplace_back(std::move(step));
}

std::string_view trimmed(std::string_view token) {
  const std::size_t end = token.find_last_not_of(" \t\r\n");
  return token.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

/// Of any size: its characters are what is wanted.
bool is_number(std::string_view text) {
  const auto take_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const auto take = [&text](std::string_view one_of) {
    const bool is_there = !text.empty() && one_of.find(text[0]) != std::string_view::npos;
    if (is_there) text.remove_prefix(1);
    return is_there;
  };
  take("-");
  const bool begins_with_zero = text.starts_with('0');
  const std::size_t digits = take_digits();
  if (digits == 0 || (begins_with_zero && digits > 1)) return false;
  if (take(".") && take_digits() == 0) return false;
  if (take("eE")) {
    take("+-");
    if (take_digits() == 0) return false;
  }
  return text.empty();
}

using Found = std::function<void(std::size_t, std::string_view)>;
using Error = simdjson::error_code;

Error walk(ondemand::value value, const Step& step, const Found& found);

Error walk_object(ondemand::object object, const Step& step, const Found& found) {
  for (auto field : object) {
    std::string_view key;
    if (const Error error = field.unescaped_key().get(key)) return error;
    const auto next = std::find_if(step.next.begin(), step.next.end(), [&](const Step& each) { return each.name == key; });
    if (next == step.next.end()) continue;
    ondemand::value value;
    if (const Error error = field.value().get(value)) return error;
    if (const Error error = walk(value, *next, found)) return error;
  }
  return simdjson::SUCCESS;
}

Error walk_array(ondemand::array array, const Step& step, const Found& found) {
  std::size_t index = 0;
  for (auto element : array) {
    ondemand::value value;
    if (const Error error = element.get(value)) return error;
    const auto next = std::find_if(step.next.begin(), step.next.end(), [&](const Step& each) { return each.index == index; });
    if (next != step.next.end()) {
      if (const Error error = walk(value, *next, found)) return error;
    }
    ++index;
  }
  return simdjson::SUCCESS;
}

Error tell_raw(ondemand::value value, ondemand::json_type type, const Step& step, const Found& found) {
  std::string_view text;
  switch (type) {
    case ondemand::json_type::string:
      if (const Error error = value.get_string().get(text)) return error;
      break;
    case ondemand::json_type::number:
      text = trimmed(value.raw_json_token());
      if (!is_number(text)) return simdjson::NUMBER_ERROR;
      break;
    case ondemand::json_type::boolean: {
      bool is_true = false;
      if (const Error error = value.get_bool().get(is_true)) return error;
      text = is_true ? "true" : "false";
      break;
    }
    case ondemand::json_type::null:
      return value.is_null().error();
    default:
      return simdjson::INCORRECT_TYPE;
  }
  for (const std::size_t path : step.ends) found(path, text);
  return simdjson::SUCCESS;
}

Error walk(ondemand::value value, const Step& step, const Found& found) {
  ondemand::json_type type{};
  if (const Error error = value.type().get(type)) return error;
  const bool is_object = type == ondemand::json_type::object;
  if (!is_object && type != ondemand::json_type::array) return step.ends.empty() ? simdjson::SUCCESS : tell_raw(value, type, step, found);
  if (!step.ends.empty()) {
    std::string_view text;
    if (is_object) {
      ondemand::object object;
      if (const Error error = value.get_object().get(object)) return error;
      if (const Error error = object.raw_json().get(text)) return error;
      for (const std::size_t path : step.ends) found(path, trimmed(text));
      if (step.next.empty()) return simdjson::SUCCESS;
      if (const Error error = object.reset().error()) return error;
      return walk_object(object, step, found);
    }
    ondemand::array array;
    if (const Error error = value.get_array().get(array)) return error;
    if (const Error error = array.raw_json().get(text)) return error;
    for (const std::size_t path : step.ends) found(path, trimmed(text));
    if (step.next.empty()) return simdjson::SUCCESS;
    if (const Error error = array.reset().error()) return error;
    return walk_array(array, step, found);
  }
  if (is_object) {
    ondemand::object object;
    if (const Error error = value.get_object().get(object)) return error;
    return walk_object(object, step, found);
  }
  ondemand::array array;
  if (const Error error = value.get_array().get(array)) return error;
  return walk_array(array, step, found);
}

}  // namespace

struct JsonFields::Reader {
  Step root;
  ondemand::parser parser;
  std::string padded;

  Error read(std::string_view json, const Found& found) {
    // The parser looks beyond the end.
    padded.resize(std::max(padded.size(), json.size() + simdjson::SIMDJSON_PADDING));
    std::memcpy(padded.data(), json.data(), json.size());
    std::memset(padded.data() + json.size(), ' ', simdjson::SIMDJSON_PADDING);
    ondemand::document document;
    if (const Error error = parser.iterate(padded.data(), json.size(), padded.size()).get(document)) return error;
    ondemand::json_type type{};
    if (const Error error = document.type().get(type)) return error;
    if (type != ondemand::json_type::object && type != ondemand::json_type::array) return simdjson::INCORRECT_TYPE;
    ondemand::value value;
    if (const Error error = document.get_value().get(value)) return error;
    if (const Error error = walk(value, root, found)) return error;
    // Nowhere: all of it was read.
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
  }
};

Result<JsonFields> JsonFields::compile(const std::vector<std::string>& paths) {
  auto reader = std::make_unique<Reader>();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto steps = steps_of(paths[i]);
    if (!steps) return steps.status().with_context(fmt::format("path '{}'", paths[i]));
    Step* at = &reader->root;
    for (const std::string& step : *steps) at = &child_of(*at, step);
    at->ends.push_back(i);
  }
  return JsonFields(std::move(reader));
}

JsonFields::JsonFields(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
JsonFields::JsonFields(JsonFields&&) noexcept = default;
JsonFields& JsonFields::operator=(JsonFields&&) noexcept = default;
JsonFields::~JsonFields() = default;

Status JsonFields::read(std::string_view json, const Found& found) {
  if (json.empty()) return rejected("no JSON object or array: it is empty");
  const Error error = reader_->read(json, found);
  if (error == simdjson::SUCCESS) return {};
  if (error == simdjson::INCORRECT_TYPE) return rejected("no JSON object or array");
  return rejected(fmt::format("not JSON: {}", simdjson::error_message(error)));
}

}  // namespace flume
