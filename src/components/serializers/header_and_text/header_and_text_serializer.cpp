// header_and_text: the headers as Java prints a map, a blank, the body, and a newline: {host=web01, timestamp=1} body
#include <vector>

#include "flume/component.h"
#include "text/java_map_order.h"

namespace flume {
namespace {

struct HeaderAndTextOptions {
  bool append_newline = true;
};

constexpr auto kHeaderAndTextOptions =
    options(option<&HeaderAndTextOptions::append_newline>("appendNewline", "Write a newline behind each event."));

class HeaderAndTextSerializer final : public EventSerializer {
 public:
  HeaderAndTextSerializer(const HeaderAndTextOptions& options, const Services&) : append_newline_(options.append_newline) {}

  Status write(std::span<const EventView> events, std::string& out, std::size_t& written) override {
    for (const EventView& event : events) {
      keys_.clear();
      values_.clear();
      event.each_header([this](std::string_view key, std::string_view value) {
        keys_.push_back(key);
        values_.push_back(value);
      });
      java_map_order(keys_, order_);
      out.push_back('{');
      for (std::size_t i = 0; i < order_.size(); ++i) {
        if (i != 0) out.append(", ");
        out.append(keys_[order_[i]]).push_back('=');
        out.append(values_[order_[i]]);
      }
      out.append("} ").append(event.body());
      if (append_newline_) out.push_back('\n');
    }
    written = events.size();
    return {};
  }
  [[nodiscard]] bool ends_in_newline() const override { return append_newline_; }

 private:
  const bool append_newline_;
  std::vector<std::string_view> keys_;
  std::vector<std::string_view> values_;
  std::vector<std::uint32_t> order_;
};

}  // namespace

namespace components {
extern const ComponentInfo serializer_header_and_text;
constinit const ComponentInfo serializer_header_and_text =
    describe<HeaderAndTextSerializer, kHeaderAndTextOptions>("header_and_text", "Writes headers and body of each event as a line.",
                                                             {"org.apache.flume.serialization.HeaderAndBodyTextEventSerializer$Builder",
                                                              "org.apache.flume.serialization.HeaderAndBodyTextEventSerializer"});
}  // namespace components
}  // namespace flume
