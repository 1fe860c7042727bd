#include "components/config_filters/external/external_config_filter.h"

#include "text/charset.h"

namespace flume {
namespace {

struct ExternalOptions {
  std::string command;
  std::string charset = "UTF-8";
  std::chrono::seconds timeout{30};
};

constexpr auto kExternalOptions = options(
    option<&ExternalOptions::command>("command", "Program and arguments, separated by blanks; the key becomes the last argument.",
                                      {.required = true}),
    option<&ExternalOptions::charset>("charset", "The charset of what it prints."),
    option<&ExternalOptions::timeout>("timeout", "It is ended when it takes longer.", {.minimum = 1, .maximum = 3600, .extension = true}));

class ExternalConfigFilter final : public config::ConfigFilter {
 public:
  ExternalConfigFilter(const ExternalOptions& options, const ConfigFilterContext& context)
      : arguments_(option_text::split_names(options.command)), options_(options), context_(context) {
    for (const auto& [name, value] : context.environment) environment_.push_back(name + "=" + value);
  }

  Result<std::optional<std::string>> value_of(const std::string& key) override {
    Command command{.arguments = arguments_, .environment = environment_};
    command.arguments.push_back(key);
    auto printed = context_.run(std::move(command), options_.timeout);
    if (!printed) return std::move(printed).status();
    const auto& [bytes, end] = *printed;
    if (end.code != 0 || end.signal != 0) return invalid_config(arguments_.front() + " ended with " + end.text());
    auto decoder = CharsetDecoder::open(options_.charset);
    if (!decoder) return std::move(decoder).status();
    std::string text;
    decoder->decode(bytes, text);
    decoder->finish(text);
    if (text.empty()) return invalid_config(arguments_.front() + " printed nothing");
    return std::optional(text.substr(0, text.find_first_of("\r\n")));
  }

 private:
  const std::vector<std::string> arguments_;
  const ExternalOptions options_;
  const ConfigFilterContext& context_;
  std::vector<std::string> environment_;
};

}  // namespace

Result<std::unique_ptr<config::ConfigFilter>> make_external_config_filter(const void* options, const ConfigFilterContext& context) {
  const auto& given = *static_cast<const ExternalOptions*>(options);
  if (option_text::split_names(given.command).empty()) return invalid_config("command: names no program");
  if (auto decoder = CharsetDecoder::open(given.charset); !decoder) return std::move(decoder).status().with_context("charset");
  return std::unique_ptr<config::ConfigFilter>(std::make_unique<ExternalConfigFilter>(given, context));
}

namespace components {
constinit const ComponentInfo config_filter_external =
    describe_config_filter<kExternalOptions>("external", "Values that a command prints: run with the key, its first line is the value.",
                                             {"org.apache.flume.configfilter.ExternalProcessConfigFilter"});
}  // namespace components
}  // namespace flume
