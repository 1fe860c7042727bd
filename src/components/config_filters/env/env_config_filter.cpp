#include "components/config_filters/env/env_config_filter.h"

namespace flume {
namespace {

struct EnvOptions {};
constexpr auto kEnvOptions = no_options<EnvOptions>();

class EnvConfigFilter final : public config::ConfigFilter {
 public:
  explicit EnvConfigFilter(const ConfigFilterContext::Environment& environment) : environment_(environment) {}
  Result<std::optional<std::string>> value_of(const std::string& key) override {
    const auto found = environment_.find(key);
    if (found == environment_.end()) return invalid_config("the environment has no variable of that name");
    return std::optional(found->second);
  }

 private:
  const ConfigFilterContext::Environment& environment_;
};

}  // namespace

Result<std::unique_ptr<config::ConfigFilter>> make_env_config_filter(const void*, const ConfigFilterContext& context) {
  return std::unique_ptr<config::ConfigFilter>(std::make_unique<EnvConfigFilter>(context.environment));
}

namespace components {
constinit const ComponentInfo config_filter_env = describe_config_filter<kEnvOptions>(
    "env", "Values out of the environment.", {"org.apache.flume.configfilter.EnvironmentVariableConfigFilter"});
}  // namespace components
}  // namespace flume
