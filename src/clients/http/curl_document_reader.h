// Private to the module `http`.
#pragma once

#include "clients/http/document_reader.h"

namespace flume::http {

[[nodiscard]] std::unique_ptr<DocumentReader> make_curl_document_reader(Clock& clock);

}  // namespace flume::http
