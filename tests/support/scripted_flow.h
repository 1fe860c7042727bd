// Components in the hands of a test, made and planned as the real ones are: each calls the functions of its script.
//   SinkScript script; script.deliver = [](const EventBatch&, Delivery&) { return Outcome::NotDelivered; };
//   config::PlannedSink plan = planned_sink("k1", script, "c1");
// Header only. A script outlives its components; its functions run on their threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/agent_plan.h"
#include "flume/balancing_selector.h"
#include "flume/component.h"

namespace flume {

struct SinkScript {
  std::function<void()> make{};  ///< in the constructor
  std::function<Status(SinkContext&)> start{};
  std::function<Result<Outcome>(const EventBatch&, Delivery&)> deliver{};  ///< none: Delivered
  std::function<void(SinkContext&)> committed{};
  std::function<void(SinkContext&)> given_back{};
  std::function<Instant(SinkContext&)> tick{};
  std::function<void(SinkContext&, Deadline)> stop{};
  TakeLimit limits{};
};

class ScriptedSink final : public Sink {
 public:
  explicit ScriptedSink(const SinkScript& script) : script_(script) {
    if (script_.make) script_.make();
  }
  Status start(SinkContext& context) override { return script_.start ? script_.start(context) : Status(); }
  [[nodiscard]] TakeLimit limits() const override { return script_.limits; }
  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override {
    if (script_.deliver) return script_.deliver(batch, delivery);
    return Outcome::Delivered;
  }
  void committed(SinkContext& context) override {
    if (script_.committed) script_.committed(context);
  }
  void given_back(SinkContext& context) override {
    if (script_.given_back) script_.given_back(context);
  }
  Instant tick(SinkContext& context) override { return script_.tick ? script_.tick(context) : Instant::max(); }
  void stop(SinkContext& context, Deadline deadline) override {
    if (script_.stop) script_.stop(context, deadline);
  }

 private:
  const SinkScript& script_;
};

struct SourceScript {
  std::function<void()> make{};
  std::function<Status(ChannelWriter&, SourceContext&)> start{};
  std::function<Result<PollOutcome>(ChannelWriter&, SourceContext&)> poll{};  ///< polled sources only; none: Backoff
  PollBackoff backoff{};
  std::function<void(Deadline)> stop{};
};

class ScriptedSource final : public Source {
 public:
  explicit ScriptedSource(const SourceScript& script) : script_(script) {
    if (script_.make) script_.make();
  }
  Status start(ChannelWriter& writer, SourceContext& context) override { return script_.start ? script_.start(writer, context) : Status(); }
  void stop(Deadline deadline) override {
    if (script_.stop) script_.stop(deadline);
  }

 private:
  const SourceScript& script_;
};

class ScriptedPolledSource final : public PolledSource {
 public:
  explicit ScriptedPolledSource(const SourceScript& script) : script_(script) {
    if (script_.make) script_.make();
  }
  Status start(ChannelWriter& writer, SourceContext& context) override { return script_.start ? script_.start(writer, context) : Status(); }
  Result<PollOutcome> poll(ChannelWriter& writer, SourceContext& context) override {
    if (script_.poll) return script_.poll(writer, context);
    return PollOutcome::Backoff;
  }
  [[nodiscard]] PollBackoff backoff() const override { return script_.backoff; }
  void stop() override {
    if (script_.stop) script_.stop(Deadline::never());
  }

 private:
  const SourceScript& script_;
};

struct InterceptorScript {
  std::function<void()> make{};
  std::function<Status(EventBatch&)> intercept{};
  std::function<bool(HeaderPlan&)> fuse{};
  bool uses_headers = true;
};

class ScriptedInterceptor final : public Interceptor {
 public:
  explicit ScriptedInterceptor(const InterceptorScript& script) : script_(script) {
    if (script_.make) script_.make();
  }
  Status intercept(EventBatch& batch) override { return script_.intercept ? script_.intercept(batch) : Status(); }
  bool fuse(HeaderPlan& plan) override { return script_.fuse && script_.fuse(plan); }
  [[nodiscard]] bool uses_headers() const override { return script_.uses_headers; }

 private:
  const InterceptorScript& script_;
};

struct SelectorScript {
  std::function<Status(const std::vector<std::string>&)> bind{};
  std::function<Route(const EventView&)> route{};  ///< none: `all` for every event
  Route all{};
  std::function<std::size_t(ChannelSet)> next{};  ///< if set, a BalancingSelector
};

class ScriptedSelector final : public ChannelSelector {
 public:
  explicit ScriptedSelector(const SelectorScript& script) : script_(script) {}
  Status bind(const std::vector<std::string>& channels) override { return script_.bind ? script_.bind(channels) : Status(); }
  [[nodiscard]] std::optional<Route> route_of_all() const override { return script_.route ? std::nullopt : std::optional(script_.all); }
  [[nodiscard]] Route route(const EventView& event) const override { return script_.route(event); }

 private:
  const SelectorScript& script_;
};

class ScriptedBalancingSelector final : public BalancingSelector {
 public:
  explicit ScriptedBalancingSelector(const SelectorScript& script) : script_(script) {}
  Status bind(const std::vector<std::string>&) override { return {}; }
  std::size_t next(ChannelSet among) override { return script_.next(among); }

 private:
  const SelectorScript& script_;
};

/// The channel itself is the test's: `make` gives one each time it is asked.
struct ChannelScript {
  std::function<std::unique_ptr<Channel>()> make{};
};

namespace scripted {

template <typename Base, typename Component, typename Script>
ComponentInfo info_of(Kind kind) {
  ComponentInfo info;
  info.kind = kind;
  info.type = "scripted";
  info.factory = Factory<Base>([](const void* script, const Services&) -> std::unique_ptr<Base> {
    return std::make_unique<Component>(*static_cast<const Script*>(script));
  });
  return info;
}

template <typename Planned, typename Script>
Planned planned(const std::string& name, const ComponentInfo& info, Script& script) {
  Planned plan;
  plan.name = name;
  plan.info = &info;
  plan.options = OptionsPtr(&script, [](void*) {});
  return plan;
}

}  // namespace scripted

inline config::PlannedSink planned_sink(const std::string& name, SinkScript& script, const std::string& channel) {
  static const ComponentInfo info = scripted::info_of<Sink, ScriptedSink, SinkScript>(Kind::Sink);
  auto plan = scripted::planned<config::PlannedSink>(name, info, script);
  plan.channel = channel;
  return plan;
}

inline config::PlannedComponent planned_selector(SelectorScript& script) {
  static const ComponentInfo routing = scripted::info_of<ChannelSelector, ScriptedSelector, SelectorScript>(Kind::Selector);
  static const ComponentInfo balancing = scripted::info_of<ChannelSelector, ScriptedBalancingSelector, SelectorScript>(Kind::Selector);
  return scripted::planned<config::PlannedComponent>("selector", script.next ? balancing : routing, script);
}

inline config::PlannedComponent planned_interceptor(const std::string& name, InterceptorScript& script) {
  static const ComponentInfo info = scripted::info_of<Interceptor, ScriptedInterceptor, InterceptorScript>(Kind::Interceptor);
  return scripted::planned<config::PlannedComponent>(name, info, script);
}

/// `selector` outlives the plan.
inline config::PlannedSource planned_source(const std::string& name, SourceScript& script, const std::vector<std::string>& channels,
                                            SelectorScript& selector, bool is_polled) {
  static const ComponentInfo running = scripted::info_of<Source, ScriptedSource, SourceScript>(Kind::Source);
  static const ComponentInfo polled = scripted::info_of<PolledSource, ScriptedPolledSource, SourceScript>(Kind::Source);
  auto plan = scripted::planned<config::PlannedSource>(name, is_polled ? polled : running, script);
  plan.channels = channels;
  plan.selector = planned_selector(selector);
  return plan;
}

inline config::PlannedComponent planned_channel(const std::string& name, ChannelScript& script) {
  static const ComponentInfo info = [] {
    ComponentInfo made;
    made.kind = Kind::Channel;
    made.type = "scripted";
    made.factory = Factory<Channel>([](const void* options, const Services&) -> std::unique_ptr<Channel> {
      return static_cast<const ChannelScript*>(options)->make();
    });
    return made;
  }();
  return scripted::planned<config::PlannedComponent>(name, info, script);
}

}  // namespace flume
