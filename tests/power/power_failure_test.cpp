// The promise of the file channel, cut short at every operation of the disk; and that the simulator sees each rule missing.
#include "power/power_failure.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "crypto/golden_stores.h"
#include "storage/segment_keys.h"
#include "support/sim_files.h"

namespace flume::power {
namespace {

std::uint64_t wanted_images() {
  const char* const text = std::getenv("FLUME_POWER_IMAGES");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 100'000;
}

TEST(PowerFailure, loses_nothing_and_repeats_nothing_whenever_the_power_fails) {
  Outcome all;
  std::uint64_t runs = 0;
  while (all.images < wanted_images() && all.violation.empty()) all.add(run(++runs, {}));
  std::cout << runs << " runs: " << all.images << " images, " << all.kills << " kills, " << all.failed_writes << " failed writes, "
            << all.failed_syncs << " failed syncs, " << all.flips << " flipped bits (" << all.reported_flips << " reported)\n";
  EXPECT_EQ(all.violation, "");
  EXPECT_GE(all.images, wanted_images());
  EXPECT_GT(all.kills, 0U);
  EXPECT_GT(all.failed_syncs, 0U);
}

TEST(PowerFailure, spares_a_log_of_two_folders_which_does_not_open_without_one) {
  Work work;
  work.folders = 2;
  Outcome all;
  for (std::uint64_t seed = 1; all.images < wanted_images() / 4 && all.violation.empty(); ++seed) all.add(run(seed, work));
  EXPECT_EQ(all.violation, "");
  EXPECT_GT(all.unmounted, 0U);
}

TEST(PowerFailure, spares_an_encrypted_log_too) {
  SimFiles files;
  files.add_file("/etc/keys.jceks", crypto::golden("aes.jceks"));
  files.add_file("/etc/password", "store-password");
  auto provider = crypto::KeyProvider::open(
      files, {.key_store_file = "/etc/keys.jceks", .key_store_password_file = "/etc/password", .keys = "key-128", .password_files = {}});
  ASSERT_TRUE(provider.ok()) << provider.status().message();
  Work work;
  work.keys = std::make_shared<storage::SegmentKeys>(*std::move(provider), "key-128");
  Outcome all;
  for (std::uint64_t seed = 1; all.images < wanted_images() / 10 && all.violation.empty(); ++seed) all.add(run(seed, work));
  EXPECT_EQ(all.violation, "");
}

TEST(PowerFailure, leaves_a_sound_log_behind_puts_that_were_only_written) {
  Work work;
  work.syncs_puts = false;
  Outcome all;
  for (std::uint64_t seed = 1; all.images < wanted_images() / 10 && all.violation.empty(); ++seed) all.add(run(seed, work));
  EXPECT_EQ(all.violation, "");
  EXPECT_GT(all.kills, 0U);
}

struct Rule {
  const char* name;
  bool storage::LogRules::* member;
  // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's
  friend void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }
};

class WithoutRule : public testing::TestWithParam<Rule> {};

TEST_P(WithoutRule, is_caught) {
  Work work;
  work.rules.*GetParam().member = false;
  Outcome all;
  for (std::uint64_t seed = 1; all.violation.empty() && all.images < 60'000; ++seed) all.add(run(seed, work));
  EXPECT_NE(all.violation, "") << "nothing was found in " << all.images << " images and " << all.flips << " flips";
  std::cout << GetParam().name << ": " << all.images << " images, " << all.violation << "\n";
}

using storage::LogRules;
INSTANTIATE_TEST_SUITE_P(Rules, WithoutRule,
                         testing::Values(Rule{"sync_before_acknowledging", &LogRules::sync_before_acknowledging},
                                         Rule{"sync_before_rolling", &LogRules::sync_before_rolling},
                                         Rule{"new_segment_after_recovery", &LogRules::new_segment_after_recovery},
                                         Rule{"new_salt_for_each_use", &LogRules::new_salt_for_each_use},
                                         Rule{"reuse_after_durable_takes", &LogRules::reuse_after_durable_takes},
                                         Rule{"keep_newest_sealed", &LogRules::keep_newest_sealed},
                                         Rule{"tell_damage", &LogRules::tell_damage},
                                         Rule{"sync_recovered_tail", &LogRules::sync_recovered_tail},
                                         Rule{"fail_after_failed_sync", &LogRules::fail_after_failed_sync}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flume::power
