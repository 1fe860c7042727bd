#include "components/serializers/avro/avro_schemas.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "codec/avro_schema.h"
#include "output/file_location.h"
#include "output/open_file_system.h"

namespace flume {
namespace {

/// A sink waits for a schema.
constexpr std::chrono::seconds kLongestRead{10};
constexpr std::size_t kMostKnown = 1000;

Result<std::string> read_text(const std::string& url, const Services& services) {
  const Deadline deadline = services.clock.in(kLongestRead);
  auto configuration = output::hadoop_configuration(services.files, services.conf_folder, services.hadoop);
  if (!configuration) return std::move(configuration).status();
  // A path without a scheme is a local one, whatever fs.defaultFS says.
  auto location = output::locate(output::scheme_of(url).empty() ? "file://" + url : url, *configuration);
  if (!location) return std::move(location).status();
  auto opened = output::open_file_system(*location, *configuration, services, Durability::Written, deadline);
  if (!opened) return std::move(opened).status();
  auto file = opened->file_system->open(opened->root + opened->path, deadline);
  if (!file) return std::move(file).status();
  const std::uint64_t length = (*file)->length();
  if (length > codec::kLongestAvroSchema) return rejected("not an Avro schema: a file of " + std::to_string(length) + " bytes");
  std::vector<std::byte> bytes(length);
  auto got = (*file)->read_at(0, bytes, deadline);
  if (!got) return std::move(got).status();
  return std::string(as_text({bytes.data(), *got}));
}

bool is_web(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

}  // namespace

bool is_allowed_schema_url(std::string_view url, const Names& allowed) {
  // What a server or a file system would read as another path than it looks.
  if (url.find("/..") != std::string_view::npos || url.find('%') != std::string_view::npos || url.find('\\') != std::string_view::npos ||
      url.find('\0') != std::string_view::npos)
    return false;
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& each) {
    return url == each || (url.starts_with(each) && (each.ends_with('/') || url[each.size()] == '/'));
  });
}

Status check_schema_url(std::string_view url) {
  const std::string_view scheme = output::scheme_of(url);
  if (scheme.empty() && !url.starts_with('/'))
    return invalid_config("a URL is expected: file:///.., hdfs://.., https://.. or a path from /");
  if (!scheme.empty() && scheme != "file" && scheme != "hdfs" && !is_web(scheme))
    return invalid_config("schemas are read from file:, hdfs:, http: and https:, not from " + std::string(scheme) + ":");
  return {};
}

Result<std::string> AvroSchemas::read_document(const std::string& url, const Services& services) {
  const std::lock_guard lock(documents_mutex_);
  if (!documents_) {
    auto loaded = http::load_document_reader(services.clock);
    if (!loaded) return std::move(loaded).status();
    documents_ = *std::move(loaded);
  }
  // A server that is allowed must not lead to one that is not.
  auto text =
      documents_->read({.url = url, .largest = codec::kLongestAvroSchema, .most_redirects = 0}, services.clock.in(kLongestRead), {});
  if (!text && text.cause() == Cause::TooLarge) return rejected("not an Avro schema: " + text.status().message());
  return text;
}

Result<std::string> AvroSchemas::at(const std::string& url, const Services& services) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(url); found != known_.end()) return found->second;
  }
  if (const Status known = check_schema_url(url); !known.ok()) return rejected(known.message());
  auto text = is_web(output::scheme_of(url)) ? read_document(url, services) : read_text(url, services);
  if (!text && text.cause() == Cause::NotFound) return rejected("there is no schema: " + text.status().message());
  if (!text && text.status().kind() != ErrorKind::Rejected) return retryable(text.status().message(), text.cause());
  if (!text) return std::move(text).status();
  const auto schema = codec::AvroSchema::read(*text);
  if (!schema) return schema.status();
  const std::lock_guard lock(mutex_);
  if (known_.size() == kMostKnown) known_.clear();
  known_.insert_or_assign(url, schema->text());
  return schema->text();
}

}  // namespace flume
