// A connection for tests and fuzzing: keeps the unfinished tail, as a source does, and collects what the framer gives. One thread.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syslog/framer.h"

namespace flume::syslog {

class FramedConnection {
 public:
  using Piece = std::pair<std::string, bool>;  ///< text, is_cut

  FramedConnection(std::size_t longest, Framing framing) : framer_(longest, framing) {}

  /// Ends the program when the framer asks for more to be kept than it says, or gives a view of something else.
  void receive(std::string_view bytes) {
    tail_.append(bytes);
    std::string_view data = tail_;
    while (const auto frame = framer_.next(data)) keep(*frame, tail_);
    if (data.size() > framer_.longest_tail() || data.data() + data.size() != tail_.data() + tail_.size()) std::abort();
    tail_.erase(0, tail_.size() - data.size());
  }
  void end() {
    std::string_view data = tail_;
    if (const auto frame = framer_.finish(data)) keep(*frame, tail_);
    if (!data.empty()) std::abort();
    tail_.clear();
  }
  [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_; }

 private:
  void keep(const Frame& frame, std::string_view bytes) {
    if (frame.text.empty() || frame.text.data() < bytes.data() || frame.text.data() + frame.text.size() > bytes.data() + bytes.size())
      std::abort();
    pieces_.emplace_back(frame.text, frame.is_cut);
  }

  Framer framer_;
  std::string tail_;
  std::vector<Piece> pieces_;
};

}  // namespace flume::syslog
