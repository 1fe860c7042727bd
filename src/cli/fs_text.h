// What `tool fs -cat` and `-text` print of a file: its bytes, or a SequenceFile's records, a line each with a tab between key and
// value, as Hadoop's `fs -text` does. Memory does not grow with the file. One thread.
#pragma once

#include <functional>
#include <string_view>

#include "flume/clock.h"
#include "output/file_system.h"

namespace flume::cli {

/// Takes the next bytes; an error ends the printing.
using PrintBytes = std::function<Status(std::string_view)>;
/// For each single call of the file system.
using CallDeadline = std::function<Deadline()>;

Status print_bytes(output::InputFile& file, const CallDeadline& deadline, const PrintBytes& print);

/// Corrupt: damaged, after the records before that. Cause::Unsupported: compressed, Avro, or of classes other than LongWritable,
/// Text and BytesWritable. `name` tells compressed files whose bytes do not.
Status print_text(output::InputFile& file, std::string_view name, const CallDeadline& deadline, const PrintBytes& print);

}  // namespace flume::cli
