#include "config/diagnostic.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <nlohmann/json.hpp>

#include "config/shown_value.h"

namespace flume::config {

namespace {

nlohmann::ordered_json json_object(const Diagnostic& diagnostic) {
  nlohmann::ordered_json object;
  object["severity"] = to_string(diagnostic.severity);
  if (diagnostic.at.file) object["file"] = diagnostic.at.file_name();
  if (diagnostic.at.line != 0) object["line"] = diagnostic.at.line;
  if (diagnostic.at.column != 0) object["column"] = diagnostic.at.column;
  if (!diagnostic.key.empty()) object["key"] = diagnostic.key;
  object["message"] = diagnostic.message;
  if (!diagnostic.hint.empty()) object["hint"] = diagnostic.hint;
  return object;
}

// File names and text that a user handed over may hold anything: bad UTF-8 is replaced, not thrown at.
std::string dump(const nlohmann::ordered_json& json) { return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace); }

}  // namespace

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Info:
      break;
  }
  return "info";
}

Location location_of_file(std::string_view name) { return {std::make_shared<const std::string>(name)}; }

std::string to_string(const Location& location) {
  std::string text(location.file_name());
  if (location.line == 0) return text;
  text += ':' + std::to_string(location.line);
  if (location.column != 0) text += ':' + std::to_string(location.column);
  return text;
}

std::string to_line(const Diagnostic& diagnostic) {
  std::string line = to_string(diagnostic.at);
  if (!line.empty()) line += ": ";
  line += to_string(diagnostic.severity);
  line += ": ";
  if (!diagnostic.key.empty()) line += diagnostic.key + ": ";
  line += diagnostic.message;
  if (!diagnostic.hint.empty()) line += " (" + diagnostic.hint + ")";
  return without_control_characters(line);
}

std::string to_json(const Diagnostic& diagnostic) { return dump(json_object(diagnostic)); }

void Diagnostics::add(Diagnostic diagnostic) {
  ++counts_[static_cast<std::size_t>(diagnostic.severity)];
  if (all_.size() < kMostKept) all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(Location at, std::string key, std::string message, std::string hint) {
  add({Severity::Error, std::move(at), std::move(key), std::move(message), std::move(hint)});
}

void Diagnostics::warning(Location at, std::string key, std::string message, std::string hint) {
  add({Severity::Warning, std::move(at), std::move(key), std::move(message), std::move(hint)});
}

void Diagnostics::info(Location at, std::string key, std::string message, std::string hint) {
  add({Severity::Info, std::move(at), std::move(key), std::move(message), std::move(hint)});
}

std::size_t Diagnostics::not_kept() const noexcept {
  return std::accumulate(std::begin(counts_), std::end(counts_), std::size_t{0}) - all_.size();
}

void Diagnostics::sort_by_place() {
  std::vector<std::string_view> files;
  const auto rank = [&files](const Diagnostic& diagnostic) {
    return std::find(files.begin(), files.end(), diagnostic.at.file_name()) - files.begin();
  };
  for (const Diagnostic& diagnostic : all_) {
    if (rank(diagnostic) == static_cast<std::ptrdiff_t>(files.size())) files.push_back(diagnostic.at.file_name());
  }
  // The names live in shared strings, which the sort moves around but does not free.
  std::stable_sort(all_.begin(), all_.end(), [&rank](const Diagnostic& a, const Diagnostic& b) {
    return std::make_tuple(rank(a), a.at.line, a.at.column) < std::make_tuple(rank(b), b.at.line, b.at.column);
  });
}

std::string Diagnostics::to_lines() const {
  std::string lines;
  for (const Diagnostic& diagnostic : all_) lines += to_line(diagnostic) + '\n';
  if (not_kept() != 0) lines += "... and " + std::to_string(not_kept()) + " more\n";
  return lines;
}

std::string Diagnostics::to_json() const {
  auto array = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : all_) array.push_back(json_object(diagnostic));
  return dump(array);
}

}  // namespace flume::config
