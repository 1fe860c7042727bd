// default: <prefix><start of the sink in ms>-<number>[.<extension>]
#include "flume/component.h"

namespace flume {
namespace {

struct DefaultPathManagerOptions {
  std::string prefix;
  std::string extension;
};

constexpr auto kDefaultPathManagerOptions =
    options(option<&DefaultPathManagerOptions::prefix>("prefix", "What file names begin with."),
            option<&DefaultPathManagerOptions::extension>("extension", "What file names end in, without the dot."));

class DefaultPathManager final : public PathManager {
 public:
  DefaultPathManager(const DefaultPathManagerOptions& options, const Services&) : options_(options) {}

  [[nodiscard]] std::string file_name(WallTime started, WallTime, std::uint64_t index) const override {
    std::string name = options_.prefix + std::to_string(started.time_since_epoch().count()) + "-" + std::to_string(index);
    if (!options_.extension.empty()) name.append(".").append(options_.extension);
    return name;
  }

 private:
  const DefaultPathManagerOptions options_;
};

}  // namespace

namespace components {
extern const ComponentInfo path_manager_default;
constinit const ComponentInfo path_manager_default = describe<DefaultPathManager, kDefaultPathManagerOptions>(
    "default", "Names files by the start of the sink and a number.",
    {"org.apache.flume.formatter.output.DefaultPathManager$Builder", "org.apache.flume.formatter.output.DefaultPathManager"});
}  // namespace components
}  // namespace flume
