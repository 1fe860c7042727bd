// The power-failure simulator: random work on a segment log on a simulated disk, the power cut at every operation of that disk
// in many ways, and each image that may then be found opened and compared with what was promised:
//   - the log is a prefix of the operations asked for, whole ones in their order: events with their ids and bodies, deliveries,
//     bookmarks, holds; it has at least what was acknowledged as synced;
//   - after kill -9 it has all that was acknowledged; what a start has shown survives the next power cut;
//   - the channel's identity stays, and its lineage has the epoch that was known;
//   - a flipped bit is reported, or lies where nothing is;
//   - without one of its folders it does not open.
// One thread; a run is its seed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/log_settings.h"

namespace flume::power {

struct Work {
  storage::LogRules rules{};
  int steps = 120;
  int cuts_at_each_point = 2;  ///< images for each operation of the disk
  int nesting = 2;             ///< how often an image is worked on, and its power cut, in turn
  bool flips_bits = true;
  int folders = 1;                               ///< dataDirs; with two, one is left out of some images, and the log must not open
  bool syncs_puts = true;                        ///< false: puts and settles are only written, and lost with the power like takes
  std::shared_ptr<storage::SegmentKeys> keys{};  ///< null: nothing is encrypted
};

struct Outcome {
  std::uint64_t images = 0;
  std::uint64_t flips = 0;
  std::uint64_t reported_flips = 0;  ///< the others changed bytes that mean nothing
  std::uint64_t kills = 0;
  std::uint64_t failed_writes = 0;
  std::uint64_t failed_syncs = 0;
  std::uint64_t rolls = 0;
  std::uint64_t unmounted = 0;  ///< images with a folder that is empty
  std::string violation;        ///< the first one, with its seed; empty: none
  void add(const Outcome& other);
};

/// Works and cuts until the first violation or the end.
Outcome run(std::uint64_t seed, const Work& work);

}  // namespace flume::power
