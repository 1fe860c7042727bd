#include "config/substitution.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "config/characters.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::config {

namespace {

constexpr std::string_view kOpen = "${";
constexpr std::string_view kDefaultMark = ":-";
constexpr std::size_t kWorkPerPlaceholder = 64;  // bytes; what a look-up costs beside its text

/// The `}` that closes the placeholder whose inside begins at `from`; npos = none.
std::size_t closing_brace(std::string_view text, std::size_t from) {
  std::size_t nested = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text.substr(i, kOpen.size()) == kOpen) {
      ++nested;
      ++i;
    } else if (text[i] == '}') {
      if (nested == 0) return i;
      --nested;
    }
  }
  return std::string_view::npos;
}

/// name['key'], name["key"] or name[key]: left for the config filters, which run later.
bool is_config_filter_reference(std::string_view name) {
  const std::size_t bracket = name.find('[');
  if (bracket == std::string_view::npos || bracket == 0 || !name.ends_with(']')) return false;
  std::string_view key = name.substr(bracket + 1, name.size() - bracket - 2);
  if (key.size() >= 2 && (key.front() == '\'' || key.front() == '"') && key.front() == key.back()) key = key.substr(1, key.size() - 2);
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// With it a bare ${NAME} reads the environment, too.
constexpr std::string_view kReadsEnvironment = "org.apache.flume.node.EnvVarResolverProperties";

class Substitutor {
 public:
  Substitutor(PropertySet properties, const SubstitutionInputs& inputs, Diagnostics& diagnostics)
      : inputs_(inputs), diagnostics_(diagnostics), states_(properties.entries().size(), State::AsWritten) {
    result_.properties = std::move(properties);
    const auto implementation = inputs.system_properties.find("propertiesImplementation");
    if (implementation == inputs.system_properties.end()) return;
    bare_names_read_environment_ = implementation->second == kReadsEnvironment;
    if (!bare_names_read_environment_ && implementation->second != "java.util.Properties") {
      diagnostics.warning({}, "-DpropertiesImplementation",
                          "'" + shown_value("", implementation->second) + "' is a Java class that is not known here: not used",
                          did_you_mean(std::string(kReadsEnvironment)));
    }
  }

  SubstitutedProperties run() && {
    for (std::size_t i = 0; i < states_.size(); ++i) finish(i, 0);
    return std::move(result_);
  }

 private:
  enum class State : std::uint8_t { AsWritten, InWork, Done, Failed };

  /// Why an expansion was given up: nothing is substituted in the whole value then.
  enum class Failure : std::uint8_t { None, TooDeep, TooLong, TooMuchWork };

  struct Expansion {
    std::vector<std::string> open_names;  // the names whose values are being expanded, outermost first
    Failure failure = Failure::None;
    std::size_t depth = 0;
  };

  struct Answer {
    std::string text;
    bool is_final = false;  // the value of a key: its own leftovers were reported already
  };

  const Property& property(std::size_t index) const { return result_.properties.entries()[index]; }

  void finish(std::size_t index, std::size_t depth) {
    if (states_[index] != State::AsWritten) return;
    if (property(index).value.find(kOpen) == std::string::npos) {
      states_[index] = State::Done;
      return;
    }
    states_[index] = State::InWork;
    in_work_.push_back(index);
    Expansion expansion;
    expansion.depth = depth;
    std::string value = expand(property(index).value, expansion, true);
    in_work_.pop_back();
    if (expansion.failure == Failure::None) {
      result_.properties.set_value(index, std::move(value));
      states_[index] = State::Done;
    } else {
      states_[index] = State::Failed;
      report_failure(index, expansion.failure);
    }
  }

  void report_failure(std::size_t index, Failure failure) {
    const Property& failed = property(index);
    switch (failure) {
      case Failure::None:
        return;
      case Failure::TooDeep:
        return diagnostics_.error(
            failed.value_at, failed.key,
            "nothing is substituted: placeholders refer to each other more than " + std::to_string(kDeepestSubstitution) + " deep");
      case Failure::TooLong:
        return diagnostics_.error(
            failed.value_at, failed.key,
            "nothing is substituted: the value would be longer than " + std::to_string(kLongestSubstituted) + " bytes");
      case Failure::TooMuchWork:
        if (std::exchange(reported_too_much_work_, true)) return;
        return diagnostics_.error(
            failed.value_at, failed.key,
            "nothing is substituted here and in the values that follow: the placeholders of this configuration expand to too much text");
    }
  }

  bool spend(std::size_t work, Expansion& expansion) {
    work_ += std::min(work, kMostSubstitutionWork);
    if (work_ > kMostSubstitutionWork) expansion.failure = Failure::TooMuchWork;
    return expansion.failure == Failure::None;
  }

  // `reports`: what stays unresolved is told. On failure the result is of no use.
  std::string expand(std::string_view text, Expansion& expansion, bool reports) {
    std::string out;
    if (++expansion.depth > kDeepestSubstitution) expansion.failure = Failure::TooDeep;
    std::size_t at = 0;
    while (expansion.failure == Failure::None) {
      const std::size_t open = text.find(kOpen, at);
      const std::size_t inside = open + kOpen.size();
      const std::size_t close = open == std::string_view::npos ? open : closing_brace(text, inside);
      // As in Flume, an unclosed placeholder ends the substitution of its text.
      if (!spend((close == std::string_view::npos ? text.size() : close) - at + kWorkPerPlaceholder, expansion)) break;
      if (close == std::string_view::npos) {
        if (open != std::string_view::npos && reports) report_unclosed();
        out.append(text.substr(at));
        break;
      }
      out.append(text.substr(at, open - at));
      if (open > at && text[open - 1] == '$') {
        out += '{';  // of "$${" one $ goes, and the other is in `out`
        at = inside;
        continue;
      }
      at = close + 1;
      const std::string_view placeholder = text.substr(open, at - open);
      if (auto value = answer(text.substr(inside, close - inside), expansion, reports)) {
        out.append(*value);
      } else {
        out.append(placeholder);
      }
      if (out.size() > kLongestSubstituted) expansion.failure = Failure::TooLong;
    }
    --expansion.depth;
    return out;
  }

  // The text for `${inside}`, itself expanded; nothing = it stays.
  std::optional<std::string> answer(std::string_view inside, Expansion& expansion, bool reports) {
    Expansion of_name;
    of_name.depth = expansion.depth;
    const std::string written = expand(inside, of_name, false);
    expansion.failure = of_name.failure;
    if (expansion.failure != Failure::None) return std::nullopt;

    const std::size_t mark = written.find(kDefaultMark);
    const std::string name = written.substr(0, mark);
    if (std::find(expansion.open_names.begin(), expansion.open_names.end(), name) != expansion.open_names.end()) {
      report_circle(name);
      return std::nullopt;
    }
    bool met_circle = false;
    auto found = look_up(name, expansion.depth, met_circle);
    if (!found && mark != std::string::npos) found = Answer{written.substr(mark + kDefaultMark.size())};
    if (!found) {
      if (met_circle) {
        report_circle(name);
      } else if (reports) {
        report_leftover(name);
      }
      return std::nullopt;
    }
    expansion.open_names.push_back(name);
    std::string value = expand(found->text, expansion, reports && !found->is_final);
    expansion.open_names.pop_back();
    return value;
  }

  std::optional<Answer> look_up(std::string_view name, std::size_t depth, bool& met_circle) {
    const std::size_t colon = name.find(':');
    if (colon != std::string_view::npos) {
      const std::string_view rest = name.substr(colon + 1);
      if (auto value = look_up_prefixed(to_lower(name.substr(0, colon)), rest)) return Answer{std::move(*value)};
      name = rest;  // as in Flume: without an answer (or with an unknown prefix) the rest is a key
    }
    const std::size_t index = result_.properties.index_of(name);
    if (index < states_.size()) {
      result_.referenced.emplace(name);
      finish(index, depth);
      if (states_[index] == State::Done) return Answer{property(index).value, true};
      if (states_[index] == State::InWork) met_circle = true;
    }
    if (bare_names_read_environment_) {
      if (auto value = find(inputs_.environment, name)) return Answer{std::move(*value)};
    }
    return std::nullopt;
  }

  std::optional<std::string> look_up_prefixed(const std::string& prefix, std::string_view name) const {
    const auto lookup = inputs_.lookups.find(prefix);
    if (lookup == inputs_.lookups.end()) return std::nullopt;
    switch (lookup->second) {
      case Lookup::Environment:
        return find(inputs_.environment, name);
      case Lookup::SystemProperties:
        return find(inputs_.system_properties, name);
      case Lookup::Java:
        return java_platform(name);
      case Lookup::Date:
        return inputs_.format_date ? inputs_.format_date(name) : std::nullopt;
      case Lookup::File:
        return file_text(name);
      default:
        return converted(lookup->second, name);
    }
  }

  // "UTF-8:/path". The charset is Java's affair: text is read as a configuration is.
  std::optional<std::string> file_text(std::string_view name) const {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos || !inputs_.read_file) return std::nullopt;
    return inputs_.read_file(std::string(name.substr(colon + 1)));
  }

  // The sentences of Java's platform look-up, for the platform that takes its place.
  std::optional<std::string> java_platform(std::string_view name) const {
    const auto sys = [this](std::string_view key) { return find(inputs_.system_properties, key).value_or(""); };
    if (name == "version") return "Java version " + sys("java.version");
    if (name == "runtime") return sys("java.runtime.name") + " (build " + sys("java.runtime.version") + ") from " + sys("java.vendor");
    if (name == "vm") return sys("java.vm.name") + " (build " + sys("java.vm.version") + ")";
    if (name == "os") return sys("os.name") + " " + sys("os.version") + ", architecture: " + sys("os.arch");
    if (name == "hardware") return "architecture: " + sys("os.arch");
    if (name == "locale") return "default locale: " + sys("user.language") + ", platform encoding: " + sys("file.encoding");
    return std::nullopt;
  }

  static std::optional<std::string> find(const std::map<std::string, std::string, std::less<>>& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  }

  void report_circle(std::string_view name) {
    const Property& at = property(in_work_.back());
    diagnostics_.error(at.value_at, at.key, "placeholder " + shown_placeholder(at.key, name) + " leads back to itself and stays as written",
                       "let one of the values involved stand without a placeholder");
  }

  void report_leftover(std::string_view name) {
    if (is_config_filter_reference(name)) return;
    const Property& at = property(in_work_.back());
    std::string message = "placeholder left over: nothing answers " + shown_placeholder(at.key, name) + ", it stays as written";
    const std::string prefix = to_lower(name.substr(0, std::min(name.find(':'), name.size())));
    if (prefix == "env") return diagnostics_.warning(at.value_at, at.key, std::move(message), "set the variable, or give a default by :-");
    if (prefix == "sys") return diagnostics_.warning(at.value_at, at.key, std::move(message), "set it by -D, or give a default by :-");
    if (prefix == "date") return diagnostics_.warning(at.value_at, at.key, std::move(message), "a pattern like yyyy-MM-dd is expected");
    diagnostics_.info(at.value_at, at.key, std::move(message));
  }

  void report_unclosed() {
    const Property& at = property(in_work_.back());
    diagnostics_.warning(at.value_at, at.key, "${ without a closing brace: it and what follows stays as written");
  }

  static std::string shown_placeholder(std::string_view key, std::string_view name) { return "${" + shown_value(key, name) + "}"; }

  const SubstitutionInputs& inputs_;
  Diagnostics& diagnostics_;
  SubstitutedProperties result_;
  std::vector<State> states_;         // of result_.properties.entries()
  std::vector<std::size_t> in_work_;  // entries, outermost first
  std::size_t work_ = 0;              // bytes, see kMostSubstitutionWork
  bool bare_names_read_environment_ = false;
  bool reported_too_much_work_ = false;
};

}  // namespace

SubstitutedProperties substitute(PropertySet properties, const SubstitutionInputs& inputs, Diagnostics& diagnostics) {
  return Substitutor(std::move(properties), inputs, diagnostics).run();
}

void tell_placeholders_that_stay(const PropertySet& properties, Diagnostics& diagnostics) {
  for (const Property& property : properties.entries()) {
    for (std::size_t at = property.value.find(kOpen); at != std::string::npos; at = property.value.find(kOpen, at)) {
      at += kOpen.size();
      const std::size_t close = closing_brace(property.value, at);
      if (close == std::string::npos) break;
      const std::string_view name = std::string_view(property.value).substr(at, close - at);
      if (is_config_filter_reference(name)) continue;
      diagnostics.info(
          property.value_at, property.key,
          "${" + shown_value(property.key, name) + "} stays as it is written: nothing is substituted in a configuration of ZooKeeper");
    }
  }
}

}  // namespace flume::config
