// avro: an Avro container file of the events' bodies, each of them an encoded datum. The schema of a file is that of its first
// event: header flume.avro.schema.url, else header flume.avro.schema.literal, else the key schemaURL. Bodies are not decoded.
// Differs from Flume: a header may name only URLs that are allowed; an event of another schema is not written behind others,
// where nobody could read it, but waits for the next file.
#include <algorithm>
#include <memory>

#include "codec/avro_container.h"
#include "codec/avro_schema.h"
#include "codec/crc32c.h"
#include "components/serializers/avro/avro_schemas.h"
#include "components/serializers/avro_container_options.h"
#include "flume/component.h"
#include "output/record_structure.h"
#include "output/sequence_file_format.h"

namespace flume {
namespace {

constexpr std::string_view kUrlHeader = "flume.avro.schema.url";
constexpr std::string_view kLiteralHeader = "flume.avro.schema.literal";

struct AvroSerializerOptions {
  AvroContainerOptions container;
  std::string schema_url;
  Names allowed_urls;
  std::shared_ptr<AvroSchemas> schemas = std::make_shared<AvroSchemas>();  // one for all files of the sink
};

constexpr auto kAvroSerializerOptions =
    group<&AvroSerializerOptions::container, kAvroContainerOptions>() +
    options(option<&AvroSerializerOptions::schema_url>(
                "schemaURL", "The schema of events whose headers name none: file:, hdfs:, http:, https: or a local path."),
            option<&AvroSerializerOptions::allowed_urls>(
                "allowedSchemaURLs",
                "What the header flume.avro.schema.url may name: URLs, or folders above them; not set: the folder of schemaURL.",
                {.extension = true}));

OptionProblems check(const AvroSerializerOptions& options) {
  OptionProblems problems;
  if (!options.schema_url.empty()) {
    if (const Status known = check_schema_url(options.schema_url); !known.ok()) problems.push_back({{"schemaURL"}, known.message()});
  }
  for (const std::string& each : options.allowed_urls) {
    if (const Status known = check_schema_url(each); !known.ok())
      problems.push_back({{"allowedSchemaURLs"}, each + ": " + known.message()});
  }
  return problems;
}

Names allowed_urls(const AvroSerializerOptions& options) {
  if (!options.allowed_urls.empty() || options.schema_url.empty()) return options.allowed_urls;
  return {options.schema_url.substr(0, options.schema_url.rfind('/') + 1)};
}

class AvroSerializer final : public EventSerializer, public output::RecordStructure {
 public:
  AvroSerializer(const AvroSerializerOptions& options, const Services& services)
      : services_(services),
        schema_url_(options.schema_url),
        allowed_urls_(allowed_urls(options)),
        schemas_(options.schemas),
        container_(options.container.codec, static_cast<std::uint64_t>(options.container.sync_interval.count)) {}

  /// The header comes with the first event.
  void begin(std::string&) override { forget_schema(); }

  Status write(std::span<const EventView> events, std::string& out, std::size_t& written) override {
    written = 0;
    for (const EventView& event : events) {
      FLUME_TRY(prepare_for(event, out));
      container_.append(event.body(), out);
      ++written;
    }
    return {};
  }
  void flush(std::string& out) override { container_.end_block(out); }
  void end(std::string& out) override { container_.end_block(out); }
  [[nodiscard]] std::string_view structure() const noexcept override { return output::kAvro; }
  /// Nothing of a file without events.
  [[nodiscard]] std::string resume_state() const override {
    return fingerprint_.empty() ? "" : codec::to_text(container_.marker()) + ":" + fingerprint_;
  }
  Status resume(std::string_view state) override {
    forget_schema();
    if (state.empty()) return {};
    const std::size_t colon = std::min(state.find(':'), state.size());
    const auto marker = codec::avro_marker_from(state.substr(0, colon));
    if (!marker) return marker.status();
    fingerprint_ = state.substr(std::min(colon + 1, state.size()));
    if (fingerprint_.empty()) return corrupt("the state of an Avro container file says nothing of its schema");
    container_.resume(*marker);
    return {};
  }

 private:
  enum class Origin : std::uint8_t { Url, Literal, Option };

  /// Makes the file one of the event's schema, or finds that it is.
  Status prepare_for(const EventView& event, std::string& out) {
    Origin origin = Origin::Url;
    auto name = event.header(kUrlHeader);
    if (!name) {
      origin = Origin::Literal;
      name = event.header(kLiteralHeader);
    }
    if (!name) {
      origin = Origin::Option;
      name = schema_url_;
    }
    if (is_known_ && origin == origin_ && *name == name_) return {};
    const auto schema = find(origin, std::string(*name));
    if (!schema) return schema.status();
    const std::string fingerprint = fingerprint_of(*schema);
    if (fingerprint_.empty()) {
      container_.begin(*schema, output::make_sync_marker(services_.name, services_.clock), out);
      fingerprint_ = fingerprint;
    } else if (fingerprint != fingerprint_) {
      return rejected("the event has another Avro schema than its file (" + shown(origin, *name) +
                      "); it can only be the first of the next file. Keep schemas apart by a header in the path, or by a channel each");
    }
    is_known_ = true;
    origin_ = origin;
    name_ = *name;
    return {};
  }

  void forget_schema() {
    fingerprint_.clear();
    is_known_ = false;
  }

  /// Different for schemas that differ.
  static std::string fingerprint_of(std::string_view schema) {
    return std::to_string(schema.size()) + "-" + std::to_string(codec::crc32c(0, schema)) + "-" + std::to_string(codec::crc32(0, schema));
  }

  Result<std::string> find(Origin origin, const std::string& name) const {
    if (origin == Origin::Literal) {
      auto schema = codec::AvroSchema::read(name);
      if (!schema) return std::move(schema).status().with_context("event header " + std::string(kLiteralHeader));
      return schema->text();
    }
    if (origin == Origin::Url && !is_allowed_schema_url(name, allowed_urls_))
      return rejected("the event header " + shown(origin, name) + " names a URL that is not allowed: see allowedSchemaURLs");
    if (name.empty())
      return rejected("the event names no Avro schema: it has neither the header " + std::string(kUrlHeader) + " nor " +
                      std::string(kLiteralHeader) + ", and schemaURL is not set");
    auto schema = schemas_->at(name, services_);
    return schema ? std::move(schema) : std::move(schema).status().with_context(shown(origin, name));
  }

  static std::string shown(Origin origin, std::string_view name) {
    if (origin == Origin::Literal) return std::string(kLiteralHeader);
    constexpr std::size_t kLongestShown = 200;
    std::string text(name.substr(0, kLongestShown));
    const std::size_t user = text.find("://");
    const std::size_t at = text.rfind('@');
    if (user != std::string::npos && at != std::string::npos && at > user) text.replace(user + 3, at - user - 3, "***");
    return (origin == Origin::Url ? std::string(kUrlHeader) : "schemaURL") + " = " + text;
  }

  const Services services_;
  const std::string schema_url_;
  const Names allowed_urls_;
  const std::shared_ptr<AvroSchemas> schemas_;
  codec::AvroContainerWriter container_;
  std::string fingerprint_;  // of the file's schema; empty: it has no header yet
  // By which name an event last had this schema.
  bool is_known_ = false;
  Origin origin_ = Origin::Option;
  std::string name_;
};

}  // namespace

namespace components {
extern const ComponentInfo serializer_avro;
constinit const ComponentInfo serializer_avro = describe<AvroSerializer, kAvroSerializerOptions, check>(
    "avro", "Writes bodies, which are encoded Avro data, into an Avro container file of their schema.",
    {"org.apache.flume.sink.hdfs.AvroEventSerializer$Builder", "org.apache.flume.sink.hdfs.AvroEventSerializer"});
}  // namespace components
}  // namespace flume
