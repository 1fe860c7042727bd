// Any bytes as a file of configuration tests, as JSON and as properties: read or refused, and every refusal is one line of text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cli/config_test/config_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"t.json", "t.properties"}) {
    config::Diagnostics diagnostics;
    const auto tests = cli::read_config_tests(name, text, diagnostics);
    if (!tests && diagnostics.count(config::Severity::Error) == 0) __builtin_trap();
    if (tests && (tests->tests.empty() || tests->configuration.empty())) __builtin_trap();
    for (const char c : diagnostics.to_lines()) {
      // Nothing of the file may reach the terminal as a control character.
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n') __builtin_trap();
    }
  }
  return 0;
}
