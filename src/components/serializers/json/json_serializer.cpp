// json: each event as a JSON object on a line of its own, in the form that Flume's HTTP source takes: {"headers":{..},"body":".."}.
// What is not UTF-8 is not bent into it: such a body is written as "bodyBase64", and its bytes can be had back.
#include <array>

#include "codec/event_json.h"
#include "flume/component.h"

namespace flume {
namespace {

enum class JsonBody : std::uint8_t { Text, Base64 };

std::span<const EnumName<JsonBody>> enum_names(JsonBody) {
  static constexpr std::array kNames{EnumName<JsonBody>{"text", JsonBody::Text}, EnumName<JsonBody>{"base64", JsonBody::Base64}};
  return kNames;
}

struct JsonSerializerOptions {
  bool headers = true;
  JsonBody body = JsonBody::Text;
};

constexpr auto kJsonSerializerOptions = options(
    option<&JsonSerializerOptions::headers>("includeHeaders", "Write the headers, too.", {.extension = true}),
    option<&JsonSerializerOptions::body>(
        "body", "text: as \"body\", or as \"bodyBase64\" where it is not UTF-8; base64: always as \"bodyBase64\".", {.extension = true}));

class JsonSerializer final : public EventSerializer {
 public:
  JsonSerializer(const JsonSerializerOptions& options, const Services&) : options_(options) {}

  Status write(std::span<const EventView> events, std::string& out, std::size_t& written) override {
    for (const EventView& event : events) {
      append_event_json(event, {.headers = options_.headers, .always_base64 = options_.body == JsonBody::Base64}, out);
      out.push_back('\n');
    }
    written = events.size();
    return {};
  }
  [[nodiscard]] bool ends_in_newline() const override { return true; }

 private:
  const JsonSerializerOptions options_;
};

}  // namespace

namespace components {
extern const ComponentInfo serializer_json;
constinit const ComponentInfo serializer_json = describe<JsonSerializer, kJsonSerializerOptions>(
    "json", "Writes headers and body of each event as a JSON object on a line of its own.", {}, {.extension = true});
}  // namespace components
}  // namespace flume
