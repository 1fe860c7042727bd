// How files come to be: planned under a name that nobody has, noted as an intent, made, noted as ours; many side by side.
#include <algorithm>
#include <utility>

#include "output/output_files.h"

namespace flume::output {
namespace {

constexpr std::size_t kMostUnfinished = 10'000;
constexpr std::size_t kMostOriginBytes = 200;

}  // namespace

std::vector<Result<OutputFiles::FilePointer>> OutputFiles::plan(std::vector<Wish> wishes) {
  const auto why_not = [&](const FileNames& names) -> Status {
    if (finishing_.size() >= kMostUnfinished)
      return retryable(std::to_string(finishing_.size()) + " files wait to be closed and renamed: no new one before some of them are");
    if (encode_names(names, kSequence, {}).size() + kMostOriginBytes > kMaxBookmarkValue)
      return rejected("a path of " + std::to_string(names.in_use_path().size()) + " bytes is too long");
    if (reserved_.contains(names.final_path())) return retryable(names.final_path() + " is another file of this sink", Cause::Exists);
    return {};
  };
  std::vector<Status> checked;
  for (const Wish& wish : wishes) checked.push_back(why_not(wish.names));
  const CallsTogether together(environment_, spent_in_vain_);
  checked = side_by_side_.collect<Status>(wishes.size(), [&](std::size_t i) -> Status {
    FLUME_TRY(std::move(checked[i]));
    const FileNames& names = wishes[i].names;
    for (const std::string& path : {names.in_use_path(), names.final_path()}) {
      const auto length = environment_.file_system.length(path, environment_.deadline());
      if (length) return retryable(path + " is there already", Cause::Exists);
      if (length.cause() != Cause::NotFound) return length.status();
      if (!names.needs_rename()) break;
    }
    return {};
  });
  std::vector<Result<FilePointer>> planned;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    FileNames& names = wishes[i].names;
    if (checked[i].ok()) checked[i] = why_not(names);  // two of them may be the same
    if (!checked[i].ok()) {
      planned.emplace_back(std::move(checked[i]));
      continue;
    }
    reserved_.insert(names.final_path());
    auto format = settings_.make_format(names.in_use_path());
    const bool keeps_crc = journal_->travels_with_commits() && settings_.durability == Durability::Written &&
                           environment_.file_system.may_return_wrong_bytes();
    auto file = std::make_shared<UnfinishedFile>(environment_, *journal_, next_id_++, std::move(names), std::move(format), keeps_crc);
    file->bucket = std::move(wishes[i].bucket);
    planned.emplace_back(std::move(file));
  }
  return planned;
}

Result<OutputFiles::FilePointer> OutputFiles::plan(Wish wish) {
  std::vector<Wish> wishes;
  wishes.push_back(std::move(wish));
  const Instant before = services_.clock.steady();
  Result<FilePointer> planned = std::move(plan(std::move(wishes)).front());
  if (!planned) spent_in_vain_ += services_.clock.steady() - before;
  return planned;
}

std::vector<Status> OutputFiles::make_files(SinkContext& context, std::span<const FilePointer> files) {
  // A power loss may leave a stray file of which nobody knows: under a name in use it does no harm, under a final one it would.
  const bool is_visible = std::any_of(files.begin(), files.end(), [](const FilePointer& file) { return !file->names().needs_rename(); });
  const Durability durability = is_visible && journal_->travels_with_commits() ? Durability::Synced : Durability::Written;
  std::vector<Status> made(files.size());
  std::vector<std::size_t> places;  // of those with which all went well
  std::vector<FilePointer> good;
  const auto find_good = [&] {
    places.clear();
    good.clear();
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!made[i].ok()) continue;
      places.push_back(i);
      good.push_back(files[i]);
    }
  };
  const auto each = [&](const std::function<Status(UnfinishedFile&)>& step) {
    find_good();
    std::vector<Status> done = for_each(good, step);
    for (std::size_t i = 0; i < done.size(); ++i) made[places[i]] = std::move(done[i]);
  };
  const Status noted = note_intents(context, files, durability);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i]->is_planned) made[i] = noted;
  }
  each([](UnfinishedFile& file) { return file.create(); });
  find_good();
  if (const Status identified = note_identities(context, good, durability); !identified.ok()) {
    for (const std::size_t i : places) made[i] = identified;
  }
  each([](UnfinishedFile& file) { return file.publish(); });
  for (const Status& status : made) (status.ok() ? counters_->connection_created : counters_->connection_failed).increment();
  return made;
}

Status OutputFiles::note_identities(SinkContext& context, std::span<const FilePointer> files, Durability durability) {
  std::vector<std::string> texts;
  texts.reserve(files.size() * 2);
  std::vector<KeyValue> entries;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    texts.push_back(names_key(files[i]->id()));
    texts.push_back(files[i]->names_value());
    bytes += texts[2 * i].size() + texts[2 * i + 1].size() + 32;
    entries.push_back({texts[2 * i], texts[2 * i + 1]});
    if (bytes <= kMaxBookmarkDelta / 2 && i + 1 != files.size()) continue;
    FLUME_TRY(journal_->note(context, entries, durability));
    entries.clear();
    bytes = 0;
  }
  return {};
}

Status OutputFiles::note_intents(SinkContext& context, std::span<const FilePointer> files, Durability durability) {
  std::vector<std::string> texts;
  texts.reserve(files.size() * 4);
  std::vector<KeyValue> entries;
  std::size_t bytes = 0;
  std::size_t noted = 0;
  const auto send = [&](std::size_t until) -> Status {
    if (entries.empty()) return {};
    FLUME_TRY(journal_->note(context, entries, durability));
    for (; noted < until; ++noted) files[noted]->is_planned = false;
    entries.clear();
    bytes = 0;
    return {};
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (std::string text :
         {names_key(files[i]->id()), files[i]->names_value(), stage_key(files[i]->id()), encode_stage(FileStage::Intent, {})}) {
      bytes += text.size() + 16;
      texts.push_back(std::move(text));
    }
    entries.push_back({texts[4 * i], texts[4 * i + 1]});
    entries.push_back({texts[4 * i + 2], texts[4 * i + 3]});
    if (bytes > kMaxBookmarkDelta / 2) FLUME_TRY(send(i + 1));
  }
  return send(files.size());
}

Result<OutputFiles::FilePointer> OutputFiles::make(SinkContext& context, FileNames names) {
  spent_in_vain_ = {};
  auto planned = plan(Wish{.names = std::move(names), .bucket = {}});
  if (!planned) return planned;
  FilePointer file = *std::move(planned);
  Status status = std::move(make_files(context, {&file, 1}).front());
  if (status.ok()) {
    file->end_batch();
    status = file->write_out();
  }
  if (status.ok()) {
    file->set_committed();
    if (journal_->travels_with_commits()) {
      if (settings_.durability == Durability::Synced) status = file->sync_name();
      const std::string key = stage_key(file->id());
      const std::string value = encode_stage(FileStage::Open, file->committed());
      const KeyValue entry{key, value};
      if (status.ok()) status = journal_->note(context, {&entry, 1}, Durability::Written);
    }
  }
  if (!status.ok()) {
    file->is_sealed = true;
    release(file);
    return status;
  }
  return file;
}

void OutputFiles::make_planned(SinkContext& context) {
  std::vector<FilePointer> planned;
  for (const FilePointer& file : touched_) {
    if (!file->is_created() && !file->has_failed) planned.push_back(file);
  }
  if (planned.empty()) return;
  const CallsTogether together(environment_);
  const std::vector<Status> made = make_files(context, planned);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (!made[i].ok()) fail(*planned[i], made[i]);
  }
}

}  // namespace flume::output
