// One connection attempt of AsioNetwork: look-up on a thread of its own, then address after address.
// Made in the loop's thread and owned by whoever dials.
#pragma once

#include <memory>
#include <string>

#include "flume/net.h"
#include "net/asio_parts.h"
#include "net/resolve.h"

namespace flume::asio_net {

std::unique_ptr<Dialing> make_dialing(AsioEventLoop& loop, const Resolve& resolve, const std::string& host, std::uint16_t port,
                                      Deadline deadline, Dialer::Callback callback);

}  // namespace flume::asio_net
