// Foreign bytes as events. The first byte chooses: in place or from elsewhere, with planned headers or without.
// What is taken must read back as canonical Avro, and reading it must stay inside the slab (sanitizer).
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  if (size == 0) return 0;
  const std::uint8_t mode = data[0];
  const SlabPool::Handle pool = SlabPool::make(1);
  HeaderPlan plan;
  if ((mode & 1) != 0) plan.add("k", "planned", (mode & 2) != 0);
  BatchBuilder builder(*pool, std::move(plan));
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((mode & 4) != 0) {
    std::uint8_t* place = builder.reserve(rest.size());
    if (!rest.empty()) std::memcpy(place, rest.data(), rest.size());
    rest = {reinterpret_cast<const char*>(place), rest.size()};
  }
  std::uint32_t adopted = 0;
  while (!rest.empty()) {
    const auto taken = builder.adopt_avro(rest);
    if (!taken.ok()) break;
    if (*taken == 0 || *taken > rest.size()) std::abort();
    rest.remove_prefix(*taken);
    ++adopted;
  }
  const EventBatch batch = builder.take();
  if (batch.size() != adopted) std::abort();

  // Canonical bytes are adopted as they are, and only they are.
  BatchBuilder again(*pool);
  for (const EventView event : batch) {
    const auto taken = again.adopt_avro(event.avro());
    if (!taken.ok() || *taken != event.avro().size()) std::abort();
  }
  const EventBatch copy = again.take();
  if (copy.bytes() != batch.bytes() || copy.slots() != batch.slots()) std::abort();
  auto twin = copy.begin();
  for (const EventView event : batch) {
    if (event.avro() != (*twin).avro()) std::abort();
    ++twin;
  }
  return 0;
}
