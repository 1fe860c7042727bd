#include "codec/block_codec.h"

#include <array>
#include <bzlib.h>
#include <cstdlib>
#include <libdeflate.h>
#include <lzma.h>
#include <snappy.h>
#include <zstd.h>

#include "codec/crc32c.h"

namespace flume::codec {
namespace {

constexpr std::array<std::string_view, 6> kNames{"null", "deflate", "snappy", "bzip2", "xz", "zstandard"};

// Levels of Avro's CodecFactory.
constexpr int kDeflateLevel = 6;
constexpr int kBzip2Hundreds = 9;  // of kilobytes
constexpr int kXzLevel = 6;
constexpr int kZstandardLevel = 3;

/// Makes room for `most` bytes behind `out`, lets `write` fill them and keeps as many as it says. 0 from it: no memory.
template <typename Write>
void append(std::string& out, std::size_t most, Write&& write) {
  const std::size_t before = out.size();
  out.resize(before + most);
  const std::size_t written = write(out.data() + before);
  if (written == 0) std::abort();
  out.resize(before + written);
}

class DeflateCompressor final : public BlockCompressor {
 public:
  DeflateCompressor() : compressor_(libdeflate_alloc_compressor(kDeflateLevel)) {
    if (compressor_ == nullptr) std::abort();
  }
  void compress(std::string_view block, std::string& out) override {
    const std::size_t most = libdeflate_deflate_compress_bound(compressor_.get(), block.size());
    append(out, most, [&](char* to) { return libdeflate_deflate_compress(compressor_.get(), block.data(), block.size(), to, most); });
  }

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
  };
  const std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

/// A raw Snappy block and the CRC-32 of what is in it, big-endian.
class SnappyCompressor final : public BlockCompressor {
 public:
  void compress(std::string_view block, std::string& out) override {
    append(out, snappy::MaxCompressedLength(block.size()), [&](char* to) {
      std::size_t size = 0;
      snappy::RawCompress(block.data(), block.size(), to, &size);
      return size;
    });
    const std::uint32_t crc = crc32(0, block);
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(crc >> shift));
  }
};

class Bzip2Compressor final : public BlockCompressor {
 public:
  void compress(std::string_view block, std::string& out) override {
    const std::size_t most = block.size() + block.size() / 100 + 600;  // as the library's manual says
    append(out, most, [&](char* to) {
      auto size = static_cast<unsigned>(most);
      // The library does not write to its input, though it does not say so.
      const int status =
          BZ2_bzBuffToBuffCompress(to, &size, const_cast<char*>(block.data()), static_cast<unsigned>(block.size()), kBzip2Hundreds, 0, 0);
      return status == BZ_OK ? std::size_t{size} : std::size_t{0};
    });
  }
};

class XzCompressor final : public BlockCompressor {
 public:
  void compress(std::string_view block, std::string& out) override {
    const std::size_t most = lzma_stream_buffer_bound(block.size());
    append(out, most, [&](char* to) {
      std::size_t size = 0;
      const lzma_ret status =
          lzma_easy_buffer_encode(kXzLevel, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(block.data()), block.size(),
                                  reinterpret_cast<std::uint8_t*>(to), &size, most);
      return status == LZMA_OK ? size : std::size_t{0};
    });
  }
};

class ZstandardCompressor final : public BlockCompressor {
 public:
  ZstandardCompressor() : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) std::abort();
  }
  void compress(std::string_view block, std::string& out) override {
    const std::size_t most = ZSTD_compressBound(block.size());
    append(out, most, [&](char* to) {
      const std::size_t size = ZSTD_compressCCtx(context_.get(), to, most, block.data(), block.size(), kZstandardLevel);
      return ZSTD_isError(size) != 0 ? std::size_t{0} : size;
    });
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  const std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

std::string_view to_string(BlockCodec codec) noexcept { return kNames[static_cast<std::size_t>(codec)]; }

std::optional<BlockCodec> block_codec_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<BlockCodec>(i);
  }
  return std::nullopt;
}

std::unique_ptr<BlockCompressor> make_block_compressor(BlockCodec codec) {
  switch (codec) {
    case BlockCodec::Deflate:
      return std::make_unique<DeflateCompressor>();
    case BlockCodec::Snappy:
      return std::make_unique<SnappyCompressor>();
    case BlockCodec::Bzip2:
      return std::make_unique<Bzip2Compressor>();
    case BlockCodec::Xz:
      return std::make_unique<XzCompressor>();
    case BlockCodec::Zstandard:
      return std::make_unique<ZstandardCompressor>();
    case BlockCodec::Null:
      break;
  }
  return nullptr;
}

}  // namespace flume::codec
