// The module `http`: what needs libcurl.
#include "clients/http/curl_document_reader.h"
#include "clients/http/curl_post_client.h"
#include "flume/module.h"

extern "C" __attribute__((visibility("default"))) void flume_make_document_reader(flume::Clock& clock,
                                                                                  std::unique_ptr<flume::http::DocumentReader>& reader) {
  reader = flume::http::make_curl_document_reader(clock);
}

extern "C" __attribute__((visibility("default"))) void flume_make_post_client(
    flume::Clock& clock, flume::http::PostSettings&& settings, flume::Result<std::unique_ptr<flume::http::PostClient>>& client) {
  client = flume::http::make_curl_post_client(clock, std::move(settings));
}

FLUME_MODULE(registry) {
  static_cast<void>(registry);  // it brings no components
  return {};
}
