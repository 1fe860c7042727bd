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

}  // namespace

Status Status::from_errno(int error_number, std::string_view what) {
  return retryable(std::string(what) + ": " + std::generic_category().message(error_number), cause_of(error_number));
}

}  // namespace flume
