#include "clients/flume_rpc/rpc_client.h"

#include "support/scripted_avro_source.h"
#include "support/sim_network.h"

namespace flume::rpc {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Fate = CallAnswer::Fate;
using Type = RpcClientSettings::Type;

std::vector<Append> batches(int count, int first = 0) {
  std::vector<Append> all;
  for (int i = first; i < first + count; ++i) all.push_back({batch_of({{{{"n", std::to_string(i)}}, "event " + std::to_string(i)}}), {}});
  return all;
}

/// One client, sources on the hosts a, b, c.
class Hop {
 public:
  explicit Hop(RpcClientSettings client_settings = {}, std::size_t hosts = 1) : settings(std::move(client_settings)) {
    for (std::size_t i = 0; i < hosts; ++i) {
      const std::string host(1, static_cast<char>('a' + i));
      settings.hosts.push_back({host, 4545});
      sources.push_back(std::make_unique<ScriptedSource>(network, loop, host));
    }
    make_client();
  }
  void make_client() {
    client.emplace(loop, network, settings, [this](ConnectionChange change) { changes[static_cast<std::size_t>(change)] += 1; });
  }
  std::vector<CallAnswer> append(std::vector<Append> calls) {
    const std::size_t wanted = calls.size();
    auto done = run_to_end(loop, client->append(std::move(calls)));
    EXPECT_TRUE(done.has_value()) << "the task hangs";
    if (!done) return {};
    EXPECT_TRUE(done->ok());
    EXPECT_EQ((*done)->size(), wanted);
    return **std::move(done);
  }
  CallAnswer append_one(int number = 0) { return append(batches(1, number)).at(0); }
  [[nodiscard]] int opened() const { return changes[0]; }
  [[nodiscard]] int closed() const { return changes[1]; }
  [[nodiscard]] int failed() const { return changes[2]; }

  SimClock clock;
  SimNetwork network{clock};
  SimEventLoop loop{clock};
  RpcClientSettings settings;
  std::vector<std::unique_ptr<ScriptedSource>> sources;
  std::array<int, 3> changes{};
  std::optional<RpcClient> client;
};

TEST(RpcClient, events_and_metadata_arrive_and_the_answers_metadata_comes_back) {
  Hop hop;
  hop.sources[0]->answers_metadata = {{"window", "1"}};
  const std::vector<TestEvent> events = {{{{"a", "b"}}, "x"}, {{}, std::string(100'000, 'y')}};
  const CallAnswer answer = hop.append({{batch_of(events), {{"sender", std::string("\0\1", 2)}}}}).at(0);
  EXPECT_EQ(answer.fate, Fate::Stored) << answer.why.message();
  EXPECT_TRUE(answer.why.ok());
  EXPECT_EQ(answer.metadata.at("window"), "1");
  ASSERT_EQ(hop.sources[0]->stored.size(), 1U);
  EXPECT_EQ(hop.sources[0]->stored[0].events, events);
  EXPECT_EQ(hop.sources[0]->stored[0].metadata.at("sender"), std::string("\0\1", 2));
}

TEST(RpcClient, a_server_that_does_not_know_flumes_hash_gets_our_text) {
  Hop hop;
  hop.sources[0]->knows_flume = false;
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  const auto& greetings = hop.sources[0]->greetings;
  ASSERT_EQ(greetings.size(), 2U);
  EXPECT_EQ(greetings[0].client_hash, kFlumeHash);
  EXPECT_FALSE(greetings[0].client_protocol);
  EXPECT_EQ(greetings[1].client_hash, own_hash());
  EXPECT_EQ(greetings[1].client_protocol, protocol_text());
  EXPECT_EQ(greetings[1].server_hash, ProtocolHash{9});
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  EXPECT_EQ(greetings.size(), 2U) << "a connection is greeted once";
}

TEST(RpcClient, a_server_of_another_protocol_gets_no_event) {
  Hop hop;
  hop.sources[0]->knows_flume = false;
  hop.sources[0]->knows_texts = false;
  const CallAnswer answer = hop.append_one();
  EXPECT_EQ(answer.fate, Fate::NotStored);
  EXPECT_THAT(answer.why.message(), HasSubstr("greet a:4545: the server refuses the protocol"));
  EXPECT_EQ(hop.failed(), 1);
  EXPECT_EQ(hop.sources[0]->calls, 0U);
}

TEST(RpcClient, what_a_server_answers_decides_what_became_of_a_batch) {
  const std::tuple<Act, Fate, std::string, Cause> cases[] = {
      {Act::Store, Fate::Stored, "", Cause::None},
      {Act::Fail, Fate::NotStored, "a:4545 has not stored the events (FAILED)", Cause::None},
      {Act::SayUnknown, Fate::NotStored, "(UNKNOWN)", Cause::None},
      {Act::Error, Fate::NotStored, "a:4545 answers with an error: no such thing", Cause::None},
      {Act::Swallow, Fate::InDoubt, "a:4545: no answer in time", Cause::Timeout},
      {Act::Close, Fate::InDoubt, "a:4545: ", Cause::Disconnected},
      {Act::StoreClose, Fate::InDoubt, "a:4545: ", Cause::Disconnected},
      {Act::WrongSerial, Fate::InDoubt, "an answer to message 1002, which was not sent", Cause::Unsupported},
      {Act::Garbage, Fate::InDoubt, "of HTTP perhaps", Cause::Unsupported}};
  for (const auto& [act, fate, words, cause] : cases) {
    SCOPED_TRACE(static_cast<int>(act));
    Hop hop;
    hop.sources[0]->script = [first = act](std::size_t call) { return call == 0 ? first : Act::Store; };
    const CallAnswer answer = hop.append_one(1);
    EXPECT_EQ(answer.fate, fate);
    EXPECT_EQ(answer.why.ok(), fate == Fate::Stored);
    if (fate == Fate::Stored) continue;
    EXPECT_THAT(answer.why.message(), HasSubstr(words));
    EXPECT_EQ(answer.why.cause(), cause);
    // As Flume's client: another connection.
    EXPECT_EQ(hop.closed(), 1);
    EXPECT_EQ(hop.append_one(2).fate, Fate::Stored);
    EXPECT_EQ(hop.opened(), 2);
    EXPECT_EQ(hop.sources[0]->connections, 2U);
  }
}

TEST(RpcClient, an_answer_that_comes_twice_breaks_the_connection_and_nothing_else) {
  Hop hop;
  hop.sources[0]->script = [](std::size_t) { return Act::Twice; };
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  hop.loop.advance(1s);
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  EXPECT_EQ(hop.sources[0]->connections, 2U);
}

TEST(RpcClient, nobody_there_means_not_stored_and_says_why) {
  using Answer = SimRoute::Answer;
  for (const auto& [answer, cause] : {std::pair{Answer::Refuse, Cause::Refused},
                                      {Answer::Unreachable, Cause::Unreachable},
                                      {Answer::UnknownHost, Cause::UnknownHost},
                                      {Answer::Silence, Cause::Timeout}}) {
    Hop hop;
    hop.network.set_routes([route = answer](const std::string&, std::uint16_t) { return SimRoute{.answer = route}; });
    const Instant start = hop.loop.now();
    const CallAnswer fared = hop.append_one();
    EXPECT_EQ(fared.fate, Fate::NotStored);
    EXPECT_EQ(fared.why.cause(), cause);
    EXPECT_THAT(fared.why.message(), HasSubstr("connect to a:4545"));
    EXPECT_LE(hop.loop.now() - start, 20s);
    EXPECT_EQ(hop.failed(), 1);
    EXPECT_EQ(hop.opened(), 0);
  }
}

TEST(RpcClient, bytes_may_come_one_by_one) {
  Hop hop;
  hop.network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.most_delay = 1ms, .fragment = 1}; });
  for (const CallAnswer& answer : hop.append(batches(20))) EXPECT_EQ(answer.fate, Fate::Stored);
  EXPECT_EQ(hop.sources[0]->bodies().size(), 20U);
}

TEST(RpcClient, a_connection_cut_at_any_byte_leaves_a_batch_stored_not_stored_or_in_doubt_as_it_is) {
  std::array<int, 3> fates{};
  for (std::size_t cut = 0;; ++cut) {
    SCOPED_TRACE(cut);
    Hop hop;
    hop.network.set_routes([cut, first = true](const std::string&, std::uint16_t) mutable {
      return SimRoute{.fragment = 7, .cut_after = std::exchange(first, false) ? cut : sim::kUnlimited};
    });
    const CallAnswer answer = hop.append_one();
    fates[static_cast<std::size_t>(answer.fate)] += 1;
    const std::size_t stored = hop.sources[0]->stored.size();
    if (answer.fate == Fate::Stored) {
      EXPECT_EQ(stored, 1U);
      break;
    }
    EXPECT_LE(stored, answer.fate == Fate::InDoubt ? 1U : 0U);
    EXPECT_EQ(hop.append_one().fate, Fate::Stored) << "again, on a new connection";
  }
  EXPECT_GT(fates[static_cast<std::size_t>(Fate::NotStored)], 50);
  EXPECT_GT(fates[static_cast<std::size_t>(Fate::InDoubt)], 40);
}

TEST(RpcClient, a_stall_at_any_byte_ends_at_the_time_out) {
  for (std::size_t stall = 0; stall < 200; stall += 3) {
    SCOPED_TRACE(stall);
    Hop hop;
    hop.network.set_routes([stall](const std::string&, std::uint16_t) { return SimRoute{.stall_after = stall}; });
    const Instant start = hop.loop.now();
    const CallAnswer answer = hop.append_one();
    if (answer.fate == Fate::Stored) break;
    EXPECT_EQ(answer.why.cause(), Cause::Timeout) << answer.why.message();
    EXPECT_EQ(answer.fate, hop.opened() == 0 ? Fate::NotStored : Fate::InDoubt);
    EXPECT_EQ(hop.loop.now() - start, 20s);
  }
}

TEST(RpcClient, calls_are_under_way_side_by_side_and_may_be_answered_in_any_order) {
  Hop hop({.host = {.most_under_way = 4}});
  ScriptedSource& source = *hop.sources[0];
  source.script = [](std::size_t) { return Act::Hold; };
  const auto timer = hop.loop.make_timer();
  std::function<void()> release = [&] {
    source.release();
    timer->set(hop.loop.in(1s), release);
  };
  timer->set(hop.loop.in(1s), release);
  for (const CallAnswer& answer : hop.append(batches(10))) EXPECT_EQ(answer.fate, Fate::Stored);
  EXPECT_EQ(source.most_held, 4U);
  std::vector<std::string> bodies;
  for (int i = 0; i < 10; ++i) bodies.push_back("event " + std::to_string(i));
  EXPECT_EQ(source.bodies(), bodies);
  EXPECT_EQ(source.connections, 1U);
}

TEST(RpcClient, after_a_call_that_is_not_stored_no_further_one_is_sent) {
  Hop hop({.host = {.most_under_way = 1}});
  hop.sources[0]->script = [](std::size_t call) { return call == 1 ? Act::Fail : Act::Store; };
  const std::vector<CallAnswer> answers = hop.append(batches(4));
  EXPECT_EQ(answers[0].fate, Fate::Stored);
  for (const std::size_t i : {1U, 2U, 3U}) {
    EXPECT_EQ(answers[i].fate, Fate::NotStored);
    EXPECT_THAT(answers[i].why.message(), HasSubstr("FAILED"));
  }
  EXPECT_EQ(hop.sources[0]->calls, 2U);
}

TEST(RpcClient, of_several_calls_only_those_that_were_begun_are_in_doubt) {
  Hop hop({.host = {.most_under_way = 8}});
  hop.network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.window = 2000}; });
  hop.sources[0]->script = [](std::size_t call) { return call == 0 ? Act::Store : Act::StoreClose; };
  std::vector<Append> calls = batches(2);
  for (int i = 0; i < 2; ++i) calls.push_back({batch_of_bodies({std::string(10'000, 'x')}), {}});
  const std::vector<CallAnswer> answers = hop.append(std::move(calls));
  EXPECT_EQ(answers[0].fate, Fate::Stored);
  EXPECT_EQ(answers[1].fate, Fate::InDoubt);
  EXPECT_EQ(answers[2].fate, Fate::InDoubt);
  EXPECT_EQ(answers[3].fate, Fate::NotStored);
}

TEST(RpcClient, an_idle_connection_that_the_server_closed_costs_nothing) {
  Hop hop;
  EXPECT_EQ(hop.append_one(1).fate, Fate::Stored);
  hop.network.cut_all("a", 4545);
  hop.loop.run_until_idle();
  const Instant start = hop.loop.now();
  EXPECT_EQ(hop.append_one(2).fate, Fate::Stored);
  EXPECT_EQ(hop.loop.now(), start);
  EXPECT_EQ(hop.opened(), 2);
  EXPECT_EQ(hop.closed(), 1);
  EXPECT_EQ(hop.failed(), 0);
}

TEST(RpcClient, a_connection_is_made_anew_when_it_is_old) {
  Hop hop({.host = {.longest_connected = 10s}});
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  hop.loop.advance(9s);
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  EXPECT_EQ(hop.sources[0]->connections, 1U);
  hop.loop.advance(1s);
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  EXPECT_EQ(hop.sources[0]->connections, 2U);
}

TEST(RpcClient, a_new_connection_is_wrapped_and_told_the_host) {
  Hop hop;
  std::vector<std::string> hosts;
  hop.settings.host.wrap = [&hosts](std::unique_ptr<Stream> stream, EventLoop&, const std::string& host) {
    hosts.push_back(host);
    return stream;
  };
  hop.make_client();
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  EXPECT_THAT(hosts, ElementsAre("a"));
}

TEST(RpcClient, what_is_cut_short_leaves_nothing_behind) {
  Hop hop({.host = {.most_under_way = 3}});
  hop.sources[0]->script = [](std::size_t) { return Act::Swallow; };
  {
    const RunningTask running =
        RunningTask::start<Result<std::vector<CallAnswer>>>(hop.loop, hop.client->append(batches(3)), [](const auto&) {});
    hop.loop.run_until_idle();
  }
  EXPECT_EQ(hop.sources[0]->calls, 3U);
  hop.sources[0]->script = [](std::size_t) { return Act::Store; };
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
}

// Several hosts.

TEST(FailoverClient, goes_on_with_the_host_that_works) {
  Hop hop({.type = Type::Failover}, 3);
  EXPECT_EQ(hop.append_one(1).fate, Fate::Stored);
  hop.sources[0]->stop();
  hop.loop.run_until_idle();
  EXPECT_EQ(hop.append_one(2).fate, Fate::Stored);
  hop.sources[0]->start();
  EXPECT_EQ(hop.append_one(3).fate, Fate::Stored);
  EXPECT_THAT(hop.sources[0]->bodies(), ElementsAre("event 1"));
  EXPECT_THAT(hop.sources[1]->bodies(), ElementsAre("event 2", "event 3"));
  EXPECT_THAT(hop.sources[2]->bodies(), IsEmpty());
}

TEST(FailoverClient, a_host_that_stores_nothing_is_passed_over_and_all_are_told_when_none_does) {
  Hop hop({.type = Type::Failover}, 3);
  for (const auto& source : hop.sources) source->script = [](std::size_t) { return Act::Fail; };
  const CallAnswer answer = hop.append_one();
  EXPECT_EQ(answer.fate, Fate::NotStored);
  for (const char* host : {"no host takes events: a:4545", "; b:4545", "; c:4545"}) EXPECT_THAT(answer.why.message(), HasSubstr(host));
  hop.sources[2]->script = [](std::size_t) { return Act::Store; };
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
}

TEST(FailoverClient, tries_as_often_as_it_may) {
  for (const auto& [attempts, calls] : {std::pair{1U, 1U}, {2U, 2U}, {0U, 3U}, {7U, 7U}}) {
    Hop hop({.type = Type::Failover, .most_attempts = attempts}, 3);
    std::size_t seen = 0;
    for (const auto& source : hop.sources) {
      source->script = [&seen](std::size_t) {
        ++seen;
        return Act::Error;
      };
    }
    EXPECT_EQ(hop.append_one().fate, Fate::NotStored);
    EXPECT_EQ(seen, calls);
  }
}

TEST(FailoverClient, what_is_in_doubt_goes_to_no_other_host_and_first_to_the_same) {
  Hop hop({.type = Type::Failover}, 2);
  hop.sources[0]->script = [](std::size_t call) { return call == 0 ? Act::StoreClose : Act::Store; };
  EXPECT_EQ(hop.append_one().fate, Fate::InDoubt);
  EXPECT_EQ(hop.sources[1]->calls, 0U);
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
  EXPECT_EQ(hop.sources[0]->calls, 2U);
  EXPECT_EQ(hop.sources[1]->calls, 0U);
}

TEST(FailoverClient, only_what_is_left_goes_to_the_next_host) {
  Hop hop({.type = Type::Failover, .host = {.most_under_way = 1}}, 2);
  hop.sources[0]->script = [](std::size_t call) { return call < 2 ? Act::Store : Act::Fail; };
  for (const CallAnswer& answer : hop.append(batches(5))) EXPECT_EQ(answer.fate, Fate::Stored);
  EXPECT_THAT(hop.sources[0]->bodies(), ElementsAre("event 0", "event 1"));
  EXPECT_THAT(hop.sources[1]->bodies(), ElementsAre("event 2", "event 3", "event 4"));
}

TEST(LoadBalancingClient, each_batch_goes_to_the_next_host_and_past_those_that_fail) {
  Hop hop({.type = Type::LoadBalance}, 3);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(hop.append_one(i).fate, Fate::Stored);
  for (const auto& source : hop.sources) EXPECT_EQ(source->stored.size(), 2U);
  hop.sources[0]->stop();
  hop.loop.run_until_idle();
  EXPECT_EQ(hop.append_one(6).fate, Fate::Stored);
  EXPECT_EQ(hop.sources[1]->bodies().back(), "event 6");
}

TEST(LoadBalancingClient, hosts_that_failed_are_left_alone_for_a_while_when_it_is_told_to) {
  Hop hop({.type = Type::LoadBalance, .turns = {.has_bench = true}}, 2);
  for (const auto& source : hop.sources) source->script = [](std::size_t) { return Act::Fail; };
  EXPECT_EQ(hop.append_one().fate, Fate::NotStored);
  const CallAnswer answer = hop.append_one();
  EXPECT_THAT(answer.why.message(), HasSubstr("all hosts failed lately"));
  EXPECT_EQ(hop.sources[0]->calls + hop.sources[1]->calls, 2U);
  for (const auto& source : hop.sources) source->script = [](std::size_t) { return Act::Store; };
  hop.loop.advance(2s);
  EXPECT_EQ(hop.append_one().fate, Fate::Stored);
}

}  // namespace
}  // namespace flume::rpc
