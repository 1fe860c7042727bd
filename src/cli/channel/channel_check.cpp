#include "cli/channel/channel_check.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;
using storage::Damage;
using storage::Segment;

class Check {
 public:
  explicit Check(const storage::LogLook& look) : look_(look) {}

  Result<ChannelCheck> run() {
    for (const Damage& damage : look_.log.damages) check_.problems.push_back({segment_in(damage.path), damage});
    for (const auto& [number, segment] : look_.log.segments) FLUME_TRY(go_over(number, *segment));
    check_.stored = look_.log.state.stored();
    const Ranges& delivered = look_.log.state.delivered;
    Ranges lost;
    for (std::size_t i = 0; i < check_.problems.size(); ++i) {
      ChannelProblem& problem = check_.problems[i];
      problem.loses_nothing = problem.damage.ids.empty() && i >= look_.log.damages.size();
      lost.add(problem.damage.ids);
    }
    lost.remove(delivered);  // recovery has taken those that it found off already
    check_.stored -= lost.count();
    return std::move(check_);
  }

 private:
  Status go_over(std::uint64_t number, const Segment& segment) {
    std::vector<ChannelProblem> problems;
    ChannelCheck counts;
    auto heads = storage::head_damages(segment);
    if (!heads) return std::move(heads).status();
    for (Damage& damage : *heads) problems.push_back({number, std::move(damage)});
    storage::SegmentScan scan(segment, builder_);
    for (;;) {
      auto step = scan.next();
      if (!step) return std::move(step).status();
      if (!*step) break;
      if ((*step)->record) {
        ++counts.records;
        if ((*step)->record->head.type == storage::RecordType::Put) counts.events += (*step)->record->head.events;
        continue;
      }
      Damage damage = *std::move((*step)->damage);
      if (is_known(damage)) continue;
      damage.ids.remove(look_.log.state.delivered);
      problems.push_back({number, std::move(damage)});
    }
    if (!problems.empty() && look_.is_in_use()) {
      const auto reused = storage::is_reused(segment);
      if (!reused) return reused.status();
      if (*reused) {
        ++check_.gone_segments;
        return {};
      }
    }
    ++check_.segments;
    check_.records += counts.records;
    check_.events += counts.events;
    check_.bytes += segment.end;
    std::move(problems.begin(), problems.end(), std::back_inserter(check_.problems));
    return {};
  }

  [[nodiscard]] bool is_known(const Damage& damage) const {
    return std::any_of(look_.log.damages.begin(), look_.log.damages.end(),
                       [&](const Damage& known) { return known.path == damage.path && known.from == damage.from; });
  }

  [[nodiscard]] std::uint64_t segment_in(const std::string& path) const {
    for (const auto& [number, segment] : look_.log.segments) {
      if (segment->slot.path == path) return number;
    }
    return 0;
  }

  const storage::LogLook& look_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  ChannelCheck check_;
};

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

Ranges ChannelCheck::lost() const {
  Ranges all;
  for (const ChannelProblem& problem : problems) all.add(problem.damage.ids);
  return all;
}

Result<ChannelCheck> check_log(const storage::LogLook& look) { return Check(look).run(); }

std::string to_string(const ChannelProblem& problem) {
  return (problem.segment == 0 ? std::string() : "segment " + std::to_string(problem.segment) + ", ") + to_string(problem.damage) +
         (problem.loses_nothing ? "; no stored event is lost by it" : "");
}

std::string check_as_text(const std::string& channel, const storage::LogLook& look, const ChannelCheck& check) {
  std::string text = "channel " + channel + (look.holder ? ", in use by process " + *look.holder : "") + ": ";
  text += counted(check.segments, "segment") + ", " + counted(check.records, "record") + ", " + counted(check.events, "event") + ", " +
          counted(check.bytes, "byte") + " read; " + counted(check.stored, "event") + " to deliver\n";
  if (check.gone_segments != 0) text += "  " + counted(check.gone_segments, "segment") + " delivered and reused meanwhile: not checked\n";
  for (const ChannelProblem& problem : check.problems) text += "  " + to_string(problem) + '\n';
  const Ranges lost = check.lost();
  text += check.problems.empty() ? std::string("no problem found\n")
                                 : counted(check.problems.size(), "problem") + "; " + counted(lost.count(), "event") + " lost" +
                                       (lost.empty() ? "" : ": " + to_string(lost)) + '\n';
  return text;
}

std::string check_as_json(const std::string& channel, const storage::LogLook& look, const ChannelCheck& check) {
  Json json = {{"channel", channel},         {"in_use_by", look.holder ? Json(*look.holder) : Json()},
               {"segments", check.segments}, {"records", check.records},
               {"events", check.events},     {"bytes", check.bytes},
               {"stored", check.stored},     {"gone_segments", check.gone_segments},
               {"problems", Json::array()}};
  for (const ChannelProblem& problem : check.problems) {
    const Damage& damage = problem.damage;
    json["problems"].push_back({{"segment", problem.segment == 0 ? Json() : Json(problem.segment)},
                                {"slot", damage.path},
                                {"from", damage.from},
                                {"to", damage.to},
                                {"what", damage.what},
                                {"lost", damage.ids.empty() ? std::string() : to_string(damage.ids)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flume::cli
