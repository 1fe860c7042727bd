#include "components/config_filters/hadoop/hadoop_config_filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/key_store.h"
#include "crypto/password_file.h"
#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::string_view kPasswordVariable = "HADOOP_CREDSTORE_PASSWORD";
constexpr std::string_view kPasswordWhenNoneIsSet = "none";  // as in Hadoop

struct HadoopOptions {
  std::string provider_path;
  std::string password_file;
};

constexpr auto kHadoopOptions = options(
    option<&HadoopOptions::provider_path>("credential.provider.path",
                                          "Stores, separated by commas: jceks://file/PATH or localjceks://file/PATH.", {.required = true}),
    option<&HadoopOptions::password_file>(
        "credstore.java-keystore-provider.password-file",
        "File with the stores' password, in --conf or Hadoop's configuration folder; the environment's HADOOP_CREDSTORE_PASSWORD wins."));

/// jceks://file/etc/x.jceks -> /etc/x.jceks
Result<std::string> path_of_provider(std::string_view uri) {
  for (const std::string_view start : {"jceks://file/", "localjceks://file/"}) {
    if (uri.starts_with(start)) return std::string(uri.substr(start.size() - 1));
  }
  return invalid_config("credential.provider.path: '" + std::string(uri) +
                        "' is not read in this version; jceks://file/PATH and localjceks://file/PATH are");
}

class HadoopConfigFilter final : public config::ConfigFilter {
 public:
  struct Store {
    std::string path;
    crypto::KeyStore keys;
  };
  HadoopConfigFilter(std::vector<Store> stores, crypto::SecretBytes password)
      : stores_(std::move(stores)), password_(std::move(password)) {}

  /// The first store that has the key answers.
  Result<std::optional<std::string>> value_of(const std::string& key) override {
    for (const Store& store : stores_) {
      if (store.keys.find(key) == nullptr) continue;
      auto secret = store.keys.secret_key(key, password_.text());
      if (!secret) return std::move(secret).status().with_context(store.path);
      std::string text;
      append_valid_utf8(secret->bytes.text(), Utf8End::Replace, text);
      return std::optional(std::move(text));
    }
    return std::optional<std::string>();
  }

 private:
  const std::vector<Store> stores_;
  const crypto::SecretBytes password_;
};

Result<crypto::SecretBytes> password_of(const HadoopOptions& options, const ConfigFilterContext& context) {
  const auto variable = context.environment.find(kPasswordVariable);
  if (variable != context.environment.end()) return crypto::SecretBytes::copy_of(variable->second);
  if (options.password_file.empty()) return crypto::SecretBytes::copy_of(kPasswordWhenNoneIsSet);
  // Hadoop looks for it on the class path, which has these folders.
  std::vector<std::string> places;
  if (options.password_file.starts_with('/')) {
    places.push_back(options.password_file);
  } else {
    for (const std::string& folder : {context.conf_folder, context.hadoop_conf_folder}) {
      if (!folder.empty()) places.push_back(folder + "/" + options.password_file);
    }
  }
  for (const std::string& path : places) {
    auto password = crypto::read_password_file(context.files, path);
    if (password || password.cause() != Cause::NotFound) return password;
  }
  return invalid_config("credstore.java-keystore-provider.password-file: there is no " + options.password_file +
                        " in --conf or Hadoop's configuration folder");
}

}  // namespace

Result<std::unique_ptr<config::ConfigFilter>> make_hadoop_config_filter(const void* options, const ConfigFilterContext& context) {
  const auto& given = *static_cast<const HadoopOptions*>(options);
  auto password = password_of(given, context);
  if (!password) return std::move(password).status();
  std::vector<HadoopConfigFilter::Store> stores;
  for (std::size_t begin = 0; begin <= given.provider_path.size();) {
    const std::size_t end = std::min(given.provider_path.find(',', begin), given.provider_path.size());
    const Names uri = option_text::split_names(given.provider_path.substr(begin, end - begin));
    begin = end + 1;
    if (uri.empty()) continue;
    auto path = path_of_provider(uri.front());
    if (!path) return std::move(path).status();
    auto bytes = context.files.read_all(*path, crypto::KeyStoreLimits{}.bytes);
    if (!bytes) return std::move(bytes).status().with_context("credential.provider.path");
    auto keys = crypto::read_key_store(as_bytes(*bytes), password->text());
    if (!keys) return std::move(keys).status().with_context(*path);
    stores.push_back({*std::move(path), *std::move(keys)});
  }
  return std::unique_ptr<config::ConfigFilter>(std::make_unique<HadoopConfigFilter>(std::move(stores), *std::move(password)));
}

namespace components {
constinit const ComponentInfo config_filter_hadoop = describe_config_filter<kHadoopOptions>(
    "hadoop", "Values out of Hadoop's credential stores.", {"org.apache.flume.configfilter.HadoopCredentialStoreConfigFilter"});
}  // namespace components
}  // namespace flume
