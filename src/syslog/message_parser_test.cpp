// What Apache Flume makes of messages is in golden_test.cpp; here what it does not have, and what the source relies on.
#include "syslog/message_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/allocation_counter.h"
#include "support/batch_of.h"
#include "syslog/multiport_parser.h"
#include "text/utf8.h"

namespace flume::syslog {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr std::int64_t kNow = 1710072000000;
constexpr MessageOptions kAllHeaders{.rfc5424_headers = {.app_name = true, .procid = true, .msgid = true, .structured_data = true}};

class Events {
 public:
  template <typename Parser>
  TestEvent of(Parser parser, const Frame& frame, AddedHeaders added = {}) {
    const auto state = parser->append(frame, kNow, added, builder_);
    EXPECT_TRUE(state.ok());
    state_ = *state;
    return events_of(builder_.take()).at(0);
  }
  TestEvent tcp(std::string_view text, const MessageOptions& options = {}, AddedHeaders added = {}) {
    return of(MessageParser::make(options, {}, TimeZone()), {text}, added);
  }
  TestEvent multiport(std::string_view text, const MessageOptions& options = {}, AddedHeaders added = {}) {
    return of(MultiportParser::make(options, "UTF-8"), {text}, added);
  }
  [[nodiscard]] MessageState state() const { return state_; }

 private:
  SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  MessageState state_{};
};

constexpr std::string_view kStructured =
    R"(<165>1 2003-10-11T22:14:15Z host evntslog 8710 ID47 [a@32473 iut="3" say="a \"quoted\" \] and \\ and \n"][b x="1" x="2"] the text)";

TEST(SyslogParsers, gives_the_parts_of_rfc_5424_as_headers_when_asked_for) {
  Events events;
  for (const TestEvent& event : {events.tcp(kStructured, kAllHeaders), events.multiport(kStructured, kAllHeaders)}) {
    EXPECT_THAT(event.headers,
                IsSupersetOf({Pair("app-name", "evntslog"), Pair("procid", "8710"), Pair("msgid", "ID47"), Pair("a@32473.iut", "3"),
                              Pair("a@32473.say", R"(a "quoted" ] and \ and \n)"), Pair("b.x", "2"), Pair("host", "host")}));
    EXPECT_TRUE(event.body.starts_with("evntslog 8710 ID47 [a@32473")) << event.body;
  }
  const TestEvent plain = events.tcp(kStructured);
  EXPECT_EQ(plain.headers.size(), 6U);
}

TEST(SyslogParsers, gives_each_part_by_itself) {
  Events events;
  EXPECT_THAT(events.tcp(kStructured, {.rfc5424_headers = {.msgid = true}}).headers,
              testing::AllOf(Contains(Pair("msgid", "ID47")), Not(Contains(Key("app-name"))), Not(Contains(Key("b.x")))));
}

TEST(SyslogParsers, gives_no_header_for_what_is_absent) {
  Events events;
  const TestEvent event = events.tcp("<165>1 - host - - - - text", kAllHeaders);
  EXPECT_EQ(event.headers.size(), 5U);  // Facility, Severity, priority, version, host
  EXPECT_EQ(event.body, "- - - - text");
}

TEST(SyslogParsers, gives_the_text_alone_as_body_when_asked_for) {
  Events events;
  const MessageOptions message{.rfc5424_body = Rfc5424Body::Message};
  EXPECT_EQ(events.tcp(kStructured, message).body, "the text");
  EXPECT_EQ(events.multiport(kStructured, message).body, "the text");
  EXPECT_EQ(events
                .tcp("<165>1 - host app - - - \xEF\xBB\xBF"
                     "text",
                     message)
                .body,
            "text");
  EXPECT_EQ(events.tcp("<165>1 - host app - - -", message).body, "");
  EXPECT_EQ(events.tcp("<165>Feb  5 17:32:18 host su: text", message).body, "su: text");
  MessageOptions keeping = message;
  keeping.keep_fields.host = true;
  EXPECT_EQ(events.tcp(kStructured, keeping).body, "host the text");
}

TEST(SyslogParsers, leaves_what_only_resembles_rfc_5424_as_it_is) {
  Events events;
  MessageOptions options = kAllHeaders;
  options.rfc5424_body = Rfc5424Body::Message;
  for (const std::string rest :
       {"app", "app - -", "app - - text", R"(app - - [a b="1" text)", R"(app - - [a b=1] text)", R"(app - - [a b="1"]text)",
        R"(app - - [ b="1"] text)", R"(app - - [a b="1]"] text)", R"(app - - [a b="1\)", "app - - -text", "app  - - text"}) {
    const TestEvent event = events.tcp("<165>1 - host " + rest, options);
    EXPECT_EQ(event.body, rest);
    EXPECT_EQ(event.headers.size(), 5U) << rest;
  }
  EXPECT_EQ(events.tcp("<165>- host app - - - text", options).body, "app - - - text") << "there is no version";
}

TEST(SyslogParsers, gives_headers_that_are_utf8_and_not_too_many) {
  Events events;
  EXPECT_EQ(events.tcp("<165>1 - host app - - [a b=\"\xFC\"]", kAllHeaders).headers.at("a.b"), "\xEF\xBF\xBD");
  std::string text = "<165>1 - host app - - [a";
  for (int i = 0; i < 1000; ++i) text += " n" + std::to_string(i) + "=\"\"";
  EXPECT_EQ(events.tcp(text + "]", kAllHeaders).headers.size(), 6U + kMostParameters);
}

TEST(SyslogParsers, puts_the_headers_of_the_source_on_every_event_and_over_the_messages_own) {
  Events events;
  const std::array<AddedHeader, 2> added{{{"ip", "10.0.0.1"}, {"host", "peer"}}};
  for (const std::string_view text : {"<13>1 - host body", "no message"}) {
    EXPECT_THAT(events.tcp(text, {}, added).headers, IsSupersetOf({Pair("ip", "10.0.0.1"), Pair("host", "peer")}));
    EXPECT_THAT(events.multiport(text, {}, added).headers, IsSupersetOf({Pair("ip", "10.0.0.1"), Pair("host", "peer")}));
  }
}

TEST(SyslogParsers, says_what_became_of_a_message) {
  Events events;
  events.tcp("<13>not parsed, but of a priority");
  EXPECT_EQ(events.state(), MessageState::Valid);
  events.tcp("none");
  EXPECT_EQ(events.state(), MessageState::Invalid);
  EXPECT_EQ(events.of(MessageParser::make({}, {}, TimeZone()), {"<13>1 - h b", true}).headers.at("flume.syslog.status"), "Incomplete");
  EXPECT_EQ(events.state(), MessageState::Incomplete);
  events.multiport("<13>not parsed");
  EXPECT_EQ(events.state(), MessageState::Invalid);
  EXPECT_EQ(events.of(MultiportParser::make({}, "UTF-8"), {"none", true}).headers.at("flume.syslog.status"), "Invalid");
}

TEST(SyslogParsers, cuts_the_newlines_at_the_ends_of_a_datagram) {
  EXPECT_EQ(message_of_datagram("\n<13>a\nb\n\n"), "<13>a\nb");
  EXPECT_EQ(message_of_datagram("\n\n"), "");
}

TEST(SyslogParsers, keep_a_message_for_which_the_users_pattern_takes_too_many_steps) {
  const FormatOptions format{.regex = "<\\d+>(x+x+)+[yz]"};
  const std::string message = "<13>" + std::string(60, 'x');
  MessageFields fields;
  EXPECT_FALSE((*UserFormat::make(format))->match(message, fields).ok());
  Events events;
  const TestEvent event = events.of(MessageParser::make({}, format, TimeZone()), {message});
  EXPECT_EQ(event.headers.at("Facility"), "1");
  EXPECT_EQ(event.body, message);
}

TEST(SyslogParsers, refuse_what_cannot_be_compiled) {
  EXPECT_THAT(MessageParser::make({}, {.regex = "("}, TimeZone()).status().message(), testing::StartsWith("format.regex: "));
  EXPECT_THAT(MultiportParser::make({}, "UTF-9").status().message(), testing::HasSubstr("UTF-8"));
}

TEST(SyslogParsers, take_no_memory_per_message) {
  auto tcp = MessageParser::make({}, {}, TimeZone::by_name("Europe/Berlin").zone);
  auto multiport = MultiportParser::make({}, "UTF-8");
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const auto append = [&] {
    for (const std::string_view text :
         {"<34>1 2003-10-11T22:14:15.003Z host app - - - text", "<34>Oct 11 22:14:15 host su: text", "none"}) {
      ASSERT_TRUE(tcp->append({text}, kNow, {}, builder).ok());
      ASSERT_TRUE(multiport->append({text}, kNow, {}, builder).ok());
    }
  };
  append();
  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) append();
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace flume::syslog
