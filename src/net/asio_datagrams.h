// The UDP socket of AsioNetwork: as many datagrams as are there by one system call. Made in the loop's thread.
#pragma once

#include <memory>

#include "flume/net.h"
#include "net/asio_parts.h"

namespace flume::asio_net {

/// `socket` is bound.
std::unique_ptr<DatagramSocket> make_datagram_socket(udp::socket socket, std::size_t buffer_bytes);

}  // namespace flume::asio_net
