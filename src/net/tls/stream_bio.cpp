#include "net/tls/stream_bio.h"

#include <algorithm>

namespace flume::tls {
namespace {

StreamPort& port_of(BIO* bio) { return *static_cast<StreamPort*>(BIO_get_data(bio)); }

void remember_first(StreamPort& port, ByteView bytes) {
  const std::size_t size = std::min(bytes.size(), port.first.size() - port.first_size);
  std::copy_n(bytes.begin(), size, port.first.begin() + static_cast<std::ptrdiff_t>(port.first_size));
  port.first_size += size;
}

int read(BIO* bio, char* into, std::size_t room, std::size_t* moved) {
  StreamPort& port = port_of(bio);
  BIO_clear_retry_flags(bio);
  *moved = 0;
  if (!port.failure.ok() || port.has_ended || room == 0) return 0;
  const std::span<std::byte> buffer(reinterpret_cast<std::byte*>(into), room);
  auto got = port.stream.read_some(buffer);
  if (!got) {
    port.failure = std::move(got).status();
    return 0;
  }
  switch (got->state) {
    case Transfer::State::WouldBlock:
      BIO_set_retry_read(bio);
      return 0;
    case Transfer::State::End:
      port.has_ended = true;
      return 0;
    case Transfer::State::Moved:
      break;
  }
  *moved = got->bytes;
  port.has_read = true;
  if (port.first_size < port.first.size()) remember_first(port, buffer.first(got->bytes));
  return 1;
}

int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* moved) {
  StreamPort& port = port_of(bio);
  BIO_clear_retry_flags(bio);
  *moved = 0;
  if (!port.failure.ok()) return 0;
  const ByteView piece = as_bytes(std::string_view(bytes, size));
  auto sent = port.stream.write_some(std::span(&piece, 1));
  if (!sent) {
    port.failure = std::move(sent).status();
    return 0;
  }
  if (sent->state != Transfer::State::Moved || sent->bytes == 0) {
    BIO_set_retry_write(bio);
    return 0;
  }
  *moved = sent->bytes;
  port.has_written = true;
  return 1;
}

long control(BIO* bio, int what, long /*number*/, void* /*pointer*/) {
  switch (what) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return port_of(bio).has_ended ? 1 : 0;
    default:
      return 0;
  }
}

/// One for the whole process, never freed.
const BIO_METHOD* method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "flume stream");
    BIO_meth_set_read_ex(made, read);
    BIO_meth_set_write_ex(made, write);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return kMethod;
}

}  // namespace

BioHandle make_stream_bio(StreamPort& port) {
  BioHandle bio(BIO_new(method()));
  if (!bio) return bio;
  BIO_set_data(bio.get(), &port);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace flume::tls
