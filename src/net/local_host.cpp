#include "net/local_host.h"

#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <netdb.h>
#include <string>
#include <unistd.h>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace flume {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

AddressList resolve(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) found = nullptr;
  return {found, &::freeaddrinfo};
}

std::string text_of(const sockaddr* address, socklen_t size, int flags) {
  char text[NI_MAXHOST];
  return ::getnameinfo(address, size, text, sizeof text, nullptr, 0, flags) == 0 ? std::string(text) : std::string();
}

socklen_t size_of(const sockaddr* address) { return address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6); }

const addrinfo* first_address(const addrinfo* list) {
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET) return each;
  }
  return list;
}

/// The first address of an interface that is up and leads out of the machine.
std::string interface_address() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return "127.0.0.1";
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const int family : {AF_INET, AF_INET6}) {
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
      const bool is_usable = (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
      if (!is_usable || each->ifa_addr == nullptr || each->ifa_addr->sa_family != family) continue;
      return text_of(each->ifa_addr, size_of(each->ifa_addr), NI_NUMERICHOST);
    }
  }
  return "127.0.0.1";
}

/// The name of the address, if that name leads back to it: else a forged answer could name anybody.
std::string canonical_name(const addrinfo& address, const std::string& text) {
  std::string name = text_of(address.ai_addr, address.ai_addrlen, NI_NAMEREQD);
  if (name.empty()) return text;
  const AddressList back = resolve(name);
  for (const addrinfo* each = back.get(); each != nullptr; each = each->ai_next) {
    if (text_of(each->ai_addr, each->ai_addrlen, NI_NUMERICHOST) == text) return name;
  }
  return text;
}

}  // namespace

LocalHostAnswer find_local_host() {
  char name[256] = "localhost";
  if (::gethostname(name, sizeof name - 1) != 0) std::strcpy(name, "localhost");
  LocalHostAnswer answer;
  answer.host.name = name;
  const AddressList addresses = resolve(answer.host.name);
  if (const addrinfo* first = first_address(addresses.get()); first != nullptr) {
    answer.host.address = text_of(first->ai_addr, first->ai_addrlen, NI_NUMERICHOST);
    answer.host.canonical_name = canonical_name(*first, answer.host.address);
    return answer;
  }
  answer.host.address = interface_address();
  answer.host.canonical_name = answer.host.name;
  answer.problem =
      retryable("the resolver has no address for this machine's name '" + answer.host.name + "' (see /etc/hosts)", Cause::NotFound);
  return answer;
}

LocalHostAnswer find_local_host(const Services& services) {
  if (services.local_host != nullptr) return {*services.local_host, {}};
  return find_local_host();
}

}  // namespace flume
