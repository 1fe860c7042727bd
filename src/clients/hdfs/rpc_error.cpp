#include "clients/hdfs/rpc_error.h"

#include <algorithm>
#include <array>

namespace flume::hdfs {
namespace {

// RpcErrorCodeProto, as far as it decides something.
constexpr std::uint32_t kErrorNoSuchMethod = 2;
constexpr std::uint32_t kErrorNoSuchProtocol = 3;
constexpr std::uint32_t kFatalVersionMismatch = 14;
constexpr std::uint32_t kFatalUnauthorized = 15;

struct Known {
  std::string_view name;  // without its package
  Cause cause;
  ErrorKind kind = ErrorKind::Retryable;
};

constexpr auto kKnown = std::to_array<Known>({
    {"FileAlreadyExistsException", Cause::Exists},
    {"PathExistsException", Cause::Exists},
    {"FileNotFoundException", Cause::NotFound},
    {"PathNotFoundException", Cause::NotFound},
    {"ParentNotDirectoryException", Cause::WrongType},
    {"PathIsNotDirectoryException", Cause::WrongType},
    {"PathIsDirectoryException", Cause::WrongType},
    {"PathIsNotEmptyDirectoryException", Cause::Exists},
    {"UnresolvedPathException", Cause::WrongType},
    {"AccessControlException", Cause::Permission},
    {"AuthorizationException", Cause::Permission},
    {"SnapshotAccessControlException", Cause::Permission},
    {"InvalidToken", Cause::Permission},
    {"SafeModeException", Cause::NotReady},
    {"StandbyException", Cause::NotReady},
    {"ObserverRetryOnActiveException", Cause::NotReady},
    {"RetriableException", Cause::NotReady},
    {"RetryStartFileException", Cause::NotReady},
    {"NotReplicatedYetException", Cause::NotReady},
    {"ServerNotRunningYetException", Cause::NotReady},
    {"AlreadyBeingCreatedException", Cause::Busy},
    {"RecoveryInProgressException", Cause::Busy},
    {"LeaseExpiredException", Cause::Lost},
    {"NSQuotaExceededException", Cause::NoSpace},
    {"DSQuotaExceededException", Cause::NoSpace},
    {"QuotaByStorageTypeExceededException", Cause::NoSpace},
    {"QuotaExceededException", Cause::NoSpace},
    {"PathComponentTooLongException", Cause::TooLarge},
    {"MaxDirectoryItemsExceededException", Cause::NoSpace},
    {"InvalidPathException", Cause::Unsupported},
    {"UnsupportedActionException", Cause::Unsupported},
    {"UnsupportedOperationException", Cause::Unsupported},
    {"UnknownCryptoProtocolVersionException", Cause::Unsupported},
    {"RpcNoSuchMethodException", Cause::Unsupported},
    {"RpcNoSuchProtocolException", Cause::Unsupported},
    {"VersionMismatch", Cause::Unsupported},
});

std::string_view short_name(std::string_view class_name) {
  const std::size_t last = class_name.find_last_of(".$");
  return last == std::string_view::npos ? class_name : class_name.substr(last + 1);
}

/// The first line; never longer than a line of a log should be.
std::string_view first_line(std::string_view text) {
  constexpr std::size_t kLongest = 1000;
  return text.substr(0, std::min(text.find('\n'), kLongest));
}

/// "SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]"
bool demands_authentication(const RpcResponse& response, std::string_view line) {
  return response.error_detail == kFatalUnauthorized || line.find("authentication is not enabled") != std::string_view::npos;
}

}  // namespace

RemoteError remote_error(const RpcResponse& response) {
  const std::string_view name = short_name(response.exception_class);
  const std::string_view line = first_line(response.error_message);
  std::string text(line);
  if (line.find(name) == std::string_view::npos) text = std::string(name) + (line.empty() ? "" : ": ") + text;
  if (text.empty()) text = "an error without a reason";

  RemoteError error;
  if (response.outcome == RpcResponse::Outcome::Fatal) {
    error.action = RemoteAction::GiveUp;
    if (name == "AuthorizationException") {
      error.status = retryable("the cluster does not admit this user (service-level authorization, hadoop-policy.xml there): " + text,
                               Cause::Permission);
      return error;
    }
    if (demands_authentication(response, line)) {
      error.status = retryable("the cluster demands authentication (SASL: Kerberos or tokens), which this client cannot do yet: " + text,
                               Cause::Unsupported);
      return error;
    }
    const bool is_version = response.error_detail == kFatalVersionMismatch || name == "VersionMismatch";
    if (!is_version) error.action = RemoteAction::AskAgain;  // the server closes this connection: try a new one
    error.status = retryable(text, is_version ? Cause::Unsupported : Cause::Disconnected);
    return error;
  }

  const auto* const known = std::ranges::find(kKnown, name, &Known::name);
  error.status = known == kKnown.end() ? retryable(text) : Status(known->kind, text, known->cause);
  if (response.error_detail == kErrorNoSuchMethod || response.error_detail == kErrorNoSuchProtocol) {
    error.status = retryable("the server is too old, or not a NameNode: " + text, Cause::Unsupported);
  }
  if (name == "StandbyException" || name == "ObserverRetryOnActiveException") error.action = RemoteAction::AskAnother;
  if (name == "RetriableException" || name == "RetryStartFileException" || name == "ServerNotRunningYetException") {
    error.action = RemoteAction::AskAgain;
  }
  return error;
}

}  // namespace flume::hdfs
