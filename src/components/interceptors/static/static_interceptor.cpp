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
    options(preserve_existing_option<&StaticOptions::preserve_existing>(), option<&StaticOptions::key>("key", "The header."),
            option<&StaticOptions::value>("value", "Its value."));

class StaticInterceptor final : public AddedHeader {
 public:
  StaticInterceptor(const StaticOptions& options, const Services&) : options_(options) {}

 private:
  void add_to(HeaderPlan& plan) override { plan.add(options_.key, options_.value, options_.preserve_existing); }

  const StaticOptions options_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_static;
constinit const ComponentInfo interceptor_static = describe<StaticInterceptor, kStaticOptions>(
    "static", "Adds a fixed header.", {"org.apache.flume.interceptor.StaticInterceptor$Builder"},
    {.example = {.keys = "type = static\nkey = datacentre\nvalue = east",
                 .events = "{} GET /\n{datacentre=west} GET /about",
                 .become = "{datacentre=east} GET /\n{datacentre=west} GET /about"}});
}  // namespace components
}  // namespace flume
