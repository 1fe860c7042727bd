#include "clients/http/http_status.h"

#include <string>

namespace flume::http {

Status check_status(long code, bool gave_password) {
  if (code == 200) return {};
  const std::string answer = "the server answers " + std::to_string(code);
  switch (code) {
    case 401:
      return {ErrorKind::InvalidConfig,
              answer + (gave_password ? ": it does not take this user and password" : ": it wants a user and a password"),
              Cause::Permission};
    case 403:
      return {ErrorKind::InvalidConfig, answer + (gave_password ? ": this user may not read it" : ": it does not give this to everybody"),
              Cause::Permission};
    case 404:
    case 410:
      return {ErrorKind::InvalidConfig, answer + ": there is no such document", Cause::NotFound};
    case 408:
    case 429:
      return retryable(answer + ": it cannot serve this now", Cause::NotReady);
    default:
      break;
  }
  if (code >= 500 && code <= 599) return retryable(answer + ": it fails, or cannot serve this now", Cause::NotReady);
  return invalid_config(answer + ", where 200 and a document are expected");
}

}  // namespace flume::http
