// A password in a file, as Flume's components and Hadoop's read them: UTF-8, without blanks at either end.
#pragma once

#include <string>

#include "crypto/secret_bytes.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume::crypto {

/// Malformed UTF-8 is read as U+FFFD, and characters up to U+0020 are cut off at both ends, as in Java. Fails as Files does,
/// or with InvalidConfig above 64 KiB. Nothing of the content is left in memory but the result.
[[nodiscard]] Result<SecretBytes> read_password_file(Files& files, const std::string& path);

}  // namespace flume::crypto
