// avro_event: an Avro container file of whole events, headers and body. A record is the very bytes that an event is made of.
#include "codec/avro_container.h"
#include "components/serializers/avro_container_options.h"
#include "flume/component.h"
#include "output/record_structure.h"
#include "output/sequence_file_format.h"

namespace flume {
namespace {

/// Flume's, as Avro's Java library prints it.
constexpr std::string_view kEventSchema =
    R"({"type":"record","name":"Event","fields":[{"name":"headers","type":{"type":"map","values":"string"}},{"name":"body","type":"bytes"}]})";

class AvroEventSerializer final : public EventSerializer, public output::RecordStructure {
 public:
  AvroEventSerializer(const AvroContainerOptions& options, const Services& services)
      : services_(services), container_(options.codec, static_cast<std::uint64_t>(options.sync_interval.count)) {}

  void begin(std::string& out) override { container_.begin(kEventSchema, output::make_sync_marker(services_.name, services_.clock), out); }
  Status write(std::span<const EventView> events, std::string& out, std::size_t& written) override {
    for (const EventView& event : events) container_.append(event.avro(), out);
    written = events.size();
    return {};
  }
  void flush(std::string& out) override { container_.end_block(out); }
  void end(std::string& out) override { container_.end_block(out); }
  [[nodiscard]] std::string_view structure() const noexcept override { return output::kAvro; }
  [[nodiscard]] std::string resume_state() const override { return codec::to_text(container_.marker()); }
  Status resume(std::string_view state) override {
    const auto marker = codec::avro_marker_from(state);
    if (!marker) return marker.status();
    container_.resume(*marker);
    return {};
  }

 private:
  const Services services_;
  codec::AvroContainerWriter container_;
};

}  // namespace

namespace components {
extern const ComponentInfo serializer_avro_event;
constinit const ComponentInfo serializer_avro_event =
    describe<AvroEventSerializer, kAvroContainerOptions>("avro_event", "Writes events, with their headers, into an Avro container file.",
                                                         {"org.apache.flume.serialization.FlumeEventAvroEventSerializer$Builder",
                                                          "org.apache.flume.serialization.FlumeEventAvroEventSerializer"});
}  // namespace components
}  // namespace flume
