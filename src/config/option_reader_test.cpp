#include "config/option_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The source's keys, one line each, behind a configuration that is right.
Planned plan_source(const std::string& keys) { return plan_text(std::string(kGoodText) + keys); }

const FakeSourceOptions& options_of(const Planned& planned) {
  return *static_cast<const FakeSourceOptions*>(planned.plan.sources.at(0).options.get());
}

const PlannedValue* value_of(const PlannedComponent& component, std::string_view key) {
  for (const PlannedValue& value : component.values) {
    if (value.key == key) return &value;
  }
  return nullptr;
}

TEST(OptionReader, takes_the_member_initialisers_for_defaults) {
  const Planned planned = plan_source("");
  EXPECT_THAT(planned.lines(), IsEmpty());
  const FakeSourceOptions& options = options_of(planned);
  EXPECT_EQ(options.command, "date");
  EXPECT_EQ(options.batch_size, 100);
  EXPECT_EQ(options.hosts, (Names{"a", "b"}));
  EXPECT_EQ(options.order, Order::Oldest);
  EXPECT_EQ(options.limit, std::nullopt);
  EXPECT_TRUE(options.client.empty());
}

TEST(OptionReader, reads_every_type_of_value) {
  const Planned planned = plan_source(
      "a1.sources.r1.workers = +8\n"
      "a1.sources.r1.batchSize = 7\n"
      "a1.sources.r1.eventSize = 9223372036854775807\n"
      "a1.sources.r1.port = 65535\n"
      "a1.sources.r1.timeout = -1\n"
      "a1.sources.r1.interval = 60\n"
      "a1.sources.r1.restart = TRUE\n"
      "a1.sources.r1.hosts = x  y\tz\n"
      "a1.sources.r1.order = Youngest\n"
      "a1.sources.r1.password = geheim\n"
      "a1.sources.r1.limit = 0\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
  const FakeSourceOptions& options = options_of(planned);
  EXPECT_EQ(options.workers, 8);
  EXPECT_EQ(options.batch_size, 7);
  EXPECT_EQ(options.event_size.count, INT64_MAX);
  EXPECT_EQ(options.port.number, 65535);
  EXPECT_EQ(options.timeout.count(), -1);
  EXPECT_EQ(options.interval.count(), 60);
  EXPECT_TRUE(options.restart);
  EXPECT_EQ(options.hosts, (Names{"x", "y", "z"}));
  EXPECT_EQ(options.order, Order::Youngest);
  EXPECT_EQ(options.password.text, "geheim");
  EXPECT_EQ(options.limit, 0);
}

TEST(OptionReader, tells_every_wrong_value_at_its_place) {
  const Planned planned = plan_source(
      "a1.sources.r1.workers = 9\n"
      "a1.sources.r1.batchSize = 1k\n"
      "a1.sources.r1.eventSize = 9223372036854775808\n"
      "a1.sources.r1.port = 65536\n"
      "a1.sources.r1.timeout = soon\n"
      "a1.sources.r1.interval = -1\n"
      "a1.sources.r1.order = oldst\n"
      "a1.sources.r1.limit = 1.5\n");
  EXPECT_THAT(planned.lines(),
              ElementsAre("error 7:25 a1.sources.r1.workers: out of range: '9', allowed is from 1 to 8",
                          "error 8:27 a1.sources.r1.batchSize: not a whole number: '1k'",
                          "error 9:27 a1.sources.r1.eventSize: out of range: '9223372036854775808', allowed is at most 9223372036854775807",
                          "error 10:22 a1.sources.r1.port: out of range: '65536', allowed is from 0 to 65535",
                          "error 11:25 a1.sources.r1.timeout: not a whole number: 'soon'",
                          "error 12:26 a1.sources.r1.interval: out of range: '-1', allowed is at least 0",
                          "error 13:23 a1.sources.r1.order: 'oldst' is not one of: oldest, first, youngest",
                          "error 14:23 a1.sources.r1.limit: not a whole number: '1.5'",
                          HasSubstr("note 3:23 a1.channels.c1: nothing is left that uses this channel (left out: source r1)"),
                          HasSubstr("note 2:1 a1: nothing is left to run")));
  EXPECT_THAT(planned.left_out(), testing::Contains("sources.r1: its keys are not valid"));
}

TEST(OptionReader, takes_a_boolean_that_is_none_for_false_as_Flume_does_and_says_so) {
  const Planned planned = plan_source("a1.sources.r1.restart = yes\n");
  EXPECT_THAT(planned.lines(),
              ElementsAre("warning 7:25 a1.sources.r1.restart: 'yes' is neither true nor false: taken as false, as Flume does"));
  EXPECT_FALSE(options_of(planned).restart);
}

TEST(OptionReader, says_that_text_after_a_number_is_part_of_the_value) {
  const Planned planned = plan_source("a1.sources.r1.workers = 3 # three\n");
  EXPECT_THAT(planned.lines(),
              testing::Contains("error 7:25 a1.sources.r1.workers: not a whole number: '3 # three' (the text after # is part "
                                "of the value: a comment needs a line of its own)"));
  EXPECT_THAT(
      plan_source("a1.sources.r1.workers = 3 threads\n").lines(),
      testing::Contains("error 7:25 a1.sources.r1.workers: not a whole number: '3 threads'; text after a value is part of the value"));
}

TEST(OptionReader, reports_a_missing_required_key_where_the_type_is) {
  const Planned planned = plan_text(
      "a1.sources = r1\na1.channels = c1\na1.channels.c1.type = memory\n"
      "a1.sources.r1.type = exec\na1.sources.r1.channels = c1\n");
  EXPECT_THAT(planned.lines(), testing::Contains("error 4:22 a1.sources.r1.command: is required (What to run.)"));
}

TEST(OptionReader, warns_of_an_unknown_key_and_names_the_nearest) {
  const Planned planned = plan_source("a1.sources.r1.comand = ls\na1.sources.r1.chanels = c1\na1.sources.r1.whatever = 1\n");
  EXPECT_THAT(planned.lines(),
              ElementsAre("warning 7:1 a1.sources.r1.comand: source type 'exec' has no such key: ignored (did you mean command?)",
                          "warning 8:1 a1.sources.r1.chanels: source type 'exec' has no such key: ignored (did you mean channels?)",
                          "warning 9:1 a1.sources.r1.whatever: source type 'exec' has no such key: ignored"));
  EXPECT_EQ(planned.plan.sources.size(), 1U);
}

TEST(OptionReader, finds_the_key_of_which_the_first_word_is_missing) {
  EXPECT_THAT(plan_text("a1.sinks = k1\na1.channels = c1\na1.channels.c1.type = memory\na1.sinks.k1.channel = c1\n"
                        "a1.sinks.k1.type = hdfs\na1.sinks.k1.Path = /x\n")
                  .lines(),
              testing::Contains("warning 6:1 a1.sinks.k1.Path: sink type 'hdfs' has no such key: ignored (did you mean hdfs.path?)"));
}

TEST(OptionReader, takes_another_spelling_of_a_key_without_a_word) {
  const Planned planned = plan_source("a1.sources.r1.path.name = x\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
  EXPECT_EQ(options_of(planned).file, "x");
}

TEST(OptionReader, prefers_the_key_itself_to_its_other_spellings) {
  const Planned planned = plan_source("a1.sources.r1.file = right\na1.sources.r1.path.name = worse\na1.sources.r1.fileName = wrong\n");
  EXPECT_EQ(options_of(planned).file, "right");
  EXPECT_THAT(planned.lines(),
              ElementsAre("warning 8:1 a1.sources.r1.path.name: ignored: another spelling of a1.sources.r1.file, which is set, too",
                          "warning 9:1 a1.sources.r1.fileName: ignored: another spelling of a1.sources.r1.file, which is set, too"));
  EXPECT_EQ(options_of(plan_source("a1.sources.r1.path.name = b\na1.sources.r1.fileName = a\n")).file, "a");
}

TEST(OptionReader, says_what_is_deprecated_and_what_has_no_effect) {
  const Planned planned = plan_source("a1.sources.r1.oldFile = x\na1.sources.r1.idle = 3\n");
  EXPECT_THAT(planned.lines(), ElementsAre("warning 7:1 a1.sources.r1.oldFile: deprecated: use file",
                                           "info 8:1 a1.sources.r1.idle: has no effect here: there are no threads to count"));
  EXPECT_EQ(value_of(plan_source("").plan.sources[0], "oldFile"), nullptr);
  EXPECT_EQ(value_of(plan_source("").plan.sources[0], "idle"), nullptr);
}

TEST(OptionReader, collects_a_family_by_its_longest_prefix) {
  const Planned planned = plan_source("a1.sources.r1.client.a.b = 1\na1.sources.r1.client.special.c = 2\na1.sources.r1.client. = 3\n");
  EXPECT_EQ(options_of(planned).client, (OptionFamily{{"a.b", "1"}}));
  EXPECT_EQ(options_of(planned).special_client, (OptionFamily{{"c", "2"}}));
  EXPECT_THAT(planned.lines(), ElementsAre(HasSubstr("warning 9:1 a1.sources.r1.client.: source type 'exec' has no such key")));
}

TEST(OptionReader, reads_the_rows_of_a_group_into_its_member) {
  const Planned planned = plan_source(
      "a1.sources.r1.ssl = true\na1.sources.r1.keystore-password = x\na1.sources.r1.burst = 6\n"
      "a1.sources.r1.codec = plain\na1.sources.r1.codec.appendNewline = false\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
  const FakeTlsOptions& tls = options_of(planned).tls;
  EXPECT_TRUE(tls.ssl);
  EXPECT_EQ(tls.keystore_password.text, "x");
  EXPECT_EQ(tls.burst, 6);
  ASSERT_NE(tls.codec.info, nullptr);
  EXPECT_FALSE(static_cast<const FakePlainOptions*>(tls.codec.options.get())->append_newline);
  const OptionInfo& burst = *std::find_if(kFakeSourceOptions.rows.begin(), kFakeSourceOptions.rows.end(),
                                          [](const OptionInfo& row) { return row.key == "burst"; });
  FakeSourceOptions options;
  *burst.number(&options) = 9;
  EXPECT_EQ(options.tls.burst, 9);
}

TEST(OptionReader, resolves_a_component_inside_a_component_by_default_and_by_key) {
  const Planned by_default = plan_source("a1.sources.r1.serializer.appendNewline = false\n");
  EXPECT_THAT(by_default.lines(), IsEmpty());
  const Nested& serializer = options_of(by_default).serializer;
  ASSERT_NE(serializer.info, nullptr);
  EXPECT_EQ(serializer.info->type, "plain");
  EXPECT_FALSE(static_cast<const FakePlainOptions*>(serializer.options.get())->append_newline);
  EXPECT_EQ(options_of(by_default).tls.codec.info, nullptr);  // no default: none

  const Planned wrong = plan_source("a1.sources.r1.serializer = plian\n");
  EXPECT_THAT(wrong.lines(),
              testing::Contains("error 7:28 a1.sources.r1.serializer: unknown serializer type 'plian' (did you mean plain?)"));
  EXPECT_FALSE(wrong.plan.is_fatal);
  const Planned inner = plan_source("a1.sources.r1.serializer.apendNewline = false\n");
  EXPECT_THAT(inner.lines(), ElementsAre(AllOf(HasSubstr("warning 7:1 a1.sources.r1.serializer.apendNewline: serializer type 'plain'"),
                                               HasSubstr("did you mean serializer.appendNewline?"))));
}

TEST(OptionReader, keeps_the_values_in_the_order_of_the_table_with_their_origin) {
  const Planned planned = plan_source("a1.sources.r1.workers = 3\na1.sources.r1.file = x\n");
  const auto& values = planned.plan.sources[0].values;
  ASSERT_GE(values.size(), 4U);
  EXPECT_EQ(values[0].key, "channels");
  EXPECT_EQ(values[1].key, "command");
  EXPECT_EQ(values[2].key, "file");
  EXPECT_EQ(to_string(values[2].at), "flume.conf:8:22");
  EXPECT_EQ(values[3].key, "workers");
  EXPECT_FALSE(values[3].is_default);
  EXPECT_TRUE(values[4].is_default);
  const PlannedValue* timeout = value_of(planned.plan.sources[0], "timeout");
  ASSERT_NE(timeout, nullptr);
  EXPECT_EQ(timeout->shown, "3000");
  EXPECT_EQ(timeout->unit, "ms");
  EXPECT_NE(value_of(planned.plan.sources[0], "serializer.appendNewline"), nullptr);
}

TEST(OptionReader, never_shows_a_secret) {
  const Planned planned = plan_source(
      "a1.sources.r1.password = geheim\n"
      "a1.sources.r1.keystore-password = geheim\n"
      "a1.sources.r1.client.ssl.key.password = geheim\n"
      "a1.sources.r1.client.sasl.jaas.config = x.LoginModule password=\"geheim\";\n"
      "a1.sources.r1.client.url = https://me:geheim@host/\n"
      "a1.sources.r1.workers = password=geheim\n");
  for (const PlannedSource& source : planned.plan.sources) {
    for (const PlannedValue& value : source.values) EXPECT_THAT(value.shown, Not(HasSubstr("geheim"))) << value.key;
  }
  for (const std::string& line : planned.lines()) EXPECT_THAT(line, Not(HasSubstr("geheim")));
  const Planned valid = plan_source("a1.sources.r1.client.ssl.key.password = geheim\na1.sources.r1.client.url = https://me:geheim@host/\n");
  ASSERT_EQ(valid.plan.sources.size(), 1U);
  EXPECT_EQ(value_of(valid.plan.sources[0], "client.ssl.key.password")->shown, "***");
  EXPECT_EQ(value_of(valid.plan.sources[0], "client.url")->shown, "https://***@host/");
  EXPECT_EQ(value_of(valid.plan.sources[0], "password")->shown, "");
  EXPECT_EQ(options_of(valid).client.at("ssl.key.password"), "geheim");
}

TEST(OptionReader, shows_a_long_value_whole) {
  const std::string command(500, 'x');
  const Planned planned = plan_text(
      "a1.sources = r1\na1.channels = c1\na1.channels.c1.type = memory\na1.sources.r1.type = exec\n"
      "a1.sources.r1.channels = c1\na1.sources.r1.command = " +
      command + "\n");
  EXPECT_EQ(value_of(planned.plan.sources.at(0), "command")->shown, command);
}

TEST(OptionReader, points_at_the_key_that_a_check_complains_of) {
  const Planned planned = plan_source("a1.channels.c1.capacity = 10\n");
  EXPECT_THAT(planned.lines(), testing::Contains("error 7:27 a1.channels.c1: transactionCapacity is larger than capacity"));
  EXPECT_THAT(plan_source("a1.channels.c1.transactionCapacity = 1\na1.channels.c1.capacity = 13\n").lines(),
              testing::Contains("error 8:27 a1.channels.c1.capacity: brings bad luck"));
  const Planned both = plan_source("a1.channels.c1.transactionCapacity = 200\n");
  EXPECT_THAT(both.lines(), testing::Contains(HasSubstr("error 7:38 a1.channels.c1: transactionCapacity")));
}

TEST(OptionReader, checks_what_could_be_read_when_a_key_could_not) {
  const Planned planned = plan_source("a1.channels.c1.transactionCapacity = many\na1.channels.c1.capacity = 13\n");
  EXPECT_THAT(planned.lines(), testing::Contains("error 7:38 a1.channels.c1.transactionCapacity: not a whole number: 'many'"));
  EXPECT_THAT(planned.lines(), testing::Contains("error 8:27 a1.channels.c1.capacity: brings bad luck"));
}

TEST(OptionReader, tells_nothing_that_a_check_found_about_a_key_that_could_not_be_read) {
  // The capacity that was meant is not known: that the default is too small means nothing.
  const Planned planned = plan_source("a1.channels.c1.transactionCapacity = 200\na1.channels.c1.capacity = many\n");
  EXPECT_THAT(planned.lines(), testing::Contains("error 8:27 a1.channels.c1.capacity: not a whole number: 'many'"));
  EXPECT_THAT(planned.lines(), Not(testing::Contains(HasSubstr("is larger than"))));
  EXPECT_THAT(plan_source("a1.channels.c1.transactionCapacity = 200\n").lines(), testing::Contains(HasSubstr("is larger than")));
}

TEST(OptionReader, tells_a_finding_without_a_key_only_when_all_could_be_read) {
  EXPECT_THAT(plan_source("a1.channels.c1.capacity = 666\n").lines(), testing::Contains("error 3:23 a1.channels.c1: is not to be had"));
  EXPECT_THAT(plan_source("a1.channels.c1.capacity = 666\na1.channels.c1.transactionCapacity = x\n").lines(),
              Not(testing::Contains(HasSubstr("is not to be had"))));
}

TEST(OptionReader, tells_everything_that_a_check_finds) {
  const Planned planned = plan_source("a1.sources.r1.limit = 7\na1.sources.r1.workers = 8\na1.sources.r1.idle = 9\n");
  EXPECT_THAT(planned.lines(), testing::Contains("error 8:25 a1.sources.r1.workers: too many for this limit"));
  EXPECT_THAT(planned.lines(), testing::Contains("error 7:23 a1.sources.r1.timeout: does not go with this limit"));
  EXPECT_THAT(plan_source("a1.sources.r1.limit = x\na1.sources.r1.workers = 8\n").lines(), Not(testing::Contains(HasSubstr("this limit"))));
}

}  // namespace
}  // namespace flume::config
