#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/avro_container.h"
#include "components/serializers/avro/avro_schemas.h"
#include "flume/batch_builder.h"
#include "net/asio_network.h"
#include "net/http_server.h"
#include "output/open_file_system.h"
#include "support/avro_records.h"
#include "support/component_options.h"
#include "support/sim_hdfs/sim_hdfs.h"
#include "support/test_services.h"

namespace flume {
namespace {

using Keys = std::map<std::string, std::string>;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kUrl = "flume.avro.schema.url";
constexpr std::string_view kLiteral = "flume.avro.schema.literal";

/// An Avro `bytes` or `string`.
std::string datum(std::string_view text) { return std::string(1, static_cast<char>(2 * text.size())) + std::string(text); }

class AvroSerializerTest : public testing::Test {
 protected:
  void add(const Keys& headers, std::string_view text) {
    for (const auto& [key, value] : headers) builder_.header(key, value);
    EXPECT_TRUE(builder_.body(datum(text)).ok());
  }
  void make(const Keys& keys) {
    const ParsedComponent parsed = parse_component(Kind::Serializer, "org.apache.flume.sink.hdfs.AvroEventSerializer$Builder", keys);
    EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
    serializer_ = parsed.make<EventSerializer>(services_.of("sinks.k1", "k1"));
    file_.clear();
    serializer_->begin(file_);
  }
  /// Writes the events that were added; gives what was wrong with one.
  Status write() {
    const EventBatch batch = builder_.take();
    const std::vector<EventView> events(batch.begin(), batch.end());
    written_ = 0;
    Status status = serializer_->write(events, file_, written_);
    serializer_->flush(file_);
    return status;
  }
  [[nodiscard]] std::string schema_of_file() const {
    const auto header = codec::read_avro_header(file_);
    return header ? header->metadata.at("avro.schema") : header.status().message();
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    const AvroRecords records = avro_records(file_, AvroDatum::Bytes);
    EXPECT_EQ(records.problem, "");
    for (const auto& event : records.events) texts.push_back(event.second);
    return texts;
  }
  /// What becomes of one event whose schema is at `url`.
  std::string refusal_of(const std::string& url) {
    file_.clear();
    serializer_->begin(file_);
    add({{std::string(kUrl), url}}, "x");
    const Status status = write();
    if (status.ok()) return "taken";
    EXPECT_EQ(file_, "");
    return std::string(to_string(status.kind())) + ": " + status.message();
  }

  TestServices services_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::unique_ptr<EventSerializer> serializer_;
  std::string file_;
  std::size_t written_ = 0;
};

TEST_F(AvroSerializerTest, takes_the_schema_of_the_first_event_from_its_header) {
  make({});
  EXPECT_EQ(file_, "");
  add({{std::string(kLiteral), R"({ "type": "string" })"}}, "one");
  add({{std::string(kLiteral), R"({ "type": "string" })"}}, "two");
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(schema_of_file(), R"({"type":"string"})");
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
}

TEST_F(AvroSerializerTest, prefers_the_url_to_the_literal_and_both_to_the_key) {
  services_.files.add_file("/schemas/by_url.avsc", "\"string\"");
  services_.files.add_file("/schemas/by_key.avsc", "\"bytes\"");
  const Keys keys{{"schemaURL", "file:///schemas/by_key.avsc"}};
  make(keys);
  add({{std::string(kUrl), "file:///schemas/by_url.avsc"}, {std::string(kLiteral), "not looked at"}}, "x");
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(schema_of_file(), "\"string\"");
  make(keys);
  add({{std::string(kLiteral), R"({"type":"bytes"})"}}, "x");
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(schema_of_file(), R"({"type":"bytes"})");
  make(keys);
  add({}, "x");
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(schema_of_file(), "\"bytes\"");
}

TEST_F(AvroSerializerTest, takes_a_path_for_a_url) {
  services_.files.add_file("/schemas/a.avsc", "\"string\"");
  make({{"schemaURL", "/schemas/a.avsc"}});
  add({}, "x");
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(schema_of_file(), "\"string\"");
}

TEST_F(AvroSerializerTest, rejects_an_event_without_a_schema_and_keeps_those_before_it) {
  make({});
  add({{std::string(kLiteral), "\"string\""}}, "one");
  add({}, "two");
  const Status status = write();
  EXPECT_EQ(status.kind(), ErrorKind::Rejected);
  EXPECT_THAT(status.message(), HasSubstr("names no Avro schema"));
  EXPECT_EQ(written_, 1U);
  EXPECT_THAT(texts(), ElementsAre("one"));
}

TEST_F(AvroSerializerTest, rejects_an_event_whose_schema_is_none) {
  make({});
  add({{std::string(kLiteral), "<html>"}}, "one");
  const Status status = write();
  EXPECT_EQ(status.kind(), ErrorKind::Rejected);
  EXPECT_THAT(status.message(), HasSubstr("flume.avro.schema.literal: not an Avro schema"));
  EXPECT_EQ(file_, "");
}

TEST_F(AvroSerializerTest, writes_no_event_of_another_schema_behind_others) {
  make({});
  add({{std::string(kLiteral), "\"string\""}}, "one");
  add({{std::string(kLiteral), "\"bytes\""}}, "two");
  const Status status = write();
  EXPECT_EQ(status.kind(), ErrorKind::Rejected);
  EXPECT_THAT(status.message(), HasSubstr("another Avro schema than its file"));
  EXPECT_THAT(texts(), ElementsAre("one"));
  file_.clear();
  serializer_->begin(file_);  // the next file takes it
  add({{std::string(kLiteral), "\"bytes\""}}, "two");
  EXPECT_TRUE(write().ok());
  EXPECT_EQ(schema_of_file(), "\"bytes\"");
}

TEST_F(AvroSerializerTest, knows_a_schema_again_under_another_name) {
  services_.files.add_file("/schemas/a.avsc", " \"string\" ");
  make({{"allowedSchemaURLs", "file:///schemas"}});
  add({{std::string(kLiteral), "\"string\""}}, "one");
  add({{std::string(kUrl), "file:///schemas/a.avsc"}}, "two");
  add({{std::string(kLiteral), " \"string\""}}, "three");
  ASSERT_TRUE(write().ok());
  EXPECT_THAT(texts(), ElementsAre("one", "two", "three"));
}

TEST_F(AvroSerializerTest, reads_only_urls_that_are_allowed) {
  services_.files.add_file("/schemas/a.avsc", "\"string\"");
  services_.files.add_file("/schemas-of-others/a.avsc", "\"string\"");
  services_.files.add_file("/etc/secret", "\"string\"");
  const std::string refused = "names a URL that is not allowed: see allowedSchemaURLs";
  make({});
  EXPECT_THAT(refusal_of("file:///schemas/a.avsc"), HasSubstr(refused));
  make({{"allowedSchemaURLs", "file:///schemas hdfs://nn/schemas/"}});
  EXPECT_EQ(refusal_of("file:///schemas/a.avsc"), "taken");
  EXPECT_THAT(refusal_of("file:///schemas-of-others/a.avsc"), HasSubstr(refused));
  EXPECT_THAT(refusal_of("file:///schemas/../etc/secret"), HasSubstr(refused));
  EXPECT_THAT(refusal_of("file:///schemas/%2e%2e/etc/secret"), HasSubstr(refused));
  EXPECT_THAT(refusal_of("/schemas/a.avsc"), HasSubstr(refused));
  EXPECT_THAT(refusal_of("http://host/a.avsc"), HasSubstr(refused));
  EXPECT_THAT(refusal_of(""), HasSubstr(refused));
  EXPECT_THAT(refusal_of("http://me:hunter2@host/a.avsc"), HasSubstr("flume.avro.schema.url = http://***@host/a.avsc names a URL"));
  make({{"schemaURL", "file:///schemas/default.avsc"}});  // its folder
  EXPECT_EQ(refusal_of("file:///schemas/a.avsc"), "taken");
  EXPECT_THAT(refusal_of("file:///etc/secret"), HasSubstr(refused));
}

TEST_F(AvroSerializerTest, tells_a_schema_that_is_not_there_from_one_that_cannot_be_read_now) {
  services_.files.add_file("/schemas/a.avsc", "\"string\"");
  services_.files.add_file("/schemas/huge.avsc", std::string((1U << 20U) + 1, ' '));
  services_.files.add_file("/schemas/page.avsc", "<html>");
  make({{"allowedSchemaURLs", "file:///schemas/"}});
  EXPECT_THAT(refusal_of("file:///schemas/none.avsc"),
              HasSubstr("rejected: flume.avro.schema.url = file:///schemas/none.avsc: there is no schema"));
  EXPECT_THAT(refusal_of("file:///schemas/huge.avsc"),
              HasSubstr("rejected: flume.avro.schema.url = file:///schemas/huge.avsc: not an Avro schema"));
  EXPECT_THAT(refusal_of("file:///schemas/page.avsc"), HasSubstr("not even JSON"));
  services_.files.inject({.operation = SimFiles::Operation::Read, .path = "/schemas/a.avsc"});
  EXPECT_THAT(refusal_of("file:///schemas/a.avsc"), HasSubstr("retryable: "));
  EXPECT_EQ(refusal_of("file:///schemas/a.avsc"), "taken");
}

TEST_F(AvroSerializerTest, reads_a_schema_once) {
  services_.files.add_file("/schemas/a.avsc", "\"string\"");
  make({{"allowedSchemaURLs", "file:///schemas/"}});
  EXPECT_EQ(refusal_of("file:///schemas/a.avsc"), "taken");
  ASSERT_TRUE(services_.files.remove("/schemas/a.avsc").ok());
  EXPECT_EQ(refusal_of("file:///schemas/a.avsc"), "taken");
}

TEST_F(AvroSerializerTest, goes_on_behind_a_batch_with_the_schema_that_the_file_has) {
  make({});
  add({{std::string(kLiteral), "\"string\""}}, "one");
  ASSERT_TRUE(write().ok());
  const std::string state = serializer_->resume_state();
  const std::string before = file_;
  make({});
  EXPECT_EQ(serializer_->resume_state(), "");
  ASSERT_TRUE(serializer_->resume(state).ok());
  EXPECT_EQ(serializer_->resume_state(), state);
  file_ = before;
  add({{std::string(kLiteral), "\"bytes\""}}, "other");
  EXPECT_EQ(write().kind(), ErrorKind::Rejected);
  add({{std::string(kLiteral), "\"string\""}}, "two");
  ASSERT_TRUE(write().ok());
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
  ASSERT_TRUE(serializer_->resume("").ok());  // a file whose first event did not come yet
  EXPECT_EQ(serializer_->resume_state(), "");
  for (const std::string foreign : {"x", "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff:"})
    EXPECT_EQ(serializer_->resume(foreign).kind(), ErrorKind::Corrupt) << foreign;
}

TEST_F(AvroSerializerTest, reads_a_schema_from_hdfs_within_its_time) {
  SimEventLoop loop(services_.clock);
  services_.network.share_loop(loop);
  hdfs::SimHdfs hdfs(hdfs::site_on(services_.network, loop), {});
  const Services services = services_.of("sinks.k1", "k1");
  {
    auto opened =
        output::open_file_system({"hdfs", "nn1", "/schemas/a.avsc"}, XmlConfiguration(), services, Durability::Written, Deadline::never());
    ASSERT_TRUE(opened) << opened.status().message();
    auto file = opened->file_system->create("hdfs://nn1/schemas/a.avsc", opened->file_system->creation_mark(), Deadline::never());
    ASSERT_TRUE(file) << file.status().message();
    ASSERT_TRUE((*file)->write(as_bytes(" \"string\" "), Deadline::never()).ok());
    ASSERT_TRUE((*file)->close(Deadline::never()).ok());
  }
  make({{"allowedSchemaURLs", "hdfs://nn1/schemas hdfs://nn1:8020/schemas hdfs://nowhere/schemas"}});
  EXPECT_EQ(refusal_of("hdfs://nn1/schemas/a.avsc"), "taken");
  EXPECT_THAT(refusal_of("hdfs://nn1/schemas/none.avsc"), HasSubstr("rejected: "));
  const Instant before = services_.clock.steady();
  hdfs.namenode().set_faults([](std::string_view) { return hdfs::SimFault::SilenceBefore; });
  EXPECT_THAT(refusal_of("hdfs://nn1:8020/schemas/a.avsc"), HasSubstr("retryable: "));
  EXPECT_LE(services_.clock.steady() - before, std::chrono::seconds(20));
}

TEST_F(AvroSerializerTest, reads_a_schema_from_a_web_server) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::atomic<int> asked = 0;
  HttpServer server(network, *loop, HttpServerSettings{.host = "127.0.0.1"}, [&](const HttpRequest& request) {
    ++asked;
    if (request.target == "/schemas/a.avsc") return HttpResponse{.body = "\"string\""};
    if (request.target == "/schemas/page.avsc") return HttpResponse{.body = "<html>"};
    if (request.target == "/schemas/huge.avsc") return HttpResponse{.body = std::string((1U << 20U) + 1, ' ')};
    if (request.target == "/schemas/elsewhere.avsc") return HttpResponse{.status = 302, .headers = {{"location", "/schemas/a.avsc"}}};
    if (request.target == "/schemas/later.avsc") return HttpResponse{.status = 503};
    return HttpResponse{.status = 404};
  });
  ASSERT_TRUE(server.start().ok());
  const std::string root = "http://127.0.0.1:" + std::to_string(server.port());
  {
    const std::jthread thread([&](std::stop_token stop) { loop->run(stop); });
    make({{"allowedSchemaURLs", root + "/schemas/"}});
    EXPECT_EQ(refusal_of(root + "/schemas/a.avsc"), "taken");
    EXPECT_EQ(schema_of_file(), "\"string\"");
    make({{"schemaURL", root + "/schemas/a.avsc"}});
    add({}, "x");
    EXPECT_TRUE(write().ok());
    EXPECT_EQ(refusal_of(root + "/schemas/a.avsc"), "taken");
    EXPECT_EQ(asked, 2) << "once for each sink";
    EXPECT_THAT(refusal_of(root + "/schemas/page.avsc"), AllOf(HasSubstr("rejected: "), HasSubstr("not even JSON")));
    EXPECT_THAT(refusal_of(root + "/schemas/huge.avsc"), AllOf(HasSubstr("rejected: "), HasSubstr("not an Avro schema")));
    EXPECT_THAT(refusal_of(root + "/schemas/none.avsc"), AllOf(HasSubstr("rejected: "), HasSubstr("there is no schema")));
    EXPECT_THAT(refusal_of(root + "/schemas/later.avsc"), AllOf(HasSubstr("retryable: "), HasSubstr("503")));
    EXPECT_THAT(refusal_of(root + "/schemas/elsewhere.avsc"), HasSubstr("302"));
    const int before = asked;
    EXPECT_THAT(refusal_of(root + "/other/a.avsc"), HasSubstr("names a URL that is not allowed"));
    EXPECT_EQ(asked, before);
  }
  // Nobody listens on port 1.
  make({{"allowedSchemaURLs", "http://127.0.0.1:1/"}});
  EXPECT_THAT(refusal_of("http://127.0.0.1:1/a.avsc"), HasSubstr("retryable: "));
}

TEST(AvroSerializerOptions, name_urls_that_can_be_read) {
  const auto problem = [](const Keys& keys) { return parse_component(Kind::Serializer, "avro", keys).problem.message(); };
  EXPECT_TRUE(parse_component(Kind::Serializer, "avro", {{"schemaURL", "https://host/a.avsc"}}).problem.ok());
  EXPECT_THAT(problem({{"schemaURL", "a.avsc"}}), HasSubstr("a URL is expected"));
  EXPECT_THAT(problem({{"allowedSchemaURLs", "file:///x s3a://b/"}}),
              HasSubstr("s3a://b/: schemas are read from file:, hdfs:, http: and https:, not from s3a"));
}

}  // namespace
}  // namespace flume
