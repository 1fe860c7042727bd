#include "codec/block_decompressor.h"

#include <algorithm>
#include <bzlib.h>
#include <cstdint>
#include <cstdlib>
#include <libdeflate.h>
#include <lzma.h>
#include <snappy.h>
#include <zstd.h>

#include "codec/crc32c.h"

namespace flume::codec {
namespace {

constexpr std::uint64_t kMostXzMemory = 128U << 20U;
/// Windows of up to 128 MiB, as the library's own limit.
constexpr int kLongestZstandardWindow = 27;
constexpr std::size_t kFirstGuess = 64 * 1024;

Status damaged(BlockCodec codec) { return corrupt("the bytes of a block are not " + std::string(to_string(codec))); }

Status too_large(std::size_t most) {
  return {ErrorKind::Corrupt, "a block that is longer than " + std::to_string(most) + " bytes when it is decompressed", Cause::TooLarge};
}

/// Makes `out` longer, but no longer than `most`; false when it is that long.
bool grow(std::string& out, std::size_t block, std::size_t most) {
  if (out.size() >= most) return false;
  const std::size_t guess = out.empty() ? std::max(kFirstGuess, block * 4) : out.size() * 2;
  out.resize(std::min(guess, most));
  return true;
}

class DeflateDecompressor final : public BlockDecompressor {
 public:
  DeflateDecompressor() : decompressor_(libdeflate_alloc_decompressor()) {
    if (decompressor_ == nullptr) std::abort();
  }
  Status decompress(std::string_view block, std::size_t most, std::string& out) override {
    out.clear();
    while (grow(out, block.size(), most)) {
      std::size_t used = 0;
      std::size_t size = 0;
      const libdeflate_result result =
          libdeflate_deflate_decompress_ex(decompressor_.get(), block.data(), block.size(), out.data(), out.size(), &used, &size);
      if (result == LIBDEFLATE_INSUFFICIENT_SPACE) continue;
      if (result != LIBDEFLATE_SUCCESS || used != block.size()) return damaged(BlockCodec::Deflate);
      out.resize(size);
      return {};
    }
    return too_large(most);
  }

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
  };
  const std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

class SnappyDecompressor final : public BlockDecompressor {
 public:
  Status decompress(std::string_view block, std::size_t most, std::string& out) override {
    constexpr std::size_t kCrcBytes = 4;
    std::size_t size = 0;
    if (block.size() < kCrcBytes) return damaged(BlockCodec::Snappy);
    const std::string_view bytes = block.substr(0, block.size() - kCrcBytes);
    if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size)) return damaged(BlockCodec::Snappy);
    if (size > most) return too_large(most);
    // The length is only a claim: whether the bytes make as much is looked at before memory is taken.
    if (!snappy::IsValidCompressedBuffer(bytes.data(), bytes.size())) return damaged(BlockCodec::Snappy);
    out.resize(size);
    if (!snappy::RawUncompress(bytes.data(), bytes.size(), out.data())) return damaged(BlockCodec::Snappy);
    std::uint32_t crc = 0;
    for (const char byte : block.substr(bytes.size())) crc = crc << 8U | static_cast<unsigned char>(byte);
    return crc == crc32(0, out) ? Status() : damaged(BlockCodec::Snappy);
  }
};

class Bzip2Decompressor final : public BlockDecompressor {
 public:
  Status decompress(std::string_view block, std::size_t most, std::string& out) override {
    bz_stream stream{};
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) std::abort();
    const std::unique_ptr<bz_stream, int (*)(bz_stream*)> ended(&stream, BZ2_bzDecompressEnd);
    stream.next_in = const_cast<char*>(block.data());  // the library does not write to its input, though it does not say so
    stream.avail_in = static_cast<unsigned>(block.size());
    out.clear();
    std::size_t size = 0;
    int status = BZ_OK;
    while (status == BZ_OK) {
      if (size == out.size() && !grow(out, block.size(), most)) return too_large(most);
      stream.next_out = out.data() + size;
      stream.avail_out = static_cast<unsigned>(out.size() - size);
      status = BZ2_bzDecompress(&stream);
      const std::size_t before = size;
      size = out.size() - stream.avail_out;
      if (status == BZ_OK && size == before && stream.avail_in == 0) break;  // the block ends too soon
    }
    if (status != BZ_STREAM_END || stream.avail_in != 0) return damaged(BlockCodec::Bzip2);
    out.resize(size);
    return {};
  }
};

class XzDecompressor final : public BlockDecompressor {
 public:
  Status decompress(std::string_view block, std::size_t most, std::string& out) override {
    lzma_stream stream = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&stream, kMostXzMemory, 0) != LZMA_OK) std::abort();
    const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> ended(&stream, lzma_end);
    stream.next_in = reinterpret_cast<const std::uint8_t*>(block.data());
    stream.avail_in = block.size();
    out.clear();
    std::size_t size = 0;
    lzma_ret status = LZMA_OK;
    while (status == LZMA_OK) {
      if (size == out.size() && !grow(out, block.size(), most)) return too_large(most);
      stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + size);
      stream.avail_out = out.size() - size;
      status = lzma_code(&stream, LZMA_FINISH);
      size = out.size() - stream.avail_out;
    }
    if (status != LZMA_STREAM_END || stream.avail_in != 0) return damaged(BlockCodec::Xz);
    out.resize(size);
    return {};
  }
};

class ZstandardDecompressor final : public BlockDecompressor {
 public:
  ZstandardDecompressor() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) std::abort();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLongestZstandardWindow);
  }
  Status decompress(std::string_view block, std::size_t most, std::string& out) override {
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    ZSTD_inBuffer in{block.data(), block.size(), 0};
    out.clear();
    std::size_t size = 0;
    for (;;) {
      if (size == out.size() && !grow(out, block.size(), most)) return too_large(most);
      ZSTD_outBuffer to{out.data(), out.size(), size};
      const std::size_t left = ZSTD_decompressStream(context_.get(), &to, &in);
      if (ZSTD_isError(left) != 0) return damaged(BlockCodec::Zstandard);
      size = to.pos;
      if (left == 0) break;                                                              // the end of the frame
      if (in.pos == in.size && to.pos < to.size) return damaged(BlockCodec::Zstandard);  // the block ends too soon
    }
    if (in.pos != in.size) return damaged(BlockCodec::Zstandard);
    out.resize(size);
    return {};
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  const std::unique_ptr<ZSTD_DCtx, Free> context_;
};

}  // namespace

std::unique_ptr<BlockDecompressor> make_block_decompressor(BlockCodec codec) {
  switch (codec) {
    case BlockCodec::Deflate:
      return std::make_unique<DeflateDecompressor>();
    case BlockCodec::Snappy:
      return std::make_unique<SnappyDecompressor>();
    case BlockCodec::Bzip2:
      return std::make_unique<Bzip2Decompressor>();
    case BlockCodec::Xz:
      return std::make_unique<XzDecompressor>();
    case BlockCodec::Zstandard:
      return std::make_unique<ZstandardDecompressor>();
    case BlockCodec::Null:
      break;
  }
  return nullptr;
}

}  // namespace flume::codec
