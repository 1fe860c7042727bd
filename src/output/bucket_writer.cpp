#include "output/bucket_writer.h"

#include <algorithm>

namespace flume::output {
namespace {

constexpr int kMostTakenNames = 10'000;

Instant later(Instant from, std::chrono::seconds wait) {
  if (wait.count() <= 0 || from == Instant::max()) return Instant::max();
  return wait > std::chrono::duration_cast<std::chrono::seconds>(Instant::max() - from) ? Instant::max() : from + wait;
}

}  // namespace

FileNames BucketNames::with_number(std::int64_t number) const {
  const std::string file = prefix + "." + std::to_string(number) + suffix;
  const std::string in_use = in_use_prefix + file + in_use_suffix;
  // A prefix with slashes makes folders below the path; the in-use prefix stands before the first of them.
  const std::size_t slash = file.rfind('/');
  if (slash == std::string::npos) return {path, in_use, file};
  if (in_use_prefix.empty()) return {path + "/" + file.substr(0, slash), in_use.substr(slash + 1), file.substr(slash + 1)};
  return {path, in_use, file};
}

bool BucketWriter::is_full() const {
  const FileMark& written = file_->written();
  return (policy_.count > 0 && written.events >= static_cast<std::uint64_t>(policy_.count)) ||
         (policy_.size > 0 && written.body_bytes >= static_cast<std::uint64_t>(policy_.size));
}

bool BucketWriter::has_too_few_replicas() const {
  if (policy_.least_replicas == 0) return false;
  const std::optional<std::size_t> replicas = file_->replicas();
  return replicas && *replicas < policy_.least_replicas;
}

/// How many of the events are written before the limits must be looked at again.
std::size_t BucketWriter::room(std::span<const EventView> events) const {
  std::size_t count = events.size();
  if (policy_.count > 0) count = std::min<std::uint64_t>(count, static_cast<std::uint64_t>(policy_.count) - file_->written().events);
  if (policy_.size > 0) {
    std::uint64_t bytes = file_->written().body_bytes;
    std::size_t fit = 0;
    while (fit < count && bytes < static_cast<std::uint64_t>(policy_.size)) bytes += events[fit++].body().size();
    count = fit;
  }
  return count;
}

void BucketWriter::set_file(OutputFiles::FilePointer file, const Clock& clock) {
  file_ = std::move(file);
  opened_ = clock.steady();
}

void BucketWriter::seal_what_is_full() {
  if (!OutputFiles::accepts_events(file_)) return;
  if (!has_too_few_replicas()) {
    replica_rolls_ = 0;
    if (is_full()) files_.seal(file_);
  } else if (is_full() || replica_rolls_ < kMostReplicaRolls) {
    replica_rolls_ += is_full() ? 0 : 1;
    files_.seal(file_);
  }
}

void BucketWriter::prepare(OutputFiles& files, std::span<BucketWriter* const> writers, const Clock& clock) {
  std::vector<OutputFiles::FilePointer> open;
  std::vector<BucketWriter*> without;
  for (BucketWriter* writer : writers) {
    writer->seal_what_is_full();
    if (OutputFiles::accepts_events(writer->file_)) {
      open.push_back(writer->file_);
    } else {
      without.push_back(writer);
    }
  }
  files.prepare(open);
  for (int tries = 0; !without.empty(); ++tries) {
    std::vector<OutputFiles::Wish> wishes;
    for (BucketWriter* writer : without) wishes.push_back(writer->next_wish());
    std::vector<Result<OutputFiles::FilePointer>> planned = files.plan(std::move(wishes));
    std::vector<BucketWriter*> again;
    for (std::size_t i = 0; i < without.size(); ++i) {
      if (planned[i]) {
        without[i]->set_file(*std::move(planned[i]), clock);
      } else if (planned[i].cause() == Cause::Exists && tries != kMostTakenNames) {
        again.push_back(without[i]);
      } else if (planned[i].status().kind() != ErrorKind::Rejected) {  // else each of its events is, see append()
        without[i]->file_ = nullptr;
        files.fail_bucket(without[i]->name_, std::move(planned[i]).status());
      }
    }
    without = std::move(again);
  }
}

Status BucketWriter::open(const Clock& clock) {
  for (int tries = 0;; ++tries) {
    auto file = files_.plan(next_wish());
    if (file) {
      set_file(*std::move(file), clock);
      return {};
    }
    // A clock that stepped back brings old numbers again.
    if (file.cause() != Cause::Exists || tries == kMostTakenNames) return std::move(file).status();
  }
}

void BucketWriter::append(Delivery& delivery, std::span<const EventView> events, std::uint32_t first_index, const Clock& clock) {
  if (events.empty()) return;
  const std::uint32_t end = first_index + static_cast<std::uint32_t>(events.size());
  if (files_.must_wait(delivery, name_, end - 1)) return files_.leave_out(name_, first_index, end);
  while (!events.empty()) {
    seal_what_is_full();
    if (!OutputFiles::accepts_events(file_)) {
      if (Status opened = open(clock); !opened.ok()) {
        file_ = nullptr;
        if (opened.kind() != ErrorKind::Rejected) {
          files_.fail_bucket(name_, std::move(opened));
          return files_.leave_out(name_, first_index, end);
        }
        for (std::uint32_t i = 0; i < events.size(); ++i) delivery.reject(first_index + i, opened.message());
        return;
      }
    }
    const std::size_t count = room(events);
    if (!files_.append(delivery, file_, events.first(count), first_index).ok()) return files_.leave_out(name_, first_index, end);
    events = events.subspan(count);
    first_index += static_cast<std::uint32_t>(count);
  }
  last_events_ = clock.steady();
}

void BucketWriter::close() {
  if (file_ != nullptr) files_.seal(file_);
  file_ = nullptr;
}

Instant BucketWriter::due() const {
  if (file_ == nullptr || file_->is_sealed) return Instant::max();
  return std::min(later(opened_, policy_.interval), later(last_events_, policy_.idle_timeout));
}

}  // namespace flume::output
