// text: the body of each event, and a newline behind it. Headers are not written.
#include "flume/component.h"

namespace flume {
namespace {

struct TextSerializerOptions {
  bool append_newline = true;
};

constexpr auto kTextSerializerOptions =
    options(option<&TextSerializerOptions::append_newline>("appendNewline", "Write a newline behind each event."));

class TextSerializer final : public EventSerializer {
 public:
  TextSerializer(const TextSerializerOptions& options, const Services&) : append_newline_(options.append_newline) {}

  Status write(std::span<const EventView> events, std::string& out, std::size_t& written) override {
    if (append_newline_) {
      for (const EventView& event : events) {
        out.append(event.body());
        out.push_back('\n');
      }
    } else {
      for (const EventView& event : events) out.append(event.body());
    }
    written = events.size();
    return {};
  }
  [[nodiscard]] bool ends_in_newline() const override { return append_newline_; }

 private:
  const bool append_newline_;
};

}  // namespace

namespace components {
extern const ComponentInfo serializer_text;
constinit const ComponentInfo serializer_text = describe<TextSerializer, kTextSerializerOptions>(
    "text", "Writes the body of each event as a line.",
    {"org.apache.flume.serialization.BodyTextEventSerializer$Builder", "org.apache.flume.serialization.BodyTextEventSerializer"});
}  // namespace components
}  // namespace flume
