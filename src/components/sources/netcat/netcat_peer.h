// One client of the netcat source. See Peer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "intake/byte_peer.h"
#include "text/charset.h"

namespace flume {

struct NetcatProtocol {
  std::size_t longest_line;  ///< UTF-16 characters, line end included, as Java counts
  bool is_answered;
};

class NetcatPeer final : public BytePeer {
 public:
  /// `decoder`: none for UTF-8.
  NetcatPeer(PeerPlace place, NetcatProtocol protocol, std::optional<CharsetDecoder> decoder)
      : BytePeer(std::move(place)), protocol_(protocol), decoder_(std::move(decoder)) {}

 private:
  std::size_t take(std::string_view bytes, bool is_end) override;
  /// The lines of `text`; how much of it is done with.
  std::size_t take_lines(std::string_view text, bool is_end);
  /// False: the line is too long.
  bool add(std::string_view line, bool has_line_end);
  void submit();
  void answer(std::uint32_t lines, const Status& stored);
  void refuse_line();

  const NetcatProtocol protocol_;
  std::optional<CharsetDecoder> decoder_;
  std::string decoded_;        // and not taken yet
  std::string valid_;          // scratch
  std::uint32_t lines_ = 0;    // built since the last submit
  std::uint32_t pending_ = 0;  // answers to come
  std::string last_words_;     // behind them
};

}  // namespace flume
