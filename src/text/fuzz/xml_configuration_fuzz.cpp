// Hadoop's site files: any bytes; every property that was read must expand within its bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/xml_configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flume::XmlConfiguration configuration;
  const flume::Status status = configuration.add("fuzz.xml", {reinterpret_cast<const char*>(data), size});
  if (!status.ok() && configuration.properties().size() != 1) std::abort();
  for (const auto& [name, property] : configuration.properties()) {
    const auto value = configuration.get(name);
    if (value && !value->has_value()) std::abort();
  }
  return 0;
}
