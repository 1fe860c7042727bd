#include "cli/plan_report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "config/shown_value.h"

namespace flume::cli {
namespace {

using config::AgentPlan;
using config::LeftOut;
using config::PlannedComponent;
using config::PlannedSink;
using config::PlannedSinkGroup;
using config::PlannedSource;
using config::PlannedValue;
using Json = nlohmann::ordered_json;

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

std::string_view singular(config::Group group) {
  const std::string_view plural = config::to_string(group);
  if (group == config::Group::SinkGroups) return "sink group";
  return plural.substr(0, plural.size() - 1);
}

bool would_start(const AgentPlan& plan) { return !plan.is_fatal && !plan.is_empty(); }

/// "key = value ms", and at which column the origins of a component begin.
std::string assignment(const PlannedValue& value) {
  std::string text = value.key + " = " + (value.shown.empty() ? "(none)" : config::without_control_characters(value.shown));
  // A default in words ("80% of -Xmx") says its unit itself.
  const bool is_number = !value.shown.empty() && value.shown.find_first_not_of("+-0123456789") == std::string::npos;
  if (!value.unit.empty() && is_number) text += ' ' + std::string(value.unit);
  if (!value.note.empty()) text += " (" + value.note + ')';
  return text;
}

void append_component(std::string& text, std::string_view title, const PlannedComponent& component, std::size_t indent) {
  constexpr std::size_t kWidestColumn = 60;
  text += std::string(indent, ' ') + std::string(title) + ": " + std::string(component.info->type) + '\n';
  std::size_t widest = 0;
  for (const PlannedValue& value : component.values) {
    const std::size_t width = assignment(value).size();
    if (width <= kWidestColumn) widest = std::max(widest, width);
  }
  for (const PlannedValue& value : component.values) {
    std::string line = assignment(value);
    line.resize(std::max(line.size(), widest), ' ');
    text += std::string(indent + 2, ' ') + line + "  [" + (value.is_default ? "default" : config::to_string(value.at)) + "]\n";
  }
}

void append_agent(std::string& text, const AgentPlan& plan) {
  text += "agent " + plan.agent + (would_start(plan) ? "" : ": does not start") + '\n';
  for (const PlannedSource& source : plan.sources) {
    append_component(text, "source " + source.name, source, 2);
    for (const PlannedComponent& interceptor : source.interceptors)
      append_component(text, "interceptor " + interceptor.name, interceptor, 4);
    append_component(text, "selector", source.selector, 4);
  }
  for (const PlannedComponent& channel : plan.channels) append_component(text, "channel " + channel.name, channel, 2);
  for (const PlannedSink& sink : plan.sinks) append_component(text, "sink " + sink.name, sink, 2);
  for (const PlannedSinkGroup& group : plan.sink_groups) append_component(text, "sink group " + group.name, group, 2);
  for (const LeftOut& left_out : plan.left_out) {
    text += "  left out: " + std::string(singular(left_out.group)) + ' ' + config::shown_value("", left_out.name) + ": " + left_out.reason +
            '\n';
  }
}

void add_place(Json& object, const config::Location& at) {
  object["file"] = at.file ? Json(at.file_name()) : Json();
  object["line"] = at.line != 0 ? Json(at.line) : Json();
  object["column"] = at.column != 0 ? Json(at.column) : Json();
}

Json json_of(const PlannedComponent& component) {
  Json object{{"name", component.name}, {"type", component.info->type}};
  add_place(object, component.at);
  object["values"] = Json::array();
  for (const PlannedValue& value : component.values) {
    Json entry{{"key", value.key},
               {"value", value.shown},
               {"unit", value.unit.empty() ? Json() : Json(value.unit)},
               {"origin", value.is_default ? "default" : "configuration"}};
    add_place(entry, value.at);
    entry["note"] = value.note.empty() ? Json() : Json(value.note);
    object["values"].push_back(std::move(entry));
  }
  return object;
}

Json json_of(const AgentPlan& plan) {
  Json agent{{"name", plan.agent}, {"starts", would_start(plan)}};
  for (const char* list : {"sources", "channels", "sinks", "sink_groups", "left_out"}) agent[list] = Json::array();
  for (const PlannedSource& source : plan.sources) {
    Json object = json_of(source);
    object["channels"] = source.channels;
    object["interceptors"] = Json::array();
    for (const PlannedComponent& interceptor : source.interceptors) object["interceptors"].push_back(json_of(interceptor));
    object["selector"] = json_of(source.selector);
    agent["sources"].push_back(std::move(object));
  }
  for (const PlannedComponent& channel : plan.channels) agent["channels"].push_back(json_of(channel));
  for (const PlannedSink& sink : plan.sinks) {
    Json object = json_of(sink);
    object["channel"] = sink.channel;
    agent["sinks"].push_back(std::move(object));
  }
  for (const PlannedSinkGroup& group : plan.sink_groups) {
    Json object = json_of(group);
    object["sinks"] = group.sinks;
    agent["sink_groups"].push_back(std::move(object));
  }
  for (const LeftOut& left_out : plan.left_out) {
    agent["left_out"].push_back({{"kind", singular(left_out.group)}, {"name", left_out.name}, {"reason", left_out.reason}});
  }
  return agent;
}

}  // namespace

bool PlanReport::is_valid() const noexcept {
  return diagnostics.count(config::Severity::Error) == 0 && (!is_strict || diagnostics.count(config::Severity::Warning) == 0);
}

std::string counts_of(const AgentPlan& plan) {
  std::string text = "agent " + plan.agent + ": " + counted(plan.sources.size(), "source") + ", " +
                     counted(plan.channels.size(), "channel") + ", " + counted(plan.sinks.size(), "sink");
  if (!plan.left_out.empty()) text += ", " + std::to_string(plan.left_out.size()) + " left out";
  return text;
}

std::string report_as_text(const PlanReport& report) {
  std::string text = report.diagnostics.to_lines();
  for (const AgentPlan& plan : report.plans) {
    if (!text.empty()) text += '\n';
    append_agent(text, plan);
  }
  if (!text.empty()) text += '\n';
  text += std::string(report.is_valid() ? "valid" : "invalid") + ": " +
          counted(report.diagnostics.count(config::Severity::Error), "error") + ", " +
          counted(report.diagnostics.count(config::Severity::Warning), "warning");
  for (const AgentPlan& plan : report.plans) text += "; " + counts_of(plan);
  return text + '\n';
}

std::string report_as_json(const PlanReport& report) {
  Json document;
  document["files"] = report.files;
  document["diagnostics"] = Json::parse(report.diagnostics.to_json());
  document["agents"] = Json::array();
  for (const AgentPlan& plan : report.plans) document["agents"].push_back(json_of(plan));
  document["errors"] = report.diagnostics.count(config::Severity::Error);
  document["warnings"] = report.diagnostics.count(config::Severity::Warning);
  document["valid"] = report.is_valid();
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flume::cli
