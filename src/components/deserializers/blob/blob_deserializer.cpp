// blob: a whole file is one event; one that is too long for that is cut into several.
#include <algorithm>

#include "flume/component.h"

namespace flume {
namespace {

struct BlobDeserializerOptions {
  Bytes longest{100'000'000};
};

constexpr auto kBlobDeserializerOptions = options(option<&BlobDeserializerOptions::longest>(
    "maxBlobLength", "Bytes of a file that one event takes; the rest is the next event. The file is held in memory up to this size.",
    {.minimum = 1, .maximum = static_cast<std::int64_t>(BatchBuilder::kMaxEventBytes / 2)}));

class BlobDeserializer final : public EventDeserializer {
 public:
  BlobDeserializer(const BlobDeserializerOptions& options, const Services& services)
      : longest_(static_cast<std::size_t>(options.longest.count)), log_(services.log) {}

  Status open(ByteInput& input, DeserializerPosition position) override {
    input_ = &input;
    input.seek(position.offset);
    has_cut_ = false;
    return {};
  }

  Result<std::uint32_t> read(BatchBuilder& builder, std::uint32_t most) override {
    std::uint32_t events = 0;
    for (; events < most; ++events) {
      const auto seen = input_->peek(longest_);
      if (!seen) {
        if (events != 0) break;  // told by the next call
        return seen.status();
      }
      if (seen->empty()) break;
      const std::string_view blob = seen->substr(0, longest_);
      if (seen->size() > longest_ && !has_cut_) {
        has_cut_ = true;
        log_.warn("a file is longer than maxBlobLength: it becomes several events", {{"maxBlobLength", longest_}});
      }
      FLUME_TRY(builder.body(blob));
      input_->advance(blob.size());
    }
    return events;
  }

  [[nodiscard]] DeserializerPosition position() const override { return {input_ == nullptr ? 0 : input_->position(), 0}; }

 private:
  const std::size_t longest_;
  const Log log_;
  ByteInput* input_ = nullptr;
  bool has_cut_ = false;  // said once a file
};

}  // namespace

namespace components {
extern const ComponentInfo deserializer_blob;
constinit const ComponentInfo deserializer_blob = describe<BlobDeserializer, kBlobDeserializerOptions>(
    "blob", "A whole file is one event.", {"org.apache.flume.sink.solr.morphline.BlobDeserializer$Builder"});
}  // namespace components
}  // namespace flume
