#include "storage/segment_keys.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace flume::storage {

Result<crypto::DataKey> SegmentKeys::derive(const std::string& alias, ByteView salt, const ChannelUuid& channel) {
  const std::lock_guard lock(mutex_);
  auto master = masters_.find(alias);
  if (master == masters_.end()) {
    auto key = provider_.key(alias);
    if (!key) return std::move(key).status();
    master = masters_.emplace(alias, *std::move(key)).first;
  }
  return crypto::DataKey::derive(master->second.view(), salt, std::as_bytes(std::span(channel)));
}

Result<SegmentKeys::NewKey> SegmentKeys::make(const ChannelUuid& channel) {
  const auto salt = crypto::random_salt();
  if (!salt) return salt.status();
  auto key = derive(active_, *salt, channel);
  if (!key) return std::move(key).status();
  NewKey made;
  made.head.alias = active_;
  static_assert(sizeof(made.head.salt) == sizeof(*salt));
  std::memcpy(made.head.salt.data(), salt->data(), salt->size());
  std::memcpy(made.head.check.data(), key->check().data(), key->check().size());
  made.key = std::make_shared<const crypto::DataKey>(*std::move(key));
  return made;
}

Result<SegmentKeys::DataKeyPointer> SegmentKeys::open(const SegmentKey& head, const ChannelUuid& channel) {
  auto key = derive(head.alias, std::as_bytes(std::span(head.salt)), channel);
  if (!key) return invalid_config(std::move(key).status().message());
  if (!key->fits(std::as_bytes(std::span(head.check)))) {
    return invalid_config("the key \"" + head.alias +
                          "\" of the key store is not the one that was used: the store was made anew, or belongs to another agent");
  }
  return DataKeyPointer(std::make_shared<const crypto::DataKey>(*std::move(key)));
}

}  // namespace flume::storage
