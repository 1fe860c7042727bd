// DataStream: the bytes of an EventSerializer, one after the other.
#pragma once

#include <memory>

#include "flume/serializer.h"
#include "output/file_format.h"
#include "output/record_structure.h"

namespace flume::output {

class StreamFormat final : public FileFormat {
 public:
  explicit StreamFormat(std::unique_ptr<EventSerializer> serializer) : serializer_(std::move(serializer)) {}

  [[nodiscard]] std::string_view structure() const noexcept override {
    if (const auto* own = dynamic_cast<const RecordStructure*>(serializer_.get())) return own->structure();
    return serializer_->ends_in_newline() ? kLines : kStream;
  }
  void begin(std::string& out) override { serializer_->begin(out); }
  Status append(std::span<const EventView> events, std::string& out, std::size_t& appended) override {
    return serializer_->write(events, out, appended);
  }
  void end_of_batch(std::string& out) override { serializer_->flush(out); }
  void end(std::string& out) override { serializer_->end(out); }
  [[nodiscard]] std::string resume_state() const override { return serializer_->resume_state(); }
  Status resume(std::uint64_t, std::string_view state) override { return serializer_->resume(state); }

 private:
  const std::unique_ptr<EventSerializer> serializer_;
};

}  // namespace flume::output
