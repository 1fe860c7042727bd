#include "clients/http/post_client.h"

#include "event/module_library.h"

namespace flume::http {

Result<std::unique_ptr<PostClient>> load_post_client(Clock& clock, PostSettings settings) {
  const auto make = own_module_function_of<MakePostClient>("http", "flume_make_post_client");
  if (!make) return make.status().with_context("HTTP needs libcurl (Debian: libcurl4)");
  Result<std::unique_ptr<PostClient>> client{std::unique_ptr<PostClient>()};
  (*make)(clock, std::move(settings), client);
  return client;
}

}  // namespace flume::http
