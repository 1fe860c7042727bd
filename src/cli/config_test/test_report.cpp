#include "cli/config_test/test_report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "config/shown_value.h"
#include "text/base64.h"
#include "text/utf8.h"

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;

std::size_t passed(const TestFileReport& report) {
  return static_cast<std::size_t>(
      std::count_if(report.results.begin(), report.results.end(), [](const auto& each) { return each.is_ok(); }));
}

Json json_of(const GivenEvent& event) {
  Json object{{"headers", Json::object()}};
  for (const auto& [key, value] : event.headers) object["headers"][key] = value;
  const bool is_text = is_valid_utf8(event.body);
  object[is_text ? "body" : "base64"] = is_text ? event.body : to_base64(event.body);
  return object;
}

Json json_of(const TestResult& result) {
  Json object{{"name", result.name}, {"ok", result.is_ok()}, {"problem", result.problem.empty() ? Json() : Json(result.problem)}};
  object["differences"] = Json::array();
  for (const Difference& each : result.differences)
    object["differences"].push_back({{"where", each.where}, {"expected", each.expected}, {"actual", each.actual}});
  object["channels"] = Json::object();
  for (const ChannelOutcome& channel : result.outcome.channels) {
    Json& events = object["channels"][channel.name] = Json::array();
    for (const GivenEvent& event : channel.events) events.push_back(json_of(event));
  }
  object["sinks"] = Json::object();
  for (const SinkOutcome& sink : result.outcome.sinks) {
    Json& shown = object["sinks"][sink.name] = Json{{"channel", sink.channel},
                                                    {"group", sink.group.empty() ? Json() : Json(sink.group)},
                                                    {"unknown", sink.unknown.empty() ? Json() : Json(sink.unknown)}};
    shown["places"] = Json::array();
    for (const SinkPlace& place : sink.places)
      shown["places"].push_back(place.refusal.empty() ? Json{{"place", place.place}} : Json{{"refused", place.refusal}});
  }
  object["dropped"] = result.outcome.dropped;
  object["refused"] = result.outcome.refused.empty() ? Json() : Json(result.outcome.refused);
  return object;
}

}  // namespace

std::string problems_as_text(const TestFileReport& report) {
  std::string text;
  for (const config::Diagnostic& each : report.diagnostics.all()) {
    if (each.severity != config::Severity::Info) text += config::to_line(each) + '\n';
  }
  return text;
}

std::string results_as_text(const TestFileReport& report) {
  std::string text;
  for (const TestResult& result : report.results) {
    text += std::string(result.is_ok() ? "ok      " : "FAILED  ") + config::without_control_characters(result.name) + '\n';
    if (!result.problem.empty()) text += "  " + config::without_control_characters(result.problem) + '\n';
    for (const Difference& each : result.differences)
      text += "  " + each.where + "\n    expected  " + each.expected + "\n    actual    " + each.actual + '\n';
  }
  return text;
}

std::string totals(const std::vector<TestFileReport>& reports) {
  std::size_t all = 0;
  std::size_t good = 0;
  std::size_t unusable = 0;
  for (const TestFileReport& report : reports) {
    all += report.results.size();
    good += passed(report);
    if (!report.is_usable) ++unusable;
  }
  std::string text =
      std::to_string(all) + (all == 1 ? " test: " : " tests: ") + std::to_string(good) + " ok, " + std::to_string(all - good) + " failed";
  if (unusable != 0) text += "; " + std::to_string(unusable) + (unusable == 1 ? " file" : " files") + " cannot be used";
  return text + '\n';
}

std::string results_as_json(const std::vector<TestFileReport>& reports) {
  Json document{{"files", Json::array()}};
  std::size_t all = 0;
  std::size_t good = 0;
  for (const TestFileReport& report : reports) {
    Json file{{"file", report.file}, {"usable", report.is_usable}, {"diagnostics", Json::parse(report.diagnostics.to_json())}};
    file["tests"] = Json::array();
    for (const TestResult& result : report.results) file["tests"].push_back(json_of(result));
    document["files"].push_back(std::move(file));
    all += report.results.size();
    good += passed(report);
  }
  document["passed"] = good;
  document["failed"] = all - good;
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flume::cli
