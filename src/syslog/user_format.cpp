#include "syslog/user_format.h"

#include <utility>

namespace flume::syslog {

Result<std::optional<UserFormat>> UserFormat::make(const FormatOptions& options) {
  if (!options.regex) return std::optional<UserFormat>();
  auto regex = Regex::compile(*options.regex, {.whole_subject = true});
  if (!regex) return std::move(regex).status().with_context("format.regex");
  std::optional<Replacing> replacing;
  if (options.search) {
    if (!options.replace) return invalid_config("format.search: needs format.replace, what takes the place of a match (it may be empty)");
    auto search = Regex::compile(*options.search);
    if (!search) return std::move(search).status().with_context("format.search");
    auto replacement = JavaReplacement::compile(*options.replace, *search);
    if (!replacement) return std::move(replacement).status().with_context("format.replace");
    replacing.emplace(Replacing{*std::move(search), *std::move(replacement)});
  }
  std::optional<JavaDateFormat> date_format;
  if (options.date_format) {
    auto compiled = JavaDateFormat::compile(*options.date_format);
    if (!compiled) return std::move(compiled).status().with_context("format.dateFormat");
    date_format.emplace(*std::move(compiled));
  }
  return std::optional(UserFormat(*std::move(regex), std::move(replacing), std::move(date_format)));
}

Result<bool> UserFormat::match(std::string_view message, MessageFields& fields) {
  auto matched = regex_.find(message, groups_);
  if (!matched || !*matched) return matched;
  const auto group = [this](std::size_t number) { return number < groups_.size() ? groups_[number].value_or("") : std::string_view(); };
  fields = {.priority = group(1), .version = group(2), .stamp = group(3), .host = group(4), .body = group(5)};
  return true;
}

std::optional<std::int64_t> UserFormat::instant_of(std::string_view stamp, std::int64_t now, const TimeZone& zone) {
  if (!date_format_) return std::nullopt;
  if (replacing_) {
    replaced_.clear();
    const auto replaced = replace_all(replacing_->search, replacing_->replacement, stamp, replaced_);
    if (!replaced) return std::nullopt;
    if (*replaced) stamp = replaced_;
  }
  return date_format_->parse(stamp, now, zone);
}

}  // namespace flume::syslog
