#include "flume/result.h"

#include <cerrno>
#include <system_error>

namespace flume {

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::InvalidConfig:
      return "invalid configuration";
    case ErrorKind::Retryable:
      return "retryable";
    case ErrorKind::Rejected:
      return "rejected";
    case ErrorKind::Corrupt:
      return "corrupt";
    case ErrorKind::Fatal:
      return "fatal";
  }
  return "unknown";
}

std::string_view to_string(Cause cause) noexcept {
  switch (cause) {
    case Cause::None:
      return "none";
    case Cause::Full:
      return "full";
    case Cause::Stopped:
      return "stopped";
    case Cause::Timeout:
      return "timeout";
    case Cause::TooLarge:
      return "too large";
    case Cause::NotFound:
      return "not found";
    case Cause::Exists:
      return "exists";
    case Cause::NoSpace:
      return "no space";
    case Cause::Permission:
      return "permission";
    case Cause::NoHandles:
      return "no handles";
    case Cause::Io:
      return "input/output";
    case Cause::UnknownHost:
      return "unknown host";
    case Cause::Refused:
      return "refused";
    case Cause::Unreachable:
      return "unreachable";
    case Cause::Disconnected:
      return "disconnected";
    case Cause::NotReady:
      return "not ready";
    case Cause::Busy:
      return "busy";
    case Cause::Lost:
      return "lost";
    case Cause::WrongType:
      return "wrong type";
    case Cause::Unsupported:
      return "unsupported";
  }
  return "unknown";
}

namespace {

Cause cause_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return Cause::NotFound;
    case EEXIST:
    case ENOTEMPTY:
      return Cause::Exists;
    case ENOSPC:
    case EDQUOT:
      return Cause::NoSpace;
    case EACCES:
    case EPERM:
    case EROFS:
      return Cause::Permission;
    case EMFILE:
    case ENFILE:
      return Cause::NoHandles;
    case ETIMEDOUT:
      return Cause::Timeout;
    case EFBIG:
      return Cause::TooLarge;
    case EIO:
      return Cause::Io;
    case ECONNREFUSED:
      return Cause::Refused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
      return Cause::Unreachable;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return Cause::Disconnected;
    default:
      return Cause::None;
  }
}

/// What somebody can do about it; empty where that depends.
std::string_view advice_on(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "free space there";
    case EDQUOT:
      return "free space there, or raise the quota";
    case EFBIG:
      return "raise the limit of file sizes: ulimit -f";
    case EMFILE:
      return "raise the limit of open files: ulimit -n";
    case ENFILE:
      return "raise the machine's limit of open files: sysctl fs.file-max";
    case EIO:
      return "check the disk";
    case EACCES:
    case EPERM:
      return "the agent's user needs the right to do this";
    case EROFS:
      return "mount it for writing";
    default:
      return {};
  }
}

}  // namespace

Status Status::from_errno(int error_number, std::string_view what) {
  std::string message = std::string(what) + ": " + std::generic_category().message(error_number);
  if (const std::string_view advice = advice_on(error_number); !advice.empty()) message.append(" (").append(advice).append(")");
  return retryable(std::move(message), cause_of(error_number));
}

}  // namespace flume
