// A file of dead letters, which anybody may have changed: read to its end or its first damage.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/channel/dead_letter_file.h"
#include "support/sim_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flume::SimFiles files;
  files.add_file("/letters", {reinterpret_cast<const char*>(data), size});
  const auto letters = flume::cli::DeadLetterFile::open(files, "/letters");
  if (!letters) return 0;
  std::size_t events = 0;
  for (;;) {
    const auto next = (*letters)->next();
    if (!next || !*next) return 0;
    // Each has two bytes at least.
    if (++events > size) std::abort();
  }
}
