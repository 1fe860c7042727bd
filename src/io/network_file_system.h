// Which file systems are on a network: by the number that statfs gives, or, under FUSE, by the mount table's word. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flume {

inline constexpr std::uint32_t kFuseMagic = 0x65735546;

/// "nfs", "cifs", ...; empty: it is none that is known.
[[nodiscard]] std::string_view network_file_system_of(std::uint32_t magic) noexcept;

/// Of a FUSE mount with this device: "fuse.sshfs", ...; empty: a local one, or not in `mountinfo` (proc(5)).
[[nodiscard]] std::string network_fuse_of(std::string_view mountinfo, unsigned major, unsigned minor);

}  // namespace flume
