#include "support/sim_stream.h"

#include <algorithm>
#include <cerrno>

#include "support/sim_network.h"

namespace flume::sim {

bool Connection::is_readable(int end) const {
  if (is_cut) return true;
  if (stall_after == 0) return false;
  return !pipes[end].bytes.empty() || (ends[1 - end].has_ended && pipes[end].under_way.empty());
}

bool Connection::is_writable(int end) const { return is_cut || ends[1 - end].is_closed || pipes[1 - end].window > 0; }

void Connection::wake() {
  const auto send_off = [this](End& end, Wanted& wanted) {
    end.loop->wake_up(
        [keep = shared_from_this(), &end, &wanted, number = wanted.asked, callback = std::exchange(wanted.callback, nullptr)] {
          if (!end.is_closed && wanted.asked == number) callback();
        });
  };
  for (const int end : {0, 1}) {
    if (ends[end].readable.callback && is_readable(end)) send_off(ends[end], ends[end].readable);
    if (ends[end].writable.callback && is_writable(end)) send_off(ends[end], ends[end].writable);
  }
}

void Connection::cut() {
  is_cut = true;
  for (Pipe& pipe : pipes) pipe.under_way.clear();
  wake();
}

void Connection::send(int end, std::string_view bytes) {
  Pipe& pipe = pipes[end];
  const Instant::duration late = delay ? delay() : Instant::duration::zero();
  if (late == Instant::duration::zero() && pipe.under_way.empty()) {
    pipe.bytes += bytes;
    return wake();
  }
  Instant when = ends[end].loop->now() + late;
  if (!pipe.under_way.empty()) when = std::max(when, pipe.under_way.back().first);  // in order, always
  pipe.under_way.emplace_back(when, bytes);
  if (pipe.under_way.size() == 1) pipe.arrival->set(Deadline(when), [this, end] { arrive(end); });
}

void Connection::arrive(int end) {
  Pipe& pipe = pipes[end];
  if (pipe.under_way.empty()) return;  // cut
  pipe.bytes += pipe.under_way.front().second;
  pipe.under_way.pop_front();
  if (!pipe.under_way.empty()) pipe.arrival->set(Deadline(pipe.under_way.front().first), [this, end] { arrive(end); });
  wake();
}

SimStream::SimStream(std::shared_ptr<Connection> connection, int end, std::string peer)
    : connection_(std::move(connection)), end_(end), peer_(std::move(peer)) {}

Result<Transfer> SimStream::read_some(std::span<std::byte> buffer) {
  FLUME_TRY(usable("read from"));
  if (!connection_->is_readable(end_)) return Transfer{Transfer::State::WouldBlock, 0};
  Pipe& pipe = connection_->pipes[end_];
  if (pipe.bytes.empty()) return Transfer{Transfer::State::End, 0};
  const std::size_t size =
      std::min({buffer.size(), pipe.bytes.size(), connection_->fragment, connection_->cut_after, connection_->stall_after});
  std::ranges::copy(as_bytes(std::string_view(pipe.bytes).substr(0, size)), buffer.begin());
  pipe.bytes.erase(0, size);
  if (pipe.reading_opens_window) pipe.window += size;
  if (connection_->stall_after != kUnlimited) connection_->stall_after -= size;
  if (connection_->cut_after != kUnlimited && (connection_->cut_after -= size) == 0) connection_->cut();
  connection_->wake();
  return Transfer{Transfer::State::Moved, size};
}

Result<Transfer> SimStream::write_some(std::span<const ByteView> pieces) {
  FLUME_TRY(usable("write to"));
  if (own().has_ended || other().is_closed) return Status::from_errno(EPIPE, "write to " + peer_);
  Pipe& pipe = connection_->pipes[1 - end_];
  if (pipe.window == 0) return Transfer{Transfer::State::WouldBlock, 0};
  std::size_t room = std::min(connection_->fragment, pipe.window);
  std::string moved;
  for (const ByteView piece : pieces) {
    moved += as_text(piece).substr(0, room - moved.size());
  }
  if (pipe.window != kUnlimited) pipe.window -= moved.size();
  connection_->send(1 - end_, moved);
  return Transfer{Transfer::State::Moved, moved.size()};
}

void SimStream::wait_readable(std::function<void()> callback) {
  own().readable.callback = std::move(callback);
  ++own().readable.asked;
  connection_->wake();
}

void SimStream::wait_writable(std::function<void()> callback) {
  own().writable.callback = std::move(callback);
  ++own().writable.asked;
  connection_->wake();
}

void SimStream::shutdown_write() {
  own().has_ended = true;
  connection_->wake();
}

void SimStream::close() {
  own().has_ended = true;
  own().is_closed = true;
  own().readable.callback = nullptr;
  own().writable.callback = nullptr;
  connection_->wake();
}

void SimStream::reset() {
  SimStream::close();
  connection_->cut();
}

Status SimStream::usable(std::string_view what) const {
  if (own().is_closed) return Status::from_errno(EBADF, std::string(what) + " " + peer_);
  if (connection_->is_cut) return Status::from_errno(ECONNRESET, std::string(what) + " " + peer_);
  return {};
}

}  // namespace flume::sim
