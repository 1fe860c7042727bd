// A module that breaks the rule that no exception leaves it.
#include <stdexcept>

#include "flume/module.h"

FLUME_MODULE(registry) {
  if (registry.all(flume::Kind::Sink).empty()) throw std::runtime_error("there is no sink to wrap");
  return {};
}
