#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/collecting_channel.h"
#include "support/configured.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SeqSourceTest : public testing::Test {
 protected:
  std::unique_ptr<PolledSource> source(const Keys& keys) {
    return configured<PolledSource>(Kind::Source, "seq", keys, services_.of("sources.r1", "r1"));
  }
  /// Polls until nothing comes; errors are counted and the poll is repeated.
  int drain(PolledSource& source, ChannelWriter& writer) {
    int errors = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto outcome = source.poll(writer, context_);
      if (!outcome) {
        ++errors;
      } else if (*outcome == PollOutcome::Backoff) {
        return errors;
      }
    }
    ADD_FAILURE() << "never came to its end";
    return errors;
  }

  TestServices services_;
  SourceCounters counters_{"r1"};
  FakeSourceContext context_{counters_};
  CollectingChannel first_;
  CollectingChannel second_;
};

TEST_F(SeqSourceTest, gives_one_number_per_event_up_to_the_total) {
  FakeWriter writer({&first_});
  const auto seq = source({{"totalEvents", "5"}, {"batchSize", "2"}});
  ASSERT_TRUE(seq->start(writer, context_).ok());
  EXPECT_EQ(drain(*seq, writer), 0);
  EXPECT_THAT(first_.bodies(), ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_THAT(first_.batch_sizes(), ElementsAre(2, 2, 1));
  drain(*seq, writer);
  EXPECT_THAT(context_.endings(), SizeIs(1));
}

TEST_F(SeqSourceTest, keeps_batches_within_the_channels_limit) {
  first_.set_transaction_capacity(3);
  FakeWriter writer({&first_});
  const auto seq = source({{"totalEvents", "5"}, {"batchSize", "100"}});
  ASSERT_TRUE(seq->start(writer, context_).ok());
  drain(*seq, writer);
  EXPECT_THAT(first_.batch_sizes(), ElementsAre(3, 2));
}

TEST_F(SeqSourceTest, goes_on_where_a_durable_channel_says) {
  first_.set_bookmark("seq:r1", {{"1:next", "7"}});
  FakeWriter writer({&first_});
  const auto seq = source({{"totalEvents", "9"}});
  ASSERT_TRUE(seq->start(writer, context_).ok());
  drain(*seq, writer);
  EXPECT_THAT(first_.bodies(), ElementsAre("7", "8"));
}

TEST_F(SeqSourceTest, gives_each_channel_only_what_it_lacks_after_a_restart) {
  first_.set_bookmark("seq:r1", {{"1:next", "4"}});
  second_.set_bookmark("seq:r1", {{"1:next", "2"}});
  FakeWriter writer({&first_, &second_});
  const auto seq = source({{"totalEvents", "6"}, {"batchSize", "10"}});
  ASSERT_TRUE(seq->start(writer, context_).ok());
  drain(*seq, writer);
  EXPECT_THAT(first_.bodies(), ElementsAre("4", "5"));
  EXPECT_THAT(second_.bodies(), ElementsAre("2", "3", "4", "5"));
}

TEST_F(SeqSourceTest, repeats_nothing_in_a_channel_that_took_the_batch_when_another_failed) {
  int failures = 2;
  second_.set_judge([&](const EventBatch&) { return failures-- > 0 ? retryable("disk is away") : Status(); });
  FakeWriter writer({&first_, &second_});
  const auto seq = source({{"totalEvents", "4"}, {"batchSize", "2"}});
  ASSERT_TRUE(seq->start(writer, context_).ok());
  EXPECT_EQ(drain(*seq, writer), 2);
  EXPECT_THAT(first_.bodies(), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(second_.bodies(), ElementsAre("0", "1", "2", "3"));
}

TEST_F(SeqSourceTest, stops_before_a_bookmark_that_it_does_not_know) {
  FakeWriter writer({&first_});
  const auto seq = source({});
  first_.set_bookmark("seq:r1", {{"2:position", "x"}});
  EXPECT_EQ(seq->start(writer, context_).kind(), ErrorKind::Fatal);
  first_.set_bookmark("seq:r1", {{"1:next", "x"}});
  EXPECT_THAT(seq->start(writer, context_).message(), HasSubstr("seq:r1"));
  EXPECT_THAT(first_.bodies(), IsEmpty());
}

TEST_F(SeqSourceTest, hands_its_pauses_to_the_runner) {
  const auto seq = source({{"backoffSleepIncrement", "10"}, {"maxBackoffSleep", "30"}});
  EXPECT_EQ(seq->backoff().increment, std::chrono::milliseconds(10));
  EXPECT_EQ(seq->backoff().maximum, std::chrono::milliseconds(30));
}

TEST_F(SeqSourceTest, is_known_by_flumes_class_name) {
  EXPECT_EQ(&builtin_component(Kind::Source, "org.apache.flume.source.SequenceGeneratorSource"), &builtin_component(Kind::Source, "SEQ"));
}

}  // namespace
}  // namespace flume
