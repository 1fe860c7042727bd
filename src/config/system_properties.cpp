#include <utility>

#include "config/substitution.h"
#include "flume/version.h"

namespace flume::config {

std::map<std::string, std::string, std::less<>> standard_system_properties(const HostFacts& host,
                                                                           std::map<std::string, std::string, std::less<>> defined) {
  // emplace keeps what is defined already. There is no Java here: the version is that of the language
  // level which Flume 1.11 asks for, the rest says who really answers.
  const std::string version(flume::version());
  for (auto& [key, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"user.name", host.user_name},
           {"user.home", host.user_home},
           {"user.dir", host.working_directory},
           {"user.language", "en"},
           {"java.io.tmpdir", host.temporary_directory},
           {"os.name", host.os_name},
           {"os.version", host.os_version},
           {"os.arch", host.os_architecture},
           {"file.separator", "/"},
           {"path.separator", ":"},
           {"line.separator", "\n"},
           {"file.encoding", "UTF-8"},
           {"java.version", "1.8.0"},
           {"java.vendor", "flume-cpp"},
           {"java.vm.name", "flume-cpp"},
           {"java.vm.version", version},
           {"java.runtime.name", "flume-cpp"},
           {"java.runtime.version", version},
       }) {
    if (!value.empty()) defined.emplace(key, value);
  }
  return defined;
}

}  // namespace flume::config
