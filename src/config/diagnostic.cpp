#include "config/diagnostic.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

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
    case Severity::Note:
      return "note";
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
  if (all_.size() >= kMostKept) return;
  if (!hidden_.empty()) {
    diagnostic.message = without_filtered_values(std::move(diagnostic.message), hidden_);
    diagnostic.hint = without_filtered_values(std::move(diagnostic.hint), hidden_);
  }
  all_.push_back(std::move(diagnostic));
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

void Diagnostics::note(Location at, std::string key, std::string message) {
  add({Severity::Note, std::move(at), std::move(key), std::move(message), {}});
}

std::size_t Diagnostics::not_kept() const noexcept {
  return std::accumulate(std::begin(counts_), std::end(counts_), std::size_t{0}) - all_.size();
}

void Diagnostics::sort_by_place() {
  std::map<std::string_view, std::size_t> ranks;  // of the files
  std::vector<std::tuple<std::size_t, std::uint32_t, std::uint32_t, std::size_t>> order;
  for (const Diagnostic& diagnostic : all_) {
    const std::size_t rank = ranks.try_emplace(diagnostic.at.file_name(), ranks.size()).first->second;
    if (diagnostic.severity == Severity::Note) {
      order.emplace_back(SIZE_MAX, 0, 0, order.size());
    } else {
      order.emplace_back(rank, diagnostic.at.line, diagnostic.at.column, order.size());
    }
  }
  std::sort(order.begin(), order.end());
  std::vector<Diagnostic> sorted;
  sorted.reserve(all_.size());
  for (const auto& place : order) sorted.push_back(std::move(all_[std::get<3>(place)]));
  all_ = std::move(sorted);
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
