#include "clients/hdfs/rpc_client.h"

#include "clients/hdfs/namenode_fixture.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class RpcClientTest : public testing::Test {
 protected:
  Status make(const std::string& path) { return hdfs_.run(hdfs_.namenode->mkdirs(path, 0755, hdfs_.soon())); }
  Status create(const std::string& path) { return hdfs_.run(hdfs_.namenode->create(path, {}, hdfs_.soon())).status(); }
  [[nodiscard]] bool is_there(const std::string& path) const { return hdfs_.names.files().contains(path); }

  NameNodeFixture hdfs_;
};

TEST_F(RpcClientTest, tells_the_server_who_calls) {
  EXPECT_TRUE(make("/a").ok());
  ASSERT_EQ(hdfs_.nodes[0]->done().size(), 1U);
  EXPECT_EQ(hdfs_.nodes[0]->done()[0].user, "flume");
  EXPECT_EQ(hdfs_.nodes[0]->done()[0].retry_count, 0);
}

TEST_F(RpcClientTest, many_calls_share_a_connection_and_answers_may_overtake_each_other) {
  hdfs_.nodes[0]->set_answer_time(1s, 7);
  TaskSet tasks(hdfs_.loop);
  int made = 0;
  const auto make_one = [](NameNodeClient& namenode, std::string path, Deadline deadline, int& count) -> Task<void> {
    const Status status = co_await namenode.mkdirs(std::move(path), 0755, deadline);
    EXPECT_TRUE(status.ok()) << status.message();
    ++count;
  };
  for (int i = 0; i < 100; ++i) tasks.start(make_one(*hdfs_.namenode, "/d" + std::to_string(i), hdfs_.soon(), made));
  hdfs_.loop.advance(2s);
  EXPECT_EQ(made, 100);
  EXPECT_EQ(hdfs_.nodes[0]->connections(), 1U);
}

TEST_F(RpcClientTest, a_call_whose_answer_is_lost_is_repeated_and_done_once) {
  for (const SimFault fault : {SimFault::CutAfter, SimFault::CutInAnswer, SimFault::MalformedHeader, SimFault::Silence}) {
    NameNodeFixture hdfs;
    hdfs.break_first("create", fault);
    const auto created = hdfs.run(hdfs.namenode->create("/a", {}, hdfs.loop.in(5min)));
    EXPECT_TRUE(created.ok()) << static_cast<int>(fault) << ": " << created.status().message();
    EXPECT_EQ(hdfs.nodes[0]->done().size(), 1U);
    EXPECT_EQ(hdfs.nodes[0]->connections(), 2U);
  }
}

TEST_F(RpcClientTest, a_call_that_was_not_done_is_repeated) {
  for (const SimFault fault : {SimFault::CutBefore, SimFault::Retriable, SimFault::Standby, SimFault::SilenceBefore, SimFault::Fatal}) {
    NameNodeFixture hdfs;
    hdfs.break_first("create", fault);
    const auto created = hdfs.run(hdfs.namenode->create("/a", {}, hdfs.loop.in(5min)));
    EXPECT_TRUE(created.ok()) << static_cast<int>(fault) << ": " << created.status().message();
    ASSERT_EQ(hdfs.nodes[0]->done().size(), 1U);
    EXPECT_GE(hdfs.nodes[0]->done()[0].retry_count, 1);
  }
}

TEST_F(RpcClientTest, answers_that_come_twice_or_for_nobody_do_no_harm) {
  for (const SimFault fault : {SimFault::Twice, SimFault::WrongId}) {
    hdfs_.nodes[0]->set_faults([fault](std::string_view) { return fault; });
    const std::string path = "/" + std::to_string(static_cast<int>(fault));
    EXPECT_TRUE(make(path).ok());
    EXPECT_TRUE(make(path + "/b").ok());
  }
  EXPECT_EQ(hdfs_.nodes[0]->connections(), 1U);
}

TEST_F(RpcClientTest, what_the_server_refuses_is_told_at_once) {
  const Instant start = hdfs_.loop.now();
  EXPECT_TRUE(create("/a").ok());
  const Status again = create("/a");
  EXPECT_EQ(again.cause(), Cause::Busy);
  EXPECT_THAT(again.message(), StartsWith("create /a: NameNode nn1:8020: AlreadyBeingCreatedException: "));
  EXPECT_LT(hdfs_.loop.now() - start, 1s);
}

TEST_F(RpcClientTest, waits_for_a_namenode_that_restarts) {
  EXPECT_TRUE(make("/a").ok());
  hdfs_.nodes[0]->stop();
  const auto timer = hdfs_.loop.make_timer();
  timer->set(hdfs_.loop.in(10s), [&] { hdfs_.nodes[0]->start(); });
  EXPECT_TRUE(make("/b").ok());
  EXPECT_TRUE(is_there("/b"));
}

TEST_F(RpcClientTest, an_idle_connection_that_the_server_closed_costs_nothing) {
  EXPECT_TRUE(make("/a").ok());
  hdfs_.network.cut_all("nn1", 8020);
  hdfs_.loop.run_until_idle();
  const Instant start = hdfs_.loop.now();
  EXPECT_TRUE(make("/b").ok());
  EXPECT_EQ(hdfs_.loop.now(), start) << "no pause, no failed attempt";
}

TEST_F(RpcClientTest, gives_up_at_the_deadline_and_says_why) {
  using Answer = SimRoute::Answer;
  const std::pair<SimRoute, Cause> cases[] = {{{.answer = Answer::Refuse}, Cause::Refused},
                                              {{.answer = Answer::Unreachable}, Cause::Unreachable},
                                              {{.answer = Answer::UnknownHost}, Cause::UnknownHost},
                                              {{.answer = Answer::Silence}, Cause::Timeout},
                                              {{.stall_after = 50}, Cause::Timeout},
                                              {{.cut_after = 50}, Cause::Disconnected}};
  for (const auto& [route, cause] : cases) {
    NameNodeFixture hdfs;
    hdfs.network.set_routes([way = route](const std::string&, std::uint16_t) { return way; });
    const Instant start = hdfs.loop.now();
    const Status status = hdfs.run(hdfs.namenode->mkdirs("/a", 0755, hdfs.soon()));
    EXPECT_EQ(status.cause(), cause) << status.message();
    EXPECT_THAT(status.message(), HasSubstr("nn1:8020"));
    EXPECT_LE(hdfs.loop.now() - start, 30s);
  }
}

TEST_F(RpcClientTest, tells_at_once_that_no_namenode_answers_there) {
  using Kind = SimNameNode::Kind;
  const std::pair<Kind, const char*> cases[] = {{Kind::Http, "an HTTP server answers there"},
                                                {Kind::DemandsAuthentication, "the cluster demands authentication (SASL"}};
  for (const auto& [kind, reason] : cases) {
    NameNodeFixture hdfs;
    hdfs.nodes[0]->set_kind(kind);
    const Instant start = hdfs.loop.now();
    const Status status = hdfs.run(hdfs.namenode->mkdirs("/a", 0755, hdfs.soon()));
    EXPECT_EQ(status.cause(), Cause::Unsupported);
    EXPECT_THAT(status.message(), HasSubstr(reason));
    EXPECT_LT(hdfs.loop.now() - start, 1s);
  }
}

TEST_F(RpcClientTest, a_length_beyond_all_bounds_is_refused_before_memory_is_taken) {
  hdfs_.nodes[0]->set_faults([](std::string_view) { return SimFault::TooLong; });
  const Status status = make("/a");
  EXPECT_EQ(status.cause(), Cause::Unsupported);
  EXPECT_THAT(status.message(), HasSubstr("2147483647 bytes"));
}

TEST_F(RpcClientTest, asks_the_other_namenode_when_one_is_a_standby_or_gone) {
  NameNodeFixture pair({"nn1", "nn2"});
  pair.nodes[0]->set_kind(SimNameNode::Kind::Standby);
  const Instant start = pair.loop.now();
  EXPECT_TRUE(pair.run(pair.namenode->mkdirs("/a", 0755, pair.soon())).ok());
  EXPECT_EQ(pair.loop.now(), start) << "the other one is asked without a pause";
  EXPECT_TRUE(pair.run(pair.namenode->mkdirs("/b", 0755, pair.soon())).ok());
  EXPECT_EQ(pair.nodes[0]->connections(), 1U) << "and stays the one to ask";
  pair.nodes[1]->stop();
  pair.nodes[0]->set_kind(SimNameNode::Kind::NameNode);
  EXPECT_TRUE(pair.run(pair.namenode->mkdirs("/c", 0755, pair.soon())).ok());
}

TEST_F(RpcClientTest, names_both_namenodes_of_a_pair_of_which_none_is_active) {
  NameNodeFixture pair({"nn1", "nn2"});
  pair.nodes[0]->set_kind(SimNameNode::Kind::Standby);
  pair.nodes[1]->set_kind(SimNameNode::Kind::Standby);
  const Status standbys = pair.run(pair.namenode->mkdirs("/a", 0755, pair.soon()));
  EXPECT_EQ(standbys.cause(), Cause::NotReady);
  EXPECT_THAT(standbys.message(), StartsWith("mkdirs /a: no active NameNode: NameNode nn1:8020: StandbyException: "));
  EXPECT_THAT(standbys.message(), HasSubstr("; NameNode nn2:8020: StandbyException: "));
  pair.nodes[0]->stop();
  const Status one_is_gone = pair.run(pair.namenode->mkdirs("/a", 0755, pair.soon()));
  EXPECT_THAT(one_is_gone.message(), StartsWith("mkdirs /a: no active NameNode: connect to nn1:8020: "));
  EXPECT_THAT(one_is_gone.message(), HasSubstr("; NameNode nn2:8020: StandbyException: "));
}

TEST_F(RpcClientTest, tells_only_the_reason_of_the_active_namenode_when_there_is_one) {
  NameNodeFixture pair({"nn1", "nn2"});
  pair.nodes[0]->set_kind(SimNameNode::Kind::Standby);
  pair.nodes[1]->set_faults([](std::string_view) { return SimFault::Retriable; });
  const Status status = pair.run(pair.namenode->mkdirs("/a", 0755, pair.soon()));
  EXPECT_THAT(status.message(), StartsWith("mkdirs /a: NameNode nn2:8020: RetriableException: "));
}

TEST_F(RpcClientTest, pings_while_a_call_waits_and_gives_a_silent_connection_up) {
  hdfs_.break_first("mkdirs", SimFault::SilenceBefore);
  EXPECT_TRUE(hdfs_.run(hdfs_.namenode->mkdirs("/a", 0755, Deadline::never())).ok());
  EXPECT_GE(hdfs_.nodes[0]->pings(), 2U);
  EXPECT_EQ(hdfs_.nodes[0]->connections(), 2U);
}

TEST_F(RpcClientTest, a_cancelled_call_leaves_the_others_alone) {
  hdfs_.nodes[0]->set_answer_time(1s, 3);
  Status status = retryable("not done");
  const RunningTask other = RunningTask::start<Status>(hdfs_.loop, hdfs_.namenode->mkdirs("/b", 0755, hdfs_.soon()),
                                                       [&status](Status done) { status = std::move(done); });
  {
    const RunningTask cancelled = RunningTask::start<Status>(hdfs_.loop, hdfs_.namenode->mkdirs("/a", 0755, hdfs_.soon()),
                                                             [](const Status&) { FAIL() << "cancelled"; });
    hdfs_.loop.advance(1ms);
  }
  hdfs_.loop.advance(2s);
  EXPECT_TRUE(status.ok()) << status.message();
}

}  // namespace
}  // namespace flume::hdfs
