// The address in what Stream::peer() says. A pure function.
#pragma once

#include <string_view>

namespace flume {

/// Of "10.0.0.7:51234" or "[::1]:51234".
[[nodiscard]] constexpr std::string_view host_of_peer(std::string_view peer) noexcept {
  peer = peer.substr(0, peer.rfind(':'));
  if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
  return peer;
}

}  // namespace flume
