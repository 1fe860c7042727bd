#include "balance/turns.h"

#include <algorithm>

#include "balance/penalty.h"

namespace flume {

Turns::Turns(const TurnSettings& settings)
    : settings_(settings),
      ceiling_(settings.longest_bench.count() == 0 ? TurnSettings{}.longest_bench : settings.longest_bench),
      random_(settings.kind == TurnSettings::Kind::Random ? std::random_device()() : 0) {}

void Turns::order(Instant now, std::vector<std::size_t>& members) {
  const std::size_t before = members.size();
  for (std::size_t member = 0; member < members_.size(); ++member) {
    if (members_[member].benched_until <= now) members.push_back(member);
  }
  const auto first = members.begin() + static_cast<std::ptrdiff_t>(before);
  const std::size_t count = members.size() - before;
  if (count == 0) return;
  if (settings_.kind == TurnSettings::Kind::Random) {
    std::shuffle(first, members.end(), random_);
  } else {
    if (head_ >= count) head_ = 0;
    std::rotate(first, first + static_cast<std::ptrdiff_t>(head_), members.end());
  }
  has_been_asked_ = true;
}

void Turns::failed(std::size_t member, Instant now) {
  move_on();
  if (!settings_.has_bench) return;
  Member& one = members_[member];
  // One that fails long after its last bench begins anew.
  constexpr std::chrono::hours kForgotten(1);
  constexpr std::uint32_t kMostFailures = 16;
  const bool is_in_a_row = one.failures != 0 && now < one.failed_at + penalty(one.failures, ceiling_) + kForgotten;
  one.failures = is_in_a_row ? std::min(one.failures + 1, kMostFailures) : 1;
  one.failed_at = now;
  one.benched_until = now + penalty(one.failures, ceiling_);
}

Instant Turns::next_change(Instant now) const {
  Instant next = Instant::max();
  for (const Member& member : members_) {
    if (member.benched_until > now) next = std::min(next, member.benched_until);
  }
  return next;
}

void Turns::move_on() {
  if (has_been_asked_) ++head_;
  has_been_asked_ = false;
}

}  // namespace flume
