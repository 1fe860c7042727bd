// static: the same header with the same value on every event.
#include "components/interceptors/added_header.h"
#include "flume/component.h"

namespace flume {
namespace {

struct StaticOptions {
  bool preserve_existing = true;
  std::string key = "key";
  std::string value = "value";
};

constexpr auto kStaticOptions =
    options(option<&StaticOptions::preserve_existing>("preserveExisting", "An event that has the header keeps its own."),
            option<&StaticOptions::key>("key", "The header."), option<&StaticOptions::value>("value", "Its value."));

class StaticInterceptor final : public Interceptor {
 public:
  StaticInterceptor(const StaticOptions& options, const Services&)
      : header_([options](HeaderPlan& plan) { plan.add(options.key, options.value, options.preserve_existing); }) {}

  Status intercept(EventBatch& batch) override { return header_.intercept(batch); }
  bool fuse(HeaderPlan& plan) override { return header_.fuse(plan); }

 private:
  AddedHeader header_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_static;
constinit const ComponentInfo interceptor_static = describe<StaticInterceptor, kStaticOptions>(
    "static", "Adds a fixed header.", {"org.apache.flume.interceptor.StaticInterceptor$Builder"});
}  // namespace components
}  // namespace flume
