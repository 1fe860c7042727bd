// Every row of tests/golden/syslog/syslog.json, given to our parsers: they make of it what Apache Flume 1.11 made, or what differences.json
// declares.
#include <fstream>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/batch_of.h"
#include "syslog/message_parser.h"
#include "syslog/multiport_parser.h"
#include "text/utf8.h"

namespace flume::syslog {
namespace {

using nlohmann::json;

/// A character per byte, as in the table.
std::string bytes_of(const json& text) {
  std::string bytes;
  const auto utf8 = text.get<std::string>();
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    bytes.push_back(lead < 0x80 ? utf8[at] : static_cast<char>((lead << 6U) | (static_cast<unsigned char>(utf8[++at]) & 0x3FU)));
  }
  return bytes;
}

std::string characters_of(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) append_code_point(static_cast<unsigned char>(byte), text);
  return text;
}

json to_json(const EventBatch& batch, std::int64_t now) {
  json events = json::array();
  for (const TestEvent& event : events_of(batch)) {
    json headers = json::object();
    for (const auto& [key, value] : event.headers) headers[key] = key == "timestamp" && value == std::to_string(now) ? "<NOW>" : value;
    events.push_back({{"headers", headers}, {"body", characters_of(event.body)}});
  }
  return events;
}

template <typename Options>
void set(Options& options, std::span<const OptionInfo> rows, std::string_view key, const std::string& value) {
  for (const OptionInfo& row : rows) {
    if (row.key != key) continue;
    OptionInput input{.text = value, .suffix = {}, .warning = {}};
    row.parse(row, &options, input).ignore();  // a word that is not known: Flume runs on it, and so do we
    return;
  }
  ADD_FAILURE() << "no key " << key;
}

class Replay {
 public:
  explicit Replay(const json& row) : row_(row), now_(row.at("now").get<std::int64_t>()) {
    set(message_, kMessageOptions.rows, "keepFields", row.at("keepFields").get<std::string>());
    if (!row.contains("format")) return;
    for (const auto& [key, value] : row.at("format").items()) set(format_, kFormatOptions.rows, "format." + key, value.get<std::string>());
  }

  json events() {
    const std::string bytes = bytes_of(row_.at("input"));
    if (row_.at("parser") == "multiport") {
      auto parser = MultiportParser::make(message_, row_.at("charset").get<std::string>());
      if (!parser) return parser.status().message();
      stream(bytes, *parser);
    } else {
      auto parser = MessageParser::make(message_, format_, TimeZone::by_name(row_.at("zone").get<std::string>()).zone);
      if (!parser) return parser.status().message();
      if (row_.at("parser") == "tcp") {
        stream(bytes, *parser);
      } else if (const std::string_view message = message_of_datagram(bytes); !message.empty()) {
        EXPECT_TRUE(parser->append({message}, now_, {}, builder_).ok());
      }
    }
    return to_json(builder_.take(), row_.at("parser") == "multiport" ? now_ : -1);
  }

 private:
  template <typename Parser>
  void stream(std::string_view bytes, Parser& parser) {
    Framer framer(row_.at("eventSize").get<std::size_t>(), Framing::Auto);
    const auto append = [&](const Frame& frame) { EXPECT_TRUE(parser.append(frame, now_, {}, builder_).ok()); };
    while (const auto frame = framer.next(bytes)) append(*frame);
    if (const auto frame = framer.finish(bytes)) append(*frame);
  }

  const json& row_;
  std::int64_t now_;
  MessageOptions message_;
  FormatOptions format_;
  SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
};

json rows_of(const std::string& name) { return json::parse(std::ifstream(FLUME_SOURCE_DIR "/tests/golden/syslog/" + name)); }

/// What the row is about, without what came of it.
std::string input_of(json row) {
  for (const char* key : {"result", "error", "ours", "why"}) row.erase(key);
  return row.dump();
}

TEST(SyslogGolden, makes_of_each_input_what_flume_makes_or_what_is_declared) {
  std::map<std::string, json> differences;
  for (const json& row : rows_of("differences.json")) {
    EXPECT_FALSE(row.at("why").get<std::string>().empty());
    EXPECT_TRUE(differences.emplace(input_of(row), row.at("ours")).second) << "twice: " << row;
  }
  std::map<std::string, std::size_t> rows;
  for (const json& row : rows_of("syslog.json")) {
    SCOPED_TRACE(row.dump());
    ++rows[row.at("parser").get<std::string>()];
    const json ours = Replay(row).events();
    const auto difference = differences.find(input_of(row));
    if (difference == differences.end()) {
      EXPECT_FALSE(row.contains("error")) << "Apache Flume fails; ours: " << ours;
      EXPECT_EQ(ours, row.at("result"));
      continue;
    }
    EXPECT_EQ(ours, difference->second);
    EXPECT_TRUE(row.contains("error") || ours != row.at("result")) << "declared as a difference, but there is none";
    differences.erase(difference);
  }
  EXPECT_TRUE(differences.empty()) << differences.size() << " declared for no row, as " << differences.begin()->first;
  EXPECT_GE(rows["tcp"], 240U);
  EXPECT_GE(rows["udp"], 15U);
  EXPECT_GE(rows["multiport"], 140U);
}

}  // namespace
}  // namespace flume::syslog
