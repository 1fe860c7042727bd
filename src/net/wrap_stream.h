// What is put around a new connection before a protocol speaks over it: compression, TLS, both. Empty: nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "flume/net.h"

namespace flume {

/// `loop` is that of `stream`; `host` is what was connected to. Any thread.
using WrapStream = std::function<std::unique_ptr<Stream>(std::unique_ptr<Stream> stream, EventLoop& loop, const std::string& host)>;

}  // namespace flume
