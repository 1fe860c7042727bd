#include "cli/avro_client/avro_client_request.h"

#include <algorithm>

#include "config/properties.h"
#include "config/shown_value.h"
#include "flume/common_options.h"
#include "text/did_you_mean.h"

namespace flume::cli {
namespace {

constexpr std::uint64_t kLongestProperties = std::uint64_t{1} << 20;  // bytes

struct RpcProperties {
  std::int64_t batch_size = 100;
  rpc::ClientOptions client;
};
constexpr auto kRpcProperties =
    options(batch_size_option<&RpcProperties::batch_size>("batch-size")) + group<&RpcProperties::client, rpc::kClientOptions>();

Result<std::vector<config::Property>> read_properties(Files& files, const std::string& path, config::Diagnostics& diagnostics) {
  auto text = files.read_all(path, kLongestProperties);
  if (!text) return std::move(text).status();
  auto parsed = config::parse_properties(config::location_of_file(path), *text, diagnostics);
  if (!parsed.well_formed) return invalid_config(path + ": not a properties file");
  config::PropertySet set;
  set.merge(std::move(parsed.entries), diagnostics);
  return set.entries();
}

const OptionInfo* find_row(std::string_view key) {
  const auto row = std::ranges::find_if(kRpcProperties.rows, [&](const OptionInfo& each) {
    return each.is_family() ? key.size() > each.family_prefix().size() && key.starts_with(each.family_prefix()) : each.key == key;
  });
  return row == kRpcProperties.rows.end() ? nullptr : &*row;
}

Result<RpcProperties> rpc_properties(Files& files, const std::string& path, config::Diagnostics& diagnostics) {
  const auto entries = read_properties(files, path, diagnostics);
  if (!entries) return entries.status();
  RpcProperties properties;
  for (const config::Property& entry : *entries) {
    config::Diagnostic told{.severity = config::Severity::Warning, .at = entry.key_at, .key = entry.key, .message = {}, .hint = {}};
    const OptionInfo* row = find_row(entry.key);
    if (row == nullptr) {
      std::vector<std::string_view> keys;
      for (const OptionInfo& each : kRpcProperties.rows) keys.push_back(each.key);
      told.message = "unknown key";
      told.hint = did_you_mean(nearest_name(entry.key, std::span<const std::string_view>(keys)));
      diagnostics.add(std::move(told));
      continue;
    }
    const std::string_view suffix = row->is_family() ? std::string_view(entry.key).substr(row->family_prefix().size()) : std::string_view();
    OptionInput input{.text = entry.value, .suffix = suffix, .warning = {}};
    Status parsed = row->parse(*row, &properties, input);
    if (parsed.ok()) continue;
    if (row->traits.if_bad.empty()) return std::move(parsed).with_context(path + ": " + entry.key);
    told.message = parsed.message() + ": the default is used";
    diagnostics.add(std::move(told));
  }
  return properties;
}

Result<rpc::HostAddress> address_of_flags(const CommandLine& line) {
  std::int64_t port = 0;
  if (line.value("host").empty() || line.value("port").empty()) {
    return invalid_config("avro-client needs --host and --port of an Avro source, or --rpcProps");
  }
  FLUME_TRY(option_text::parse_integer(line.value("port"), 1, UINT16_MAX, port).with_context("--port"));
  return rpc::HostAddress{line.value("host"), static_cast<std::uint16_t>(port)};
}

}  // namespace

Result<AvroClientRequest> avro_client_request(Files& files, const CommandLine& line, config::Diagnostics& diagnostics) {
  AvroClientRequest request{.sender = {}, .client = {}, .file = line.value("filename"), .folder = line.value("dirname")};
  if (line.has("filename") && line.has("dirname")) return invalid_config("--filename and --dirname exclude each other");
  RpcProperties properties{.batch_size = request.sender.batch_size, .client = {}};
  std::optional<rpc::HostAddress> address;
  if (line.has("rpcProps")) {
    auto read = rpc_properties(files, line.value("rpcProps"), diagnostics);
    if (!read) return std::move(read).status().with_context("--rpcProps");
    properties = *std::move(read);
  } else {
    auto read = address_of_flags(line);
    if (!read) return std::move(read).status();
    address = *std::move(read);
  }
  auto settings = rpc::client_settings(properties.client, address);
  if (!settings) return std::move(settings).status().with_context("--rpcProps");
  request.sender.client = *std::move(settings);
  request.client = properties.client;
  request.sender.batch_size = static_cast<std::uint32_t>(properties.batch_size);
  if (line.has("headerFile")) {
    const auto entries = read_properties(files, line.value("headerFile"), diagnostics);
    if (!entries) return entries.status().with_context("--headerFile");
    for (const config::Property& entry : *entries) request.sender.headers.emplace_back(entry.key, entry.value);
  }
  return request;
}

}  // namespace flume::cli
