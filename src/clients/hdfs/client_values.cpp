#include "clients/hdfs/client_values.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "text/ascii.h"

namespace flume {
namespace {

using namespace std::chrono_literals;

std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, 64)) + "'"; }

constexpr std::array<std::pair<std::string_view, Instant::duration>, 7> kTimeUnits{
    {{"ns", 1ns}, {"us", 1us}, {"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}}};

/// Whole numbers only. InvalidConfig tells what can be written.
Result<Instant::duration> parse_time(const OptionInfo& row, std::string_view text, std::string_view default_unit) {
  const std::size_t digits = std::min(text.find_first_not_of("+-0123456789"), text.size());
  std::string unit = to_lower(text.substr(digits));
  if (unit.empty()) unit = default_unit;
  const auto known = std::find_if(kTimeUnits.begin(), kTimeUnits.end(), [&](const auto& each) { return each.first == unit; });
  std::int64_t count = 0;
  if (known == kTimeUnits.end() ||
      !option_text::parse_integer(text.substr(0, digits), 0, std::numeric_limits<std::int64_t>::max(), count).ok()) {
    return invalid_config(fmt::format("{}: expected a time in {}, or with one of ns, us, ms, s, m, h, d behind its number", shown(text),
                                      default_unit == "s" ? "seconds" : "milliseconds"));
  }
  const auto own_unit = std::find_if(kTimeUnits.begin(), kTimeUnits.end(), [&](const auto& each) { return each.first == default_unit; });
  if (count > hdfs::kForever / known->second) return hdfs::kForever;
  const Instant::duration time = count * known->second;
  if (time / own_unit->second < row.traits.minimum)
    return invalid_config(fmt::format("{}: expected at least {} {}", shown(text), row.traits.minimum, default_unit));
  return time;
}

}  // namespace

Status OptionType<hdfs::Milliseconds>::parse(const OptionInfo& row, const OptionInput& input, hdfs::Milliseconds& out) {
  auto time = parse_time(row, input.text, "ms");
  if (!time) return std::move(time).status();
  out.time = *time;
  return {};
}

std::string OptionType<hdfs::Milliseconds>::print(hdfs::Milliseconds value) { return std::to_string(value.time / 1ms); }

Status OptionType<hdfs::Seconds>::parse(const OptionInfo& row, const OptionInput& input, hdfs::Seconds& out) {
  auto time = parse_time(row, input.text, "s");
  if (!time) return std::move(time).status();
  out.time = *time;
  return {};
}

std::string OptionType<hdfs::Seconds>::print(hdfs::Seconds value) { return std::to_string(value.time / 1s); }

Status OptionType<hdfs::Size>::parse(const OptionInfo& row, const OptionInput& input, hdfs::Size& out) {
  constexpr std::string_view kPrefixes = "kmgtpe";
  std::string_view digits = input.text;
  unsigned shift = 0;
  if (!digits.empty()) {
    const std::string last = to_lower(digits.substr(digits.size() - 1));
    if (const std::size_t prefix = kPrefixes.find(last); prefix != std::string_view::npos) {
      shift = 10 * (static_cast<unsigned>(prefix) + 1);
      digits.remove_suffix(1);
    }
  }
  std::int64_t count = 0;
  if (!option_text::parse_integer(digits, 0, std::numeric_limits<std::int64_t>::max(), count).ok())
    return invalid_config(shown(input.text) + ": expected a number of bytes, with k, m, g, t, p or e behind it or not");
  if (count > (row.traits.maximum >> shift) || (count << shift) < row.traits.minimum)
    return invalid_config(shown(input.text) +
                          fmt::format(": out of range, allowed is from {} to {} bytes", row.traits.minimum, row.traits.maximum));
  out.bytes = static_cast<std::uint64_t>(count) << shift;
  return {};
}

Status OptionType<hdfs::Flag>::parse(const OptionInfo&, const OptionInput& input, hdfs::Flag& out) {
  if (input.text.empty()) return {};
  const std::string word = to_lower(input.text);
  if (word != "true" && word != "false") return invalid_config(shown(input.text) + ": expected true or false");
  out.is_set = word == "true";
  return {};
}

namespace {

std::optional<std::uint16_t> octal_umask(std::string_view text) {
  // Zeros in front, and then three digits: "0022" and "022", but not "22" and not a sticky bit.
  if (text.size() < 3 || text.find_first_not_of("01234567") != std::string_view::npos) return std::nullopt;
  const std::string_view last = text.substr(text.size() - 3);
  if (text.substr(0, text.size() - 3).find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  return static_cast<std::uint16_t>((last[0] - '0') << 6 | (last[1] - '0') << 3 | (last[2] - '0'));
}

/// What stays permitted is what the clauses name; of clauses for the same people the last one counts, as in Hadoop.
std::optional<std::uint16_t> symbolic_umask(std::string_view text) {
  std::array<std::uint16_t, 3> permitted{};  // user, group, others
  constexpr std::string_view kPeople = "ugo";
  constexpr std::string_view kRights = "xwr";
  while (true) {
    const std::string_view clause = text.substr(0, text.find(','));
    const std::size_t operation = clause.find_first_of("+-=");
    if (operation == std::string_view::npos) return std::nullopt;
    const std::size_t rights_at = std::min(clause.find_first_not_of("+-=", operation), clause.size());
    std::uint16_t rights = 0;
    for (const char right : clause.substr(rights_at)) {
      const std::size_t bit = kRights.find(right);
      if (bit == std::string_view::npos) return std::nullopt;
      rights = static_cast<std::uint16_t>(rights | 1U << bit);
    }
    if (clause[rights_at - 1] == '-') rights = 0;  // nothing was permitted before
    const std::string_view people = clause.substr(0, operation);
    if (people.find_first_not_of("ugoa") != std::string_view::npos) return std::nullopt;
    const bool is_all = people.find_first_not_of('a') == std::string_view::npos;
    for (std::size_t i = 0; i < kPeople.size(); ++i) {
      if (is_all || people.find(kPeople[i]) != std::string_view::npos) permitted[i] = rights;
    }
    if (clause.size() == text.size()) break;
    text.remove_prefix(clause.size() + 1);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return static_cast<std::uint16_t>(~(permitted[0] << 6 | permitted[1] << 3 | permitted[2]) & 0777);
}

}  // namespace

Status OptionType<hdfs::Umask>::parse(const OptionInfo&, const OptionInput& input, hdfs::Umask& out) {
  std::optional<std::uint16_t> bits = octal_umask(input.text);
  if (!bits) bits = symbolic_umask(input.text);
  if (!bits) return invalid_config(shown(input.text) + ": expected three octal digits such as 027, or symbols such as u=rwx,g=rx,o=");
  out.bits = *bits;
  return {};
}

std::string OptionType<hdfs::Umask>::print(hdfs::Umask value) { return fmt::format("{:03o}", value.bits); }

}  // namespace flume
