#include "metrics/prometheus_text.h"

#include <array>
#include <charconv>
#include <map>

namespace flume {
namespace {

struct Family {
  bool is_counter = true;
  std::map<std::string, MetricValue> values;  // by component
};

std::string family_name(CounterKind kind, const MetricSnapshot& metric) {
  std::string name = kind == CounterKind::Ledger ? "flume_ledger_" : "Flume_";
  name += metric.name;
  if (metric.form == MetricForm::Count) name += "_total";
  return name;
}

MetricValue sum(const MetricValue& left, const MetricValue& right) {
  return std::visit([](auto a, auto b) { return MetricValue(a + b); }, left, right);
}

void append_label_value(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c == '"') {
      text += "\\\"";
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
}

void append_number(std::string& text, const MetricValue& value) {
  std::array<char, 32> buffer{};
  const auto end =
      std::visit([&buffer](auto number) { return std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr; }, value);
  text.append(buffer.data(), end);
}

}  // namespace

std::string prometheus_text(const MetricsSnapshot& snapshot) {
  std::map<std::string, Family> families;  // all lines of a family stand together, as the format wants
  for (const GroupSnapshot& group : snapshot) {
    for (const MetricSnapshot& metric : group.metrics) {
      if (metric.form == MetricForm::Derived) continue;
      Family& family = families[family_name(group.kind, metric)];
      family.is_counter = metric.form == MetricForm::Count;
      const auto [place, is_new] = family.values.emplace(group.component, metric.value);
      if (!is_new) place->second = sum(place->second, metric.value);
    }
  }
  std::string text;
  for (const auto& [name, family] : families) {
    text += "# TYPE " + name + (family.is_counter ? " counter\n" : " gauge\n");
    for (const auto& [component, value] : family.values) {
      text += name + "{component=\"";
      append_label_value(text, component);
      text += "\"} ";
      append_number(text, value);
      text += '\n';
    }
  }
  return text;
}

}  // namespace flume
