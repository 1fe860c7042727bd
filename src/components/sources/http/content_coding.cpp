#include "components/sources/http/content_coding.h"

#include <algorithm>
#include <memory>
#include <zlib.h>
#include <zstd.h>

#include "text/ascii.h"

namespace flume {
namespace {

constexpr std::size_t kStep = std::size_t{64} << 10U;
// Deflate cannot do more; zstd can, but no honest client does.
constexpr std::size_t kMostRatio = 1032;
constexpr std::size_t kAlwaysAllowed = std::size_t{1} << 20U;
constexpr int kAnyHead = 15 + 32;  // gzip or zlib, as the bytes say
constexpr int kNoHead = -15;
constexpr int kMostZstdWindowLog = 23;  // 8 MiB, what RFC 9659 bounds it to

Status damaged() { return rejected("the body is not what its Content-Encoding says: damaged, or cut off"); }

Status too_large(std::size_t most) {
  return {ErrorKind::Rejected, "the body is larger than " + std::to_string(most) + " bytes when it is decoded", Cause::TooLarge};
}

/// Room for the next step; false: nothing more may come.
bool grow(std::string& out, std::size_t used, std::size_t most) {
  if (used < out.size()) return true;
  if (out.size() > most) return false;
  out.resize(std::min(std::max(2 * out.size(), kStep), most + 1));
  return true;
}

Result<std::string> inflate_all(std::string_view coded, int window_bits, std::size_t most) {
  z_stream zlib{};
  if (inflateInit2(&zlib, window_bits) != Z_OK) return retryable("no memory to decode the body");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&zlib, inflateEnd);
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
  zlib.avail_in = static_cast<uInt>(coded.size());
  std::string out;
  std::size_t used = 0;
  for (;;) {
    if (!grow(out, used, most)) return too_large(most);
    zlib.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    zlib.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size() - used, UINT32_MAX));
    const std::size_t room = zlib.avail_out;
    const int result = inflate(&zlib, Z_NO_FLUSH);
    used += room - zlib.avail_out;
    if (result == Z_STREAM_END) {
      if (zlib.avail_in == 0) break;
      // gzip files may stand one behind the other (RFC 1952, 2.2).
      if (inflateReset(&zlib) != Z_OK) return damaged();
      continue;
    }
    if (result != Z_OK && !(result == Z_BUF_ERROR && zlib.avail_out == 0)) return damaged();
    if (zlib.avail_in == 0 && zlib.avail_out != 0) return damaged();
  }
  if (used > most) return too_large(most);
  out.resize(used);
  return out;
}

Result<std::string> unzstd(std::string_view coded, std::size_t most) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream) return retryable("no memory to decode the body");
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kMostZstdWindowLog);
  ZSTD_inBuffer in{coded.data(), coded.size(), 0};
  std::string out;
  std::size_t used = 0;
  for (;;) {
    if (!grow(out, used, most)) return too_large(most);
    ZSTD_outBuffer to{out.data() + used, out.size() - used, 0};
    const std::size_t result = ZSTD_decompressStream(stream.get(), &to, &in);
    if (ZSTD_isError(result) != 0) return damaged();
    used += to.pos;
    const bool has_all = in.pos == in.size && to.pos < to.size;
    if (result == 0 && in.pos == in.size) break;
    if (has_all) return damaged();
  }
  if (used > most) return too_large(most);
  out.resize(used);
  return out;
}

}  // namespace

Result<std::string> decode_content(std::string_view coding, std::string_view coded, std::size_t most_bytes) {
  const std::string name = to_lower(coding);
  const std::size_t most = std::min(most_bytes, coded.size() * kMostRatio + kAlwaysAllowed);
  if (coded.size() > UINT32_MAX) return too_large(most);
  if (name == "gzip" || name == "x-gzip") return inflate_all(coded, kAnyHead, most);
  if (name == "zstd") return unzstd(coded, most);
  if (name == "deflate") {
    // Many clients leave the zlib head out.
    const bool has_head = coded.size() >= 2 && (static_cast<unsigned char>(coded[0]) & 0x0FU) == Z_DEFLATED &&
                          (static_cast<unsigned char>(coded[0]) * 256U + static_cast<unsigned char>(coded[1])) % 31U == 0;
    return inflate_all(coded, has_head ? kAnyHead : kNoHead, most);
  }
  return Status(ErrorKind::Rejected, "Content-Encoding " + name + " is not known; gzip, deflate and zstd are", Cause::Unsupported);
}

}  // namespace flume
