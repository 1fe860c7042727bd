// host: this machine's address or name as a header. Looked up once, when the source starts.
// Differs from Flume: where the own name has no address, that of an interface is used instead of no header.
#include "components/interceptors/added_header.h"
#include "flume/component.h"
#include "net/local_host.h"

namespace flume {
namespace {

struct HostOptions {
  bool preserve_existing = false;
  bool use_ip = true;
  std::string header = "host";
};

constexpr auto kHostOptions = options(preserve_existing_option<&HostOptions::preserve_existing>(),
                                      option<&HostOptions::use_ip>("useIP", "The address instead of the full name."),
                                      option<&HostOptions::header>("hostHeader", "The header."));

class HostInterceptor final : public AddedHeader {
 public:
  HostInterceptor(const HostOptions& options, const Services& services) : options_(options), services_(services) {}

 private:
  void add_to(HeaderPlan& plan) override {
    const LocalHostAnswer answer = find_local_host(services_);
    const std::string& value = options_.use_ip ? answer.host.address : answer.host.canonical_name;
    if (!answer.problem.ok()) services_.log.warn("this machine's address is guessed", {{"value", value}, {"reason", answer.problem}});
    plan.add(options_.header, value, options_.preserve_existing);
  }

  const HostOptions options_;
  const Services services_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_host;
constinit const ComponentInfo interceptor_host = describe<HostInterceptor, kHostOptions>(
    "host", "Adds this machine's address or name as a header.", {"org.apache.flume.interceptor.HostInterceptor$Builder"},
    {.example = {.keys = "type = host\nuseIP = false", .events = "{} GET /", .become = "{host=<this machine's name>} GET /"}});
}  // namespace components
}  // namespace flume
