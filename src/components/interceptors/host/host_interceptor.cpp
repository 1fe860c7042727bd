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

constexpr auto kHostOptions =
    options(option<&HostOptions::preserve_existing>("preserveExisting", "An event that has the header keeps its own."),
            option<&HostOptions::use_ip>("useIP", "The address instead of the full name."),
            option<&HostOptions::header>("hostHeader", "The header."));

class HostInterceptor final : public Interceptor {
 public:
  HostInterceptor(const HostOptions& options, const Services& services)
      : header_([options, log = services.log](HeaderPlan& plan) {
          const LocalHostAnswer answer = find_local_host();
          const std::string& value = options.use_ip ? answer.host.address : answer.host.canonical_name;
          if (!answer.problem.ok()) log.warn("this machine's address is guessed", {{"value", value}, {"reason", answer.problem}});
          plan.add(options.header, value, options.preserve_existing);
        }) {}

  Status intercept(EventBatch& batch) override { return header_.intercept(batch); }
  bool fuse(HeaderPlan& plan) override { return header_.fuse(plan); }

 private:
  AddedHeader header_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_host;
constinit const ComponentInfo interceptor_host = describe<HostInterceptor, kHostOptions>(
    "host", "Adds this machine's address or name as a header.", {"org.apache.flume.interceptor.HostInterceptor$Builder"});
}  // namespace components
}  // namespace flume
