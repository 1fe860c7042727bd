// JSON texts, read for paths of all kinds: reading is pure, and what is found comes from the text.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "components/interceptors/json_extract/json_fields.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  static JsonFields fields = *JsonFields::compile({"a", "a.b", "a.0", "a.b.c.1", "/", "/x~1y", "0.1", "b"});
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto read = [&](std::map<std::size_t, std::string>& found) {
    return fields.read(json, [&](std::size_t path, std::string_view value) {
      if (value.size() > json.size()) std::abort();
      found[path] = value;
    });
  };
  std::map<std::size_t, std::string> first;
  std::map<std::size_t, std::string> second;
  if (read(first).ok() != read(second).ok() || first != second) std::abort();
  return 0;
}
