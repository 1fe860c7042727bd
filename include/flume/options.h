// Option tables: a component's keys as data. A table row ties a key to a member of the component's options struct
// by a member pointer, so a row of another struct does not compile; the default is the member's initialiser and lives nowhere
// else. From the table come parsing, units, bounds, `flume-ng validate`, `flume-ng describe` and docs/reference.
//
//   struct SeqOptions { std::int32_t batch_size = 1; };
//   inline constexpr auto kSeqOptions = options(
//       option<&SeqOptions::batch_size>("batchSize", "Events per poll.", {.minimum = 1, .role = OptionRole::BatchSize}));
//
// Tables are constants; parsing is pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"

namespace flume {

struct ComponentInfo;

enum class Kind : std::uint8_t {
  Source,
  Channel,
  Sink,
  Interceptor,
  Selector,
  Serializer,
  Deserializer,
  PathManager,
  SinkProcessor,
  ConfigFilter
};
/// "source", "pathmanager", ...
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;

/// A number of bytes.
struct Bytes {
  std::int64_t count = 0;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};
/// A TCP or UDP port.
struct Port {
  std::uint16_t number = 0;
  friend auto operator<=>(const Port&, const Port&) = default;
};
/// A text that is never printed.
struct Secret {
  std::string text;
};
/// Names separated by blanks.
using Names = std::vector<std::string>;
/// The keys of a family `prefix.*`: what stands for the star -> value.
using OptionFamily = std::map<std::string, std::string, std::less<>>;

/// A component inside a component, chosen by a key: `sink.serializer = TEXT`. Filled by the plan: the type is resolved in
/// the registry and the keys below the row's prefix go into its own options.
struct Nested {
  const ComponentInfo* info = nullptr;
  std::shared_ptr<const void> options;
};

/// What the plan must know of a key beside its value.
enum class OptionRole : std::uint8_t {
  None,
  BatchSize,            ///< events per transaction of a source or sink: cut to the channel's transactionCapacity
  TransactionCapacity,  ///< of a channel
  Capacity,             ///< of a channel
  ChannelNames,         ///< of a selector: names that the source's `channels` must have
  SinkName,             ///< of a sink processor, a family: what stands for the star is a sink of the group
  ExclusiveFolders,     ///< of a channel: folders (text/folder_list.h) that no other channel may use; if empty, default_text
  FolderCapacity,       ///< of a channel: events that these folders take; 0: it does not use them
};

/// Properties of a row that are not type or default.
struct OptionTraits {
  bool required = false;
  bool secret = false;  ///< shown as ***
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  std::array<std::string_view, 3> aliases{};  ///< other spellings that are accepted without a word
  std::string_view deprecated{};              ///< non-empty: accepted, and this is said: what to use instead
  std::string_view no_effect{};               ///< non-empty: accepted for Flume's sake; why it does nothing here
  std::string_view default_text{};            ///< what the documentation shows when the default is computed
  OptionRole role = OptionRole::None;
  /// Not empty: Flume runs on a value that cannot be read or is out of range, and so do we; an error says what is used instead.
  /// Either kDefaultIfBad, or words for what the member's default (of an optional: nothing) means.
  std::string_view if_bad{};
  /// The key of a boolean in the same table whose default is false: while it is not true, Flume does not even look at this one.
  std::string_view only_with{};
  std::string_view unit{};  ///< of a number whose type has none: "%"
  bool extension = false;   ///< a key that Apache Flume does not have
};
/// Of OptionTraits::if_bad.
inline constexpr std::string_view kDefaultIfBad = "default";

struct OptionInput {
  std::string_view text;    ///< trimmed value
  std::string_view suffix;  ///< of a family: what stands for the star
  std::string warning;      ///< set by parsing when the value is taken, but not as it was probably meant
};

/// One row, the struct's type erased. `object` is the options struct of the table that the row is in.
struct OptionInfo {
  std::string_view key;  ///< without the component's prefix; a family ends in ".*"
  std::string_view doc;
  std::string_view type;  ///< "int", "bool", "text", "names", ...
  std::string_view unit;  ///< "ms", "s", "bytes", "%" or empty
  OptionTraits traits;
  Status (*parse)(const OptionInfo& row, void* object, OptionInput& input);
  std::string (*print)(const void* object);              ///< the value as a configuration would say it
  std::int64_t* (*number)(void* object) = nullptr;       ///< rows with a number's role: the value itself (64-bit members only)
  std::vector<std::string_view> (*choices)() = nullptr;  ///< of an enumeration
  Kind nested_kind{};                                    ///< rows of type "component"
  std::string_view nested_prefix{};                      ///< where its keys begin: "sink.serializer."
  Nested* (*nested)(void* object) = nullptr;

  [[nodiscard]] bool is_family() const noexcept { return key.ends_with(".*") || key == "*"; }
  [[nodiscard]] std::string_view family_prefix() const noexcept { return key.substr(0, key.size() - 1); }
};

namespace option_text {
/// Java's parseInt/parseLong after trim, with bounds; the message says what is wrong with the text.
Status parse_integer(std::string_view text, std::int64_t minimum, std::int64_t maximum, std::int64_t& out);
/// "true" in any case is true, all else false (as in Flume), with a warning for what is neither true nor false.
void parse_boolean(OptionInput& input, bool& out);
Names split_names(std::string_view text);
std::string join_names(const Names& names);
}  // namespace option_text

/// An enumeration tells its words by an overload found by argument lookup:
///   std::span<const EnumName<Order>> enum_names(Order);
/// The first word for a value is the canonical one; words match in any case.
template <typename E>
struct EnumName {
  std::string_view word;
  E value;
};

/// How a member type is read and printed. Specialise for a new value type. A value that cannot be read leaves the member as it was.
template <typename T>
struct OptionType;

template <>
struct OptionType<std::string> {
  static constexpr std::string_view kName = "text";
  static Status parse(const OptionInfo&, OptionInput& input, std::string& out) {
    out = input.text;
    return {};
  }
  static std::string print(const std::string& value) { return value; }
};

template <>
struct OptionType<Secret> {
  static constexpr std::string_view kName = "secret";
  static Status parse(const OptionInfo&, OptionInput& input, Secret& out) {
    out.text = input.text;
    return {};
  }
  static std::string print(const Secret& value) { return value.text.empty() ? "" : "***"; }
};

template <>
struct OptionType<bool> {
  static constexpr std::string_view kName = "bool";
  static Status parse(const OptionInfo&, OptionInput& input, bool& out) {
    option_text::parse_boolean(input, out);
    return {};
  }
  static std::string print(bool value) { return value ? "true" : "false"; }
};

template <typename Integer, typename Stored = Integer>
struct IntegerOption {
  static Status parse(const OptionInfo& row, OptionInput& input, Stored& out) {
    std::int64_t value = 0;
    const std::int64_t least = std::max<std::int64_t>(row.traits.minimum, std::numeric_limits<Integer>::min());
    const std::int64_t most = std::min<std::int64_t>(row.traits.maximum, std::numeric_limits<Integer>::max());
    FLUME_TRY(option_text::parse_integer(input.text, least, most, value));
    out = Stored{static_cast<Integer>(value)};
    return {};
  }
};

template <>
struct OptionType<std::int32_t> : IntegerOption<std::int32_t> {
  static constexpr std::string_view kName = "int";
  static std::string print(std::int32_t value) { return std::to_string(value); }
};
template <>
struct OptionType<std::int64_t> : IntegerOption<std::int64_t> {
  static constexpr std::string_view kName = "long";
  static std::string print(std::int64_t value) { return std::to_string(value); }
};
template <>
struct OptionType<Bytes> : IntegerOption<std::int64_t, Bytes> {
  static constexpr std::string_view kName = "long";
  static constexpr std::string_view kUnit = "bytes";
  static std::string print(Bytes value) { return std::to_string(value.count); }
};
template <>
struct OptionType<Port> : IntegerOption<std::uint16_t, Port> {
  static constexpr std::string_view kName = "port";
  static std::string print(Port value) { return std::to_string(value.number); }
};
template <>
struct OptionType<std::chrono::milliseconds> : IntegerOption<std::int64_t, std::chrono::milliseconds> {
  static constexpr std::string_view kName = "long";
  static constexpr std::string_view kUnit = "ms";
  static std::string print(std::chrono::milliseconds value) { return std::to_string(value.count()); }
};
template <>
struct OptionType<std::chrono::seconds> : IntegerOption<std::int64_t, std::chrono::seconds> {
  static constexpr std::string_view kName = "long";
  static constexpr std::string_view kUnit = "s";
  static std::string print(std::chrono::seconds value) { return std::to_string(value.count()); }
};
template <>
struct OptionType<Names> {
  static constexpr std::string_view kName = "names";
  static Status parse(const OptionInfo&, OptionInput& input, Names& out) {
    out = option_text::split_names(input.text);
    return {};
  }
  static std::string print(const Names& value) { return option_text::join_names(value); }
};
template <>
struct OptionType<OptionFamily> {
  static constexpr std::string_view kName = "keys";
  static Status parse(const OptionInfo&, OptionInput& input, OptionFamily& out) {
    out.insert_or_assign(std::string(input.suffix), std::string(input.text));
    return {};
  }
  static std::string print(const OptionFamily&) { return {}; }
};
template <>
struct OptionType<Nested> {
  static constexpr std::string_view kName = "component";
  static Status parse(const OptionInfo&, OptionInput&, Nested&) { return {}; }  // resolved by the plan
  static std::string print(const Nested& value);
};
template <typename T>
struct OptionType<std::optional<T>> {
  static constexpr std::string_view kName = OptionType<T>::kName;
  /// A value that cannot be read leaves nothing, not even a default.
  static Status parse(const OptionInfo& row, OptionInput& input, std::optional<T>& out) {
    const Status parsed = OptionType<T>::parse(row, input, out.emplace());
    if (!parsed.ok()) out.reset();
    return parsed;
  }
  static std::string print(const std::optional<T>& value) { return value ? OptionType<T>::print(*value) : std::string(); }
};

template <typename E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { enum_names(e); };

namespace option_text {
/// Index of `text` among the words (any case), or an error that lists them.
Result<std::size_t> parse_choice(std::string_view text, std::span<const std::string_view> words);
template <NamedEnum E>
std::vector<std::string_view> words() {
  std::vector<std::string_view> all;
  for (const auto& name : enum_names(E{})) all.push_back(name.word);
  return all;
}
}  // namespace option_text

template <NamedEnum E>
struct OptionType<E> {
  static constexpr std::string_view kName = "choice";
  static Status parse(const OptionInfo&, OptionInput& input, E& out) {
    auto index = option_text::parse_choice(input.text, option_text::words<E>());
    if (!index) return std::move(index).status();
    out = enum_names(E{})[*index].value;
    return {};
  }
  static std::string print(E value) {
    for (const auto& name : enum_names(value)) {
      if (name.value == value) return std::string(name.word);
    }
    return {};
  }
};

/// A row that knows its struct.
template <typename Struct>
struct OptionRow {
  OptionInfo info;
};

template <typename Struct, std::size_t N>
struct OptionTable {
  using Options = Struct;
  std::array<OptionInfo, N> rows;
};

namespace option_detail {
template <typename>
struct MemberOf;
template <typename S, typename T>
struct MemberOf<T S::*> {
  using Struct = S;
  using Type = T;
};

template <typename T>
constexpr std::string_view unit_of() {
  if constexpr (requires { OptionType<T>::kUnit; }) {
    return OptionType<T>::kUnit;
  } else {
    return {};
  }
}
/// The plan changes the number in place.
constexpr bool is_of_a_number(OptionRole role) {
  return role == OptionRole::BatchSize || role == OptionRole::TransactionCapacity || role == OptionRole::Capacity ||
         role == OptionRole::FolderCapacity;
}
void a_role_needs_a_64_bit_member();  // not constexpr, never defined: a table that gets here does not compile
template <typename T>
struct Unwrap {
  using Type = T;
};
template <typename T>
struct Unwrap<std::optional<T>> {
  using Type = T;
};
}  // namespace option_detail

/// One row. The role of a number is for 64-bit members only.
template <auto Member>
constexpr auto option(std::string_view key, std::string_view doc, OptionTraits traits = {}) {
  using Struct = typename option_detail::MemberOf<decltype(Member)>::Struct;
  using Type = typename option_detail::MemberOf<decltype(Member)>::Type;
  using Value = typename option_detail::Unwrap<Type>::Type;
  OptionInfo info{};
  info.key = key;
  info.doc = doc;
  info.type = OptionType<Type>::kName;
  info.unit = traits.unit.empty() ? option_detail::unit_of<Value>() : traits.unit;
  if constexpr (std::is_same_v<Value, Secret>) traits.secret = true;
  info.traits = traits;
  info.parse = [](const OptionInfo& row, void* object, OptionInput& input) {
    return OptionType<Type>::parse(row, input, static_cast<Struct*>(object)->*Member);
  };
  info.print = [](const void* object) { return OptionType<Type>::print(static_cast<const Struct*>(object)->*Member); };
  if constexpr (std::is_enum_v<Value>) {
    info.choices = [] { return option_text::words<Value>(); };
  }
  if constexpr (std::is_same_v<Type, std::int64_t>) {
    info.number = [](void* object) { return &(static_cast<Struct*>(object)->*Member); };
  } else if (option_detail::is_of_a_number(traits.role)) {
    option_detail::a_role_needs_a_64_bit_member();
  }
  return OptionRow<Struct>{info};
}

/// A component chosen by `key`, whose own keys begin with `prefix`; the member's default must name a type by
/// `traits.default_text` (resolved in the registry).
template <auto Member>
constexpr auto component_option(std::string_view key, Kind kind, std::string_view prefix, std::string_view doc, OptionTraits traits) {
  using Struct = typename option_detail::MemberOf<decltype(Member)>::Struct;
  auto row = option<Member>(key, doc, traits);
  row.info.nested_kind = kind;
  row.info.nested_prefix = prefix;
  row.info.nested = [](void* object) { return &(static_cast<Struct*>(object)->*Member); };
  return row;
}

/// A table of rows, all of one struct.
template <typename Struct, typename... Rows>
constexpr auto options(const OptionRow<Struct>& first, const Rows&... rest) {
  static_assert((std::is_same_v<Rows, OptionRow<Struct>> && ...), "rows of one table belong to one struct");
  return OptionTable<Struct, 1 + sizeof...(Rows)>{{first.info, rest.info...}};
}
/// The table of a component without keys.
template <typename Struct>
constexpr auto no_options() {
  return OptionTable<Struct, 0>{};
}

// By role and type, not by the functions: g++ under UBSan takes no comparison of functions for a constant.
/// The rows of a shared group, found in a member of the outer struct: `group<&SyslogOptions::tls, kTlsOptions>()`.
template <auto Member, const auto& Table>
constexpr auto group() {
  using Outer = typename option_detail::MemberOf<decltype(Member)>::Struct;
  constexpr std::size_t kRows = Table.rows.size();
  OptionTable<Outer, kRows> outer{};
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((
         outer.rows[I] = Table.rows[I],
         outer.rows[I].parse = [](const OptionInfo& row, void* object,
                                  OptionInput& input) { return Table.rows[I].parse(row, &(static_cast<Outer*>(object)->*Member), input); },
         outer.rows[I].print = [](const void* object) { return Table.rows[I].print(&(static_cast<const Outer*>(object)->*Member)); },
         outer.rows[I].number = !option_detail::is_of_a_number(Table.rows[I].traits.role)
                                    ? nullptr
                                    : +[](void* object) { return Table.rows[I].number(&(static_cast<Outer*>(object)->*Member)); },
         outer.rows[I].nested = Table.rows[I].type != OptionType<Nested>::kName
                                    ? nullptr
                                    : +[](void* object) { return Table.rows[I].nested(&(static_cast<Outer*>(object)->*Member)); }),
     ...);
  }(std::make_index_sequence<kRows>{});
  return outer;
}

template <typename Struct, std::size_t N, std::size_t M>
constexpr auto operator+(const OptionTable<Struct, N>& a, const OptionTable<Struct, M>& b) {
  OptionTable<Struct, N + M> both{};
  for (std::size_t i = 0; i < N; ++i) both.rows[i] = a.rows[i];
  for (std::size_t i = 0; i < M; ++i) both.rows[N + i] = b.rows[i];
  return both;
}

}  // namespace flume
