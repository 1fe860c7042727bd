// The key stores of golden/ and what Java reads in them (golden/README.md). For tests of this folder.
#pragma once

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flume::crypto {

inline std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/src/crypto/golden/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

/// A line of expected.tsv.
struct ExpectedEntry {
  std::string file, alias, kind, algorithm, password, created, bytes;
};

inline std::vector<ExpectedEntry> expected_entries() {
  std::vector<ExpectedEntry> entries;
  std::istringstream lines(golden("expected.tsv"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream columns(line);
    ExpectedEntry entry;
    for (std::string* column : {&entry.file, &entry.alias, &entry.kind, &entry.algorithm, &entry.password, &entry.created, &entry.bytes}) {
      std::getline(columns, *column, '\t');
    }
    entry.bytes = from_hex(entry.bytes);
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace flume::crypto
