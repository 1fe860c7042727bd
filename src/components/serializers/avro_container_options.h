// Keys of the serializers that write Avro container files. Plain data; any thread.
#pragma once

#include <array>
#include <span>

#include "codec/block_codec.h"
#include "flume/options.h"

namespace flume {

namespace codec {
/// "zstd" is ours.
inline std::span<const EnumName<BlockCodec>> enum_names(BlockCodec) {
  static constexpr std::array kNames{
      EnumName<BlockCodec>{"null", BlockCodec::Null},     EnumName<BlockCodec>{"deflate", BlockCodec::Deflate},
      EnumName<BlockCodec>{"snappy", BlockCodec::Snappy}, EnumName<BlockCodec>{"bzip2", BlockCodec::Bzip2},
      EnumName<BlockCodec>{"xz", BlockCodec::Xz},         EnumName<BlockCodec>{"zstandard", BlockCodec::Zstandard},
      EnumName<BlockCodec>{"zstd", BlockCodec::Zstandard}};
  return kNames;
}
}  // namespace codec

struct AvroContainerOptions {
  Bytes sync_interval{2'048'000};
  codec::BlockCodec codec = codec::BlockCodec::Null;
};

inline constexpr auto kAvroContainerOptions =
    options(option<&AvroContainerOptions::sync_interval>("syncIntervalBytes", "A block ends when its records have so many bytes.",
                                                         {.minimum = 32, .maximum = std::int64_t{1} << 30}),
            option<&AvroContainerOptions::codec>("compressionCodec", "How blocks are compressed.", {.if_bad = "nothing is compressed"}));

}  // namespace flume
