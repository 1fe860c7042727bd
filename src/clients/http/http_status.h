// What a status of HTTP means for who wants the document. Pure.
#pragma once

#include "flume/result.h"

namespace flume::http {

/// Ok for 200. See DocumentReader::read() for the kinds. `gave_password`: the request had one.
[[nodiscard]] Status check_status(long code, bool gave_password);

}  // namespace flume::http
