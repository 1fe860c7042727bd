// Private to the module `http`.
#pragma once

#include "clients/http/post_client.h"

namespace flume::http {

[[nodiscard]] Result<std::unique_ptr<PostClient>> make_curl_post_client(Clock& clock, PostSettings settings);

}  // namespace flume::http
