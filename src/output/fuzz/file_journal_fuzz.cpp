#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "output/file_journal.h"

// Lines key=value; what can be read must come out the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flume::Bookmark values;
  for (std::string_view rest(reinterpret_cast<const char*>(data), size); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? rest.size() : line.size() + 1);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos)
      values.insert_or_assign(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
  }
  const auto records = flume::output::decode_journal(values);
  if (!records) return 0;
  flume::Bookmark again;
  for (const auto& [id, record] : *records) {
    again.emplace(flume::output::names_key(id), flume::output::encode_names(record.names, record.structure, record.origin));
    again.emplace(flume::output::stage_key(id), flume::output::encode_stage(record.stage, record.mark));
  }
  const auto reread = flume::output::decode_journal(again);
  if (!reread || reread->size() != records->size()) std::abort();
  for (const auto& [id, record] : *records) {
    const auto& other = reread->at(id);
    if (other.names.in_use_path() != record.names.in_use_path() || other.mark.length != record.mark.length || other.stage != record.stage)
      std::abort();
  }
  return 0;
}
