// rolltime: <prefix><yyyyMMddHHmmss of the file's opening, local time>-<number in this second>[.<extension>]
#include "flume/component.h"
#include "text/java_date_format.h"
#include "text/time_zone.h"

namespace flume {
namespace {

struct RollTimePathManagerOptions {
  std::string prefix;
  std::string extension;
};

constexpr auto kRollTimePathManagerOptions =
    options(option<&RollTimePathManagerOptions::prefix>("prefix", "What file names begin with."),
            option<&RollTimePathManagerOptions::extension>("extension", "What file names end in, without the dot."));

class RollTimePathManager final : public PathManager {
 public:
  RollTimePathManager(const RollTimePathManagerOptions& options, const Services& services)
      : options_(options), zone_(TimeZone::system(services.time_zone).zone), format_(*JavaDateFormat::compile("yyyyMMddHHmmss")) {}

  [[nodiscard]] std::string file_name(WallTime, WallTime now, std::uint64_t index) const override {
    std::string name = options_.prefix;
    ZoneCursor cursor(zone_);
    format_.append(now.time_since_epoch().count(), cursor, name);
    name.append("-").append(std::to_string(index));
    if (!options_.extension.empty()) name.append(".").append(options_.extension);
    return name;
  }
  [[nodiscard]] bool counts_within_second() const override { return true; }

 private:
  const RollTimePathManagerOptions options_;
  const TimeZone zone_;
  const JavaDateFormat format_;
};

}  // namespace

namespace components {
extern const ComponentInfo path_manager_rolltime;
constinit const ComponentInfo path_manager_rolltime = describe<RollTimePathManager, kRollTimePathManagerOptions>(
    "rolltime", "Names files by the second in which they are opened.",
    {"org.apache.flume.formatter.output.RollTimePathManager$Builder", "org.apache.flume.formatter.output.RollTimePathManager"});
}  // namespace components
}  // namespace flume
