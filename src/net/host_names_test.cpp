#include "net/host_names.h"

#include <atomic>
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/asio_network.h"
#include "support/sim_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class HostNamesTest : public testing::Test {
 protected:
  /// Runs the loop until so many names were found.
  void await(std::size_t count) {
    std::stop_source done;
    const auto look = loop_->make_timer();
    const Deadline limit = loop_->in(10s);
    const std::function<void()> watch = [&] {
      if (names_.size() >= count || loop_->now() > limit.when()) return done.request_stop(), void();
      look->set(loop_->in(1ms), watch);
    };
    look->set(loop_->in(0ms), watch);
    loop_->run(done.get_token());
  }
  HostNames::Callback note() {
    return [this](const std::string& name) { names_.push_back(name); };
  }

  AsioNetwork network_;
  std::unique_ptr<EventLoop> loop_ = network_.make_loop();
  std::vector<std::string> names_;
};

TEST_F(HostNamesTest, looks_each_address_up_once_and_answers_all_who_asked) {
  std::atomic<int> asked = 0;
  HostNames names(*loop_, [&](const std::string& address) {
    ++asked;
    return "host-of-" + address;
  });
  names.find("10.0.0.1", note());
  names.find("10.0.0.1", note());
  EXPECT_EQ(names.name_or_address("10.0.0.1"), "10.0.0.1");
  await(2);
  names.find("10.0.0.1", note());
  EXPECT_THAT(names_, ElementsAre("host-of-10.0.0.1", "host-of-10.0.0.1", "host-of-10.0.0.1"));
  EXPECT_EQ(names.name_or_address("10.0.0.1"), "host-of-10.0.0.1");
  EXPECT_EQ(asked, 1);
}

TEST_F(HostNamesTest, an_address_without_a_name_stands_for_itself) {
  HostNames names(*loop_, [](const std::string&) { return ""; });
  names.find("10.0.0.1", note());
  await(1);
  EXPECT_THAT(names_, ElementsAre("10.0.0.1"));
}

TEST_F(HostNamesTest, goes_while_a_look_up_is_under_way) {
  const auto is_asked = std::make_shared<std::latch>(1);
  const auto may_answer = std::make_shared<std::latch>(1);
  const auto has_answered = std::make_shared<std::latch>(1);
  {
    HostNames names(*loop_, [=](const std::string&) {
      is_asked->count_down();
      may_answer->wait();
      has_answered->count_down();
      return "late";
    });
    names.find("10.0.0.1", note());
    is_asked->wait();
  }
  may_answer->count_down();
  has_answered->wait();
  EXPECT_TRUE(names_.empty());
}

TEST(HostNamesInTime, a_resolver_that_does_not_answer_costs_the_patience_and_no_more) {
  SimClock clock;
  SimEventLoop loop(clock);
  const auto may_answer = std::make_shared<std::latch>(1);
  HostNames names(loop, [=](const std::string&) {
    may_answer->wait();
    return "late";
  });
  std::vector<std::string> found;
  names.find("10.0.0.1", [&](const std::string& name) { found.push_back(name); });
  loop.advance(HostNames::kPatience - 1s);
  EXPECT_TRUE(found.empty());
  loop.advance(2s);
  EXPECT_THAT(found, ElementsAre("10.0.0.1"));
  may_answer->count_down();
}

TEST(HostNamesInTime, any_number_of_unknown_addresses_does_not_fill_the_memory) {
  SimClock clock;
  SimEventLoop loop(clock);
  const auto may_answer = std::make_shared<std::latch>(1);
  HostNames names(loop, [=](const std::string&) {
    may_answer->wait();
    return "late";
  });
  std::size_t waiting = 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i < 2 * HostNames::kMostKept; ++i) {
    ++waiting;
    names.find("address " + std::to_string(i), [&](const std::string&) { ++found; });
  }
  EXPECT_EQ(found, waiting - HostNames::kMostKept);
  may_answer->count_down();
}

TEST(HostNamesBySystem, knows_this_machine) {
  EXPECT_NE(name_of_address_by_system("127.0.0.1"), "");
  EXPECT_EQ(name_of_address_by_system("no address"), "");
}

}  // namespace
}  // namespace flume
