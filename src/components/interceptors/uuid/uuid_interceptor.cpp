// uuid: an id for every event, of which no other event has the same.
#include "components/interceptors/added_header.h"
#include "components/interceptors/event_rewriter.h"
#include "components/interceptors/random_uuid.h"
#include "flume/component.h"

namespace flume {
namespace {

struct UuidOptions {
  std::string header = "id";
  bool preserve_existing = true;
  std::string prefix;
};

constexpr auto kUuidOptions =
    options(option<&UuidOptions::header>("headerName", "The header."), preserve_existing_option<&UuidOptions::preserve_existing>(),
            option<&UuidOptions::prefix>("prefix", "Stands before the UUID."));

class UuidInterceptor final : public Interceptor {
 public:
  UuidInterceptor(const UuidOptions& options, const Services&) : options_(options), value_(options.prefix) {}

  Status intercept(EventBatch& batch) override {
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      if (options_.preserve_existing && event.header(options_.header)) return builder.add(event);
      value_.replace(options_.prefix.size(), std::string::npos, uuids_.next());
      builder.headers_of(event);
      builder.header(options_.header, value_);
      return builder.body(event.body());
    });
  }

 private:
  const UuidOptions options_;
  EventRewriter rewriter_;
  RandomUuids uuids_;
  std::string value_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_uuid;
constinit const ComponentInfo interceptor_uuid = describe<UuidInterceptor, kUuidOptions>(
    "uuid", "Adds a random UUID as a header.", {"org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder"},
    {.example = {.keys = "type = uuid\nheaderName = eventId",
                 .events = "{} GET /\n{eventId=42} GET /about",
                 .become = "{eventId=<random UUID>} GET /\n{eventId=42} GET /about"}});
}  // namespace components
}  // namespace flume
