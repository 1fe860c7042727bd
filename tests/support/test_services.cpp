#include "support/test_services.h"

namespace flume {

Services TestServices::of(std::string_view component, std::string_view name, Files& its_files) {
  return {.clock = clock,
          .files = its_files,
          .listener = network,
          .dialer = network,
          .metrics = metrics,
          .log = Log(log, component),
          .agent = "a1",
          .name = std::string(name),
          .state_folder = "/state",
          .conf_folder = "/conf",
          .byte_budget = 64 * 1024 * 1024,
          .logs_raw_data = true};
}

}  // namespace flume
