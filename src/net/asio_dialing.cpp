#include "net/asio_dialing.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace flume::asio_net {
namespace {

using Addresses = Result<std::vector<std::string>>;

/// A look-up that outlives the one who asked, when it must: nothing can stop a resolver that waits for its server.
class LookUp {
 public:
  using Callback = std::function<void(Addresses)>;
  LookUp(EventLoop& loop, Callback callback) : loop_(&loop), callback_(std::move(callback)) {}

  /// Loop thread. Not called back afterwards; the loop may go.
  void forget() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
    callback_ = nullptr;
  }
  /// The look-up's thread.
  static void finish(const std::shared_ptr<LookUp>& look_up, Addresses addresses) {
    const std::lock_guard lock(look_up->mutex_);
    if (look_up->loop_ == nullptr) return;
    look_up->loop_->post([look_up, addresses = std::move(addresses)]() mutable {
      if (const Callback callback = look_up->take_callback()) callback(std::move(addresses));
    });
  }

 private:
  Callback take_callback() {
    const std::lock_guard lock(mutex_);
    return std::exchange(callback_, nullptr);
  }

  std::mutex mutex_;
  EventLoop* loop_;  // null: forgotten
  Callback callback_;
};

class AsioDialing final : public Dialing {
 public:
  AsioDialing(AsioEventLoop& loop, std::string host, std::uint16_t port, Deadline deadline, Dialer::Callback callback)
      : loop_(loop), timer_(loop.context()), host_(std::move(host)), port_(port), deadline_(deadline), callback_(std::move(callback)) {}
  AsioDialing(const AsioDialing&) = delete;
  AsioDialing& operator=(const AsioDialing&) = delete;
  ~AsioDialing() override {
    if (look_up_) look_up_->forget();
    wanted_.reset();
  }

  void start(const Resolve& resolve) {
    error_code no_address;
    const asio::ip::address address = asio::ip::make_address(host_, no_address);
    if (!no_address) {
      endpoints_.emplace_back(address, port_);
      timer_.set(loop_.in(Instant::duration::zero()), [this] { try_next(); });
      return;
    }
    timer_.set(deadline_, [this] { finish(failure("the look-up of its name did not end in time", Cause::Timeout)); });
    look_up_ = std::make_shared<LookUp>(loop_, [this](const Addresses& addresses) { looked_up(addresses); });
    try {
      std::thread([look_up = look_up_, resolve, host = host_] { LookUp::finish(look_up, resolve(host)); }).detach();
    } catch (const std::system_error& error) {
      LookUp::finish(look_up_, retryable(std::string("no thread to look it up: ") + error.what(), Cause::UnknownHost));
    }
  }

 private:
  void looked_up(const Addresses& addresses) {
    if (!addresses) return finish(failure("unknown host (" + addresses.status().message() + ")", Cause::UnknownHost));
    for (const std::string& text : *addresses) {
      error_code no_address;
      const asio::ip::address address = asio::ip::make_address(text, no_address);
      if (!no_address && endpoints_.size() < kMostAddresses) endpoints_.emplace_back(address, port_);
    }
    if (endpoints_.empty()) return finish(failure("unknown host (it has no usable address)", Cause::UnknownHost));
    try_next();
  }

  void try_next() {
    socket_.reset();
    if (next_ == endpoints_.size()) return finish(failure(reasons_, cause_));
    if (next_ > 0 && loop_.now() >= deadline_.when()) {
      return finish(failure(reasons_ + "; no time left for other addresses", Cause::Timeout));
    }
    timer_.set(share(), [this] {
      note("no answer", Cause::Timeout);
      try_next();
    });
    wanted_ = make_wanted();
    ++next_;
    socket_.emplace(loop_.context());
    socket_->async_connect(endpoints_[next_ - 1], [this, wanted = std::weak_ptr(wanted_)](const error_code& error) {
      if (!wanted.expired()) connected(error);
    });
  }

  /// What is left, divided by the addresses that are left.
  [[nodiscard]] Deadline share() const {
    if (deadline_.is_never()) return deadline_;
    return loop_.in((deadline_.when() - loop_.now()) / static_cast<std::int64_t>(endpoints_.size() - next_));
  }

  void connected(const error_code& error) {
    const tcp::endpoint& peer = endpoints_[next_ - 1];
    error_code no_name;
    const bool is_own_end = !error && socket_->local_endpoint(no_name) == peer;
    if (is_own_end) {  // a port of ours met itself: nobody listens
      note("Connection refused", Cause::Refused);
      return try_next();
    }
    if (error) {
      const Status reason = Status::from_errno(error.value(), "");
      note(error.message(), reason.cause() == Cause::None ? Cause::Unreachable : reason.cause());
      return try_next();
    }
    timer_.cancel();
    finish(std::unique_ptr<Stream>(std::make_unique<AsioStream>(std::move(*socket_), text_of(peer))));
  }

  void note(const std::string& reason, Cause cause) {
    const auto rank = [](Cause of) { return of == Cause::Refused ? 3 : of == Cause::Timeout ? 2 : of == Cause::None ? 0 : 1; };
    if (rank(cause) > rank(cause_)) cause_ = cause;
    if (!reasons_.empty()) reasons_ += "; ";
    const std::string place = text_of(endpoints_[next_ - 1]);
    if (place != host_and_port(host_, port_)) reasons_ += place + ": ";
    reasons_ += reason;
  }
  [[nodiscard]] Status failure(const std::string& reason, Cause cause) const {
    return retryable("connect to " + host_and_port(host_, port_) + ": " + reason, cause);
  }
  /// Last of all: the callback may destroy this.
  void finish(Result<std::unique_ptr<Stream>> result) {
    timer_.cancel();
    wanted_.reset();
    if (look_up_) look_up_->forget();
    const Dialer::Callback callback = std::exchange(callback_, nullptr);
    callback(std::move(result));
  }

  static constexpr std::size_t kMostAddresses = 16;

  AsioEventLoop& loop_;
  AsioTimer timer_;
  const std::string host_;
  const std::uint16_t port_;
  const Deadline deadline_;
  Dialer::Callback callback_;
  std::shared_ptr<LookUp> look_up_;
  std::vector<tcp::endpoint> endpoints_;
  std::size_t next_ = 0;  // the one after that which is tried now
  std::optional<tcp::socket> socket_;
  Wanted wanted_;
  std::string reasons_;
  Cause cause_ = Cause::None;
};

}  // namespace

std::unique_ptr<Dialing> make_dialing(AsioEventLoop& loop, const Resolve& resolve, const std::string& host, std::uint16_t port,
                                      Deadline deadline, Dialer::Callback callback) {
  auto dialing = std::make_unique<AsioDialing>(loop, host, port, deadline, std::move(callback));
  dialing->start(resolve);
  return dialing;
}

}  // namespace flume::asio_net
