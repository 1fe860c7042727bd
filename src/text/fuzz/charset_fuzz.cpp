// Charset decoders: the first byte chooses the charset, the second where the stream is cut.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/charset.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  constexpr std::array kCharsets{"UTF-8",   "ISO-8859-1", "windows-1258", "Shift_JIS", "EUC-JP",
                                 "GB18030", "Big5",       "UTF-16",       "UTF-16LE",  "UTF-32"};
  if (size < 2) return 0;
  auto decoder = CharsetDecoder::open(kCharsets[data[0] % kCharsets.size()]);
  if (!decoder) std::abort();
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::string whole;
  decoder->decode(bytes, whole);
  decoder->finish(whole);
  if (!is_valid_utf8(whole)) std::abort();
  const std::size_t cut = bytes.empty() ? 0 : data[1] % bytes.size();
  std::string pieces;
  decoder->decode(bytes.substr(0, cut), pieces);
  decoder->decode(bytes.substr(cut), pieces);
  decoder->finish(pieces);
  if (pieces != whole) std::abort();
  return 0;
}
