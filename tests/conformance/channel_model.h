// Random operations on a channel and on a map, compared after each step. Included by channel_conformance.h only.
#pragma once

#include <map>
#include <rapidcheck.h>

#include "conformance/channel_fixture.h"

namespace flume::conformance {

/// The channel as the contract sees it: where each stored event is.
class ChannelModel {
 public:
  struct Stored {
    std::string body;
    std::string holder;  // empty: nobody holds it
    bool is_open = false;
  };
  std::map<EventId, Stored> events;
  Bookmark bookmark;

  [[nodiscard]] std::vector<EventId> takeable() const {
    std::vector<EventId> ids;
    for (const auto& [id, event] : events) {
      if (!event.is_open && event.holder.empty()) ids.push_back(id);
    }
    return ids;
  }
  [[nodiscard]] Ranges held(std::string_view owner) const {
    Ranges ids;
    for (const auto& [id, event] : events) {
      if (event.holder == owner) ids.add({id, id + 1});
    }
    return ids;
  }
};

TEST_P(ChannelConformance, behaves_as_a_map_does_whatever_comes) {
  const bool succeeded = rc::check([this] {
    open({.capacity = 60, .transaction_capacity = 10});
    ChannelModel model;
    std::deque<TakeTransaction> open_takes;  // of k1, in take order
    int next_body = 0;
    EventId next_id = 0;
    const auto some_of = [](const Ranges& ids) {
      Ranges some;
      for (const IdRange& range : ids) {
        for (EventId id = range.lo; id < range.hi; ++id) {
          if (*rc::gen::arbitrary<bool>()) some.add({id, id + 1});
        }
      }
      return some;
    };
    const auto all_ids = [&] {
      Ranges ids;
      if (next_id != 0) ids.add({next_id > 40 ? next_id - 40 : 1, next_id + 1});
      return ids;
    };
    const int steps = *rc::gen::inRange(20, 120);
    for (int step = 0; step < steps; ++step) {
      switch (*rc::gen::weightedElement<int>({{6, 0}, {6, 1}, {4, 2}, {2, 3}, {2, 4}, {1, 5}, {1, 6}, {2, 7}})) {
        case 0: {  // put
          const int size = *rc::gen::inRange(0, 12);
          const std::string position = std::to_string(next_body);
          const Status stored = put(numbers(next_body, next_body + size), OneEntry("source", "position", position));
          const bool fits = size <= 10 && model.events.size() + static_cast<std::size_t>(size) <= 60;
          RC_ASSERT(stored.ok() == fits);
          if (!fits) break;
          model.bookmark["position"] = position;
          // The ids are the channel's to choose: the model learns them by looking.
          if (size != 0) {
            std::vector<TakeTransaction> others;
            for (;;) {
              others.push_back(take(10));
              if (others.back().empty()) break;
              for (std::uint64_t i = 0; i < others.back().ids().count(); ++i) {
                const EventId id = others.back().ids().at(i);
                if (model.events.contains(id)) continue;
                RC_ASSERT(id > next_id);
                next_id = id;
                model.events[id].body = bodies(others.back().events())[i];
                RC_ASSERT(model.events[id].body == std::to_string(next_body));
                ++next_body;
              }
            }
          }
          break;
        }
        case 1: {  // take
          const auto most = *rc::gen::inRange<std::uint32_t>(1, 14);
          TakeTransaction taken = take(most);
          std::vector<EventId> expected = model.takeable();
          expected.resize(std::min<std::size_t>(expected.size(), std::min(most, 10U)));
          RC_ASSERT(taken.ids().count() == expected.size());
          for (std::size_t i = 0; i < expected.size(); ++i) {
            RC_ASSERT(taken.ids().at(i) == expected[i]);
            RC_ASSERT(taken.events()[static_cast<std::uint32_t>(i)].body() == model.events[expected[i]].body);
            model.events[expected[i]].is_open = true;
          }
          if (!taken.empty()) open_takes.push_back(std::move(taken));
          break;
        }
        case 2:    // commit, wholly or in part
        case 3: {  // give back
          if (open_takes.empty()) break;
          const bool commits = *rc::gen::inRange(0, 3) != 0;
          TakeTransaction taken = std::move(open_takes.front());
          open_takes.pop_front();
          const Ranges ids = taken.ids();
          Ranges part = commits ? ids : Ranges();
          if (commits && *rc::gen::arbitrary<bool>()) part = some_of(ids);
          if (commits) {
            RC_ASSERT(taken.commit({}, Durability::Written, &part).ok());
          } else {
            taken.give_back();
          }
          for (const IdRange& range : ids) {
            for (EventId id = range.lo; id < range.hi; ++id) model.events[id].is_open = false;
          }
          for (const IdRange& range : part) model.events.erase(model.events.lower_bound(range.lo), model.events.lower_bound(range.hi));
          break;
        }
        case 4: {  // hold a take
          if (open_takes.empty()) break;
          const std::string owner = *rc::gen::element<std::string>("k1", "k2");
          const Ranges ids = open_takes.back().ids();
          bool is_free = true;
          for (const auto& [id, event] : model.events) is_free &= !ids.contains(id) || event.holder.empty() || event.holder == owner;
          RC_ASSERT(open_takes.back().hold(owner).ok() == is_free);
          if (!is_free) break;
          open_takes.pop_back();
          for (auto& [id, event] : model.events) {
            if (!ids.contains(id)) continue;
            event.is_open = false;
            event.holder = owner;
          }
          break;
        }
        case 5: {  // a note with a hold
          const std::string owner = *rc::gen::element<std::string>("k1", "k2");
          const Hold hold{owner, some_of(all_ids())};
          bool is_free = true;
          for (const auto& [id, event] : model.events) is_free &= !hold.ids.contains(id) || event.holder.empty() || event.holder == owner;
          RC_ASSERT(channel().note({}, Durability::Written, &hold).ok() == is_free);
          if (!is_free) break;
          for (auto& [id, event] : model.events) {
            if (hold.ids.contains(id)) {
              event.holder = owner;
            } else if (event.holder == owner) {
              event.holder.clear();
            }
          }
          break;
        }
        case 6: {  // settle
          const Ranges ids = some_of(all_ids());
          bool is_free = true;
          for (const auto& [id, event] : model.events) is_free &= !(ids.contains(id) && event.is_open);
          RC_ASSERT(channel().settle(ids, {}).ok() == is_free);
          if (is_free) std::erase_if(model.events, [&](const auto& entry) { return ids.contains(entry.first); });
          break;
        }
        default: {  // exactly, of k1
          Ranges ids = *rc::gen::arbitrary<bool>() ? some_of(all_ids()) : some_of(model.held("k1"));
          bool are_there = true;
          for (const IdRange& range : ids) {
            for (EventId id = range.lo; id < range.hi; ++id) {
              const auto event = model.events.find(id);
              are_there &=
                  event != model.events.end() && !event->second.is_open && (event->second.holder.empty() || event->second.holder == "k1");
            }
          }
          auto taken = exactly(*taker_, ids);
          RC_ASSERT(taken.ok() == are_there);
          if (!are_there || ids.empty()) break;
          RC_ASSERT(taken->ids() == ids);
          for (std::uint64_t i = 0; i < ids.count(); ++i) {
            RC_ASSERT(taken->events()[static_cast<std::uint32_t>(i)].body() == model.events[ids.at(i)].body);
            model.events[ids.at(i)].is_open = true;
          }
          open_takes.push_back(*std::move(taken));
        }
      }
      RC_ASSERT(channel().size() == model.events.size());
      RC_ASSERT(channel().held("k1") == model.held("k1"));
      RC_ASSERT(channel().held("k2") == model.held("k2"));
      RC_ASSERT(bookmark("source") == model.bookmark);
    }
    open_takes.clear();
  });
  EXPECT_TRUE(succeeded);
}

}  // namespace flume::conformance
