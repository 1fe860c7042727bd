// The keys of an encrypted log: each segment has one of its own, made from a key of the key store, the segment's salt and the
// channel's uuid. Which key of the store it was stands in the segment's head, so keys can be changed while old segments stay.
// Owned by the log's settings; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "crypto/data_key.h"
#include "crypto/key_provider.h"
#include "storage/log_format.h"

namespace flume::storage {

class SegmentKeys {
 public:
  using DataKeyPointer = std::shared_ptr<const crypto::DataKey>;

  /// `active`: alias of the key for new segments; empty: they are not encrypted, only older ones are read.
  SegmentKeys(crypto::KeyProvider provider, std::string active) : provider_(std::move(provider)), active_(std::move(active)) {}

  [[nodiscard]] bool encrypts() const noexcept { return !active_.empty(); }
  struct NewKey {
    SegmentKey head;
    DataKeyPointer key;
  };
  /// For a new segment. Errors as KeyProvider::key().
  [[nodiscard]] Result<NewKey> make(const ChannelUuid& channel);
  /// InvalidConfig: the store has no such key, or it is not the one that the segment was written with.
  [[nodiscard]] Result<DataKeyPointer> open(const SegmentKey& head, const ChannelUuid& channel);

 private:
  Result<crypto::DataKey> derive(const std::string& alias, ByteView salt, const ChannelUuid& channel);

  std::mutex mutex_;  // guards all below
  crypto::KeyProvider provider_;
  const std::string active_;
  std::map<std::string, crypto::SecretBytes> masters_;  // those used so far: to decrypt one takes long
};

}  // namespace flume::storage
