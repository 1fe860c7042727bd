// A component declares itself once, as a constant in its folder:
//   namespace flume::components {
//   extern const ComponentInfo source_seq;
//   constinit const ComponentInfo source_seq = describe<SeqSource, kSeqOptions>(
//       "seq", "Produces a counter.", {"org.apache.flume.source.SequenceGeneratorSource"});
//   }
// and in CMakeLists.txt by flume_component(source seq SOURCES ...). Making a component opens nothing and starts no thread.
#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "flume/channel.h"
#include "flume/deserializer.h"
#include "flume/event_places.h"
#include "flume/interceptor.h"
#include "flume/options.h"
#include "flume/path_manager.h"
#include "flume/selector.h"
#include "flume/serializer.h"
#include "flume/services.h"
#include "flume/sink.h"
#include "flume/sink_processor.h"
#include "flume/source.h"

namespace flume {

/// An options struct whose type is known to its ComponentInfo.
using OptionsPtr = std::shared_ptr<void>;

template <typename T>
using Factory = std::unique_ptr<T> (*)(const void* options, const Services& services);

using AnyFactory = std::variant<std::monostate, Factory<Source>, Factory<PolledSource>, Factory<Channel>, Factory<Sink>,
                                Factory<Interceptor>, Factory<ChannelSelector>, Factory<EventSerializer>, Factory<EventDeserializer>,
                                Factory<PathManager>, Factory<SinkProcessor>>;

/// A worked example for the reference. A test runs those of interceptors, so they are true.
struct ComponentExample {
  std::string_view keys;    ///< lines `key = value`, the keys without the component's prefix
  std::string_view events;  ///< a line for each: `{header=value, other=value} body`
  std::string_view become;  ///< what is left of them; `<words>` stands for a value that is not always the same
};

struct ComponentTraits {
  /// Flume gives this component no counters: it is left out of /metrics.
  bool has_counters = true;
  /// Flume's source of this type leaves EventReceivedCount at 0; the ledger counts all the same.
  bool counts_received = true;
  /// The component (mostly: a source) can go back to a bookmark, so that nothing is lost behind a durable channel.
  bool is_replayable = false;
  /// A channel that saves its events in a normal stop, and takes them back at the next start.
  bool takes_saved_events = false;
  /// A component that Apache Flume does not have.
  bool extension = false;
  ComponentExample example{};
};

/// Up to six words, as a constant.
struct WordList {
  std::array<std::string_view, 6> words{};
  std::size_t count = 0;
  constexpr WordList() = default;
  constexpr WordList(std::initializer_list<std::string_view> list) {
    for (const std::string_view word : list) words[count++] = word;
  }
  [[nodiscard]] constexpr const std::string_view* begin() const noexcept { return words.data(); }
  [[nodiscard]] constexpr const std::string_view* end() const noexcept { return words.data() + count; }
};

/// Something that a check across options found.
struct OptionProblem {
  std::vector<std::string_view> keys;  ///< whose values it judged, first the one at fault; empty: those that the message names
  std::string message;                 ///< what is wrong, without the key in front
  bool runs = false;                   ///< an error, but the component runs as the message says, since Flume runs on it, too
  bool is_advice = false;              ///< nothing is wrong: worth knowing before it runs
};
using OptionProblems = std::vector<OptionProblem>;

/// What a check may look at beside the options: --conf and Hadoop's folder, through the Files seam, and what the agent says about
/// TLS. It reads, and changes nothing.
struct CheckContext {
  Files& files;
  std::string conf_folder;  ///< --conf, or empty
  HadoopEnvironment hadoop{};
  std::string user_home{};                            ///< what `~` stands for
  std::shared_ptr<const TlsDefaults> tls_defaults{};  ///< as in Services
};

struct ComponentInfo {
  Kind kind{};
  std::string_view type;  ///< as in `type = `; matches in any case. Where Flume has no alias: ours, short
  std::string_view doc;
  WordList class_names;  ///< Flume's class, and others that mean the same
  std::span<const OptionInfo> options;
  OptionsPtr (*make_options)() = nullptr;
  /// Across options: all that is wrong, before anything starts. Pure, but for reading what --conf has (see CheckContext). Is
  /// called, too, when keys could not be read: these have their default, a nested component may be absent, and what is found
  /// about such a key is not shown.
  OptionProblems (*check)(const void* options, const CheckContext& context) = nullptr;
  AnyFactory factory;
  ComponentTraits traits;
  /// Of a sink whose places can be told beforehand (see EventPlaces), else null. Opens nothing.
  Result<std::unique_ptr<EventPlaces>> (*places)(const void* options, const Services& services) = nullptr;

  /// Precondition: this component is a T.
  template <typename T>
  [[nodiscard]] std::unique_ptr<T> make(const void* options_object, const Services& services) const {
    return std::get<Factory<T>>(factory)(options_object, services);
  }
  template <typename T>
  [[nodiscard]] bool makes() const noexcept {
    return std::holds_alternative<Factory<T>>(factory);
  }
};

/// The component that a key chose.
template <typename T>
std::unique_ptr<T> make(const Nested& nested, const Services& services) {
  return nested.info->make<T>(nested.options.get(), services);
}

namespace component_detail {
/// The interface that a component implements, and the kind that it is of.
template <Kind K, typename Base>
struct Role {
  static constexpr Kind kKind = K;
  using Interface = Base;
};

template <typename Component>
constexpr auto role_of() {
  if constexpr (std::derived_from<Component, Source>) {
    return Role<Kind::Source, Source>{};
  } else if constexpr (std::derived_from<Component, PolledSource>) {
    return Role<Kind::Source, PolledSource>{};
  } else if constexpr (std::derived_from<Component, Channel>) {
    return Role<Kind::Channel, Channel>{};
  } else if constexpr (std::derived_from<Component, Sink>) {
    return Role<Kind::Sink, Sink>{};
  } else if constexpr (std::derived_from<Component, Interceptor>) {
    return Role<Kind::Interceptor, Interceptor>{};
  } else if constexpr (std::derived_from<Component, ChannelSelector>) {
    return Role<Kind::Selector, ChannelSelector>{};
  } else if constexpr (std::derived_from<Component, EventSerializer>) {
    return Role<Kind::Serializer, EventSerializer>{};
  } else if constexpr (std::derived_from<Component, EventDeserializer>) {
    return Role<Kind::Deserializer, EventDeserializer>{};
  } else if constexpr (std::derived_from<Component, SinkProcessor>) {
    return Role<Kind::SinkProcessor, SinkProcessor>{};
  } else {
    static_assert(std::derived_from<Component, PathManager>, "no kind of component");
    return Role<Kind::PathManager, PathManager>{};
  }
}

template <typename Component, typename Base, typename Options>
constexpr Factory<Base> factory_of() {
  return [](const void* options, const Services& services) -> std::unique_ptr<Base> {
    return std::make_unique<Component>(*static_cast<const Options*>(options), services);
  };
}

template <typename Component, typename Options>
constexpr Result<std::unique_ptr<EventPlaces>> (*places_of())(const void*, const Services&) {
  if constexpr (requires(const Options& options, const Services& services) { Component::places(options, services); }) {
    return [](const void* options, const Services& services) { return Component::places(*static_cast<const Options*>(options), services); };
  } else {
    return nullptr;
  }
}

template <typename Options, auto Check>
constexpr OptionProblems (*check_of())(const void*, const CheckContext&) {
  if constexpr (std::is_null_pointer_v<decltype(Check)>) {
    return nullptr;
  } else {
    return [](const void* options, [[maybe_unused]] const CheckContext& context) -> OptionProblems {
      auto found = [&] {
        if constexpr (std::is_invocable_v<decltype(Check), const Options&, const CheckContext&>) {
          return Check(*static_cast<const Options*>(options), context);
        } else {
          return Check(*static_cast<const Options*>(options));
        }
      }();
      if constexpr (std::is_same_v<decltype(found), Status>) {
        if (found.ok()) return {};
        return {{{}, found.message()}};
      } else {
        return found;
      }
    };
  }
}
}  // namespace component_detail

/// `Component` has a constructor (const Options&, const Services&), where Options is the struct of `Table`.
/// `Check`: what no single row can see, as OptionProblems(const Options&), or Status(const Options&) where there is one thing
/// to find; with a second parameter, const CheckContext&, when what --conf holds decides.
template <typename Component, const auto& Table, auto Check = nullptr>
constexpr ComponentInfo describe(std::string_view type, std::string_view doc, WordList class_names, ComponentTraits traits = {}) {
  using Options = typename std::remove_cvref_t<decltype(Table)>::Options;
  using Role = decltype(component_detail::role_of<Component>());
  using Base = typename Role::Interface;
  // Initialised in one go: with libstdc++ 12, Clang does not take an assignment to a variant for a constant.
  return {.kind = Role::kKind,
          .type = type,
          .doc = doc,
          .class_names = class_names,
          .options = Table.rows,
          .make_options = []() -> OptionsPtr { return std::make_shared<Options>(); },
          .check = component_detail::check_of<Options, Check>(),
          .factory = AnyFactory(std::in_place_type<Factory<Base>>, component_detail::factory_of<Component, Base, Options>()),
          .traits = traits,
          .places = component_detail::places_of<Component, Options>()};
}

}  // namespace flume
