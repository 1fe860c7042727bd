// Status and Result<T>: how every fallible call of flume-cpp answers.
//
// The kind of an error decides what the caller does (design: errors); the cause tells the few
// cases that callers tell apart; the message is for people and gains context outward:
//   return std::move(status).with_context("sinks.k1: open /flume/events");
// Values, no hidden sharing: use from one thread at a time.
#pragma once

#include <cassert>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace flume {

/// What is to be done about an error.
enum class ErrorKind : std::uint8_t {
  InvalidConfig,  ///< the component is left out, or the start is refused
  Retryable,      ///< roll back, back off, try again
  Rejected,       ///< this data is at fault; the policy for bad events decides
  Corrupt,        ///< stored data is damaged: keep it aside, report what was lost
  Fatal,          ///< stop the component, visibly
};

/// The cases that code (not people) must tell apart.
enum class Cause : std::uint8_t {
  None,
  Full,          ///< a channel has no room now
  Stopped,       ///< the caller's stop token fired
  Timeout,       ///< the deadline passed
  TooLarge,      ///< more than the receiver takes at once, ever
  NotFound,      ///< no such file, key, peer
  Exists,        ///< it is there already and must not be overwritten
  NoSpace,       ///< ENOSPC, EDQUOT
  Permission,    ///< EACCES, EPERM, EROFS
  NoHandles,     ///< EMFILE, ENFILE
  Io,            ///< EIO and other device errors
  UnknownHost,   ///< the name of a peer does not resolve
  Refused,       ///< the peer's machine answers, but nobody listens there
  Unreachable,   ///< no way to the peer's machine
  Disconnected,  ///< a connection that was there is gone
  NotReady,      ///< the peer lives, but cannot serve this now: safe mode, standby
  Busy,          ///< somebody else is at work on it: a lease, a recovery
  Lost,          ///< what was ours is not ours any more: an expired lease
  WrongType,     ///< something else is there: a file where a directory is needed, or the other way round
  Unsupported,   ///< the peer does not speak, allow or know what is asked for
};

[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;
[[nodiscard]] std::string_view to_string(Cause cause) noexcept;

/// Success, or one error. Success costs nothing to make, move or test.
class [[nodiscard]] Status {
 public:
  Status() noexcept = default;
  Status(ErrorKind kind, std::string message, Cause cause = Cause::None)
      : error_(std::make_unique<Error>(Error{kind, cause, std::move(message)})) {}

  Status(const Status& other) : error_(other.error_ ? std::make_unique<Error>(*other.error_) : nullptr) {}
  Status& operator=(const Status& other) {
    if (this != &other) error_ = other.error_ ? std::make_unique<Error>(*other.error_) : nullptr;
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  /// Retryable error from an errno value; `what` names the operation and its object.
  static Status from_errno(int error_number, std::string_view what);

  [[nodiscard]] bool ok() const noexcept { return error_ == nullptr; }
  [[nodiscard]] explicit operator bool() const noexcept { return ok(); }

  /// Kind, cause and message of the error. Precondition: !ok().
  [[nodiscard]] ErrorKind kind() const noexcept { return error_->kind; }
  [[nodiscard]] const std::string& message() const noexcept { return error_->message; }
  /// None when ok.
  [[nodiscard]] Cause cause() const noexcept { return error_ ? error_->cause : Cause::None; }

  /// The same error, told from further outside: "context: message". Does nothing when ok.
  [[nodiscard]] Status with_context(std::string_view context) && {
    if (error_) error_->message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

  /// Says that a failure here is of no consequence, and why that is so is in the line's comment.
  void ignore() const noexcept {}

 private:
  struct Error {
    ErrorKind kind;
    Cause cause;
    std::string message;
  };
  std::unique_ptr<Error> error_;
};

inline Status invalid_config(std::string message) { return {ErrorKind::InvalidConfig, std::move(message)}; }
inline Status retryable(std::string message, Cause cause = Cause::None) { return {ErrorKind::Retryable, std::move(message), cause}; }
inline Status rejected(std::string message) { return {ErrorKind::Rejected, std::move(message)}; }
inline Status corrupt(std::string message) { return {ErrorKind::Corrupt, std::move(message)}; }
inline Status fatal(std::string message, Cause cause = Cause::None) { return {ErrorKind::Fatal, std::move(message), cause}; }

/// A T, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(Status status) : value_(std::in_place_index<1>, std::move(status)) { assert(!std::get<1>(value_).ok()); }
  template <typename U = T>
    requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, Result> && !std::same_as<std::remove_cvref_t<U>, Status>)
  Result(U&& value) : value_(std::in_place_index<0>, std::forward<U>(value)) {}

  [[nodiscard]] bool ok() const noexcept { return value_.index() == 0; }
  [[nodiscard]] explicit operator bool() const noexcept { return ok(); }

  /// Precondition of the four accessors: ok().
  T& operator*() & noexcept { return *std::get_if<0>(&value_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&value_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&value_)); }
  T* operator->() noexcept { return std::get_if<0>(&value_); }
  const T* operator->() const noexcept { return std::get_if<0>(&value_); }

  /// The error; an ok Status when there is a value.
  [[nodiscard]] Status status() const& { return ok() ? Status() : *std::get_if<1>(&value_); }
  [[nodiscard]] Status status() && { return ok() ? Status() : std::move(*std::get_if<1>(&value_)); }
  [[nodiscard]] Cause cause() const noexcept { return ok() ? Cause::None : std::get_if<1>(&value_)->cause(); }

 private:
  std::variant<T, Status> value_;
};

}  // namespace flume

/// Leaves the enclosing function with the error of `expression`, if it has one.
#define FLUME_TRY(expression)                                                                             \
  do {                                                                                                    \
    if (::flume::Status flume_try_status = (expression); !flume_try_status.ok()) return flume_try_status; \
  } while (false)
