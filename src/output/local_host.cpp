#include "output/local_host.h"

#include <array>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace flume::output {

Result<LocalHost> local_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return Status::from_errno(errno, "name of this machine");
  LocalHost host;
  host.name = name.data();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name.data(), nullptr, &hints, &found); error != 0)
    return retryable("address of this machine, '" + host.name + "': " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  // As Java, which prefers IPv4.
  const addrinfo* chosen = addresses.get();
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    if (address->ai_family == AF_INET) {
      chosen = address;
      break;
    }
  }
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(chosen->ai_addr, chosen->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return retryable("address of this machine, '" + host.name + "', cannot be shown");
  host.address = text.data();
  host.canonical_name = addresses->ai_canonname != nullptr ? addresses->ai_canonname : host.name;
  return host;
}

}  // namespace flume::output
