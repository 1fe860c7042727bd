// Slabs: the memory in which events live. A slab is one block of bytes; records (events in Avro
// binary form) grow up from its head, their index entries grow down from its end. Published bytes
// never change; a writer appends behind what readers may see, so one slab is shared by many small
// transactions without a lock. Slabs are counted by reference and come from a pool, because fresh
// memory costs page faults. (Layout and measurements: docs/adr/0002-slab-is-avro.md.)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace flume {

class SlabPool;

/// Where a record lies in its slab. Offsets in bytes from the slab's first byte.
struct SlabRecord {
  std::uint32_t offset;
  std::uint32_t body;   ///< first byte of the body
  std::uint32_t end;    ///< one past the body: the record is [offset, end)
  std::uint32_t slots;  ///< 100-byte body slots (at least 1 each) of this and all records before it
};

/// Flume's MemoryChannel counts bodies in slots of this size.
inline constexpr std::uint32_t kBodySlotBytes = 100;

class alignas(64) Slab {
 public:
  [[nodiscard]] std::uint8_t* bytes() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }
  [[nodiscard]] const std::uint8_t* bytes() const noexcept { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  /// Room for records and index together, in bytes.
  [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] SlabRecord& record(std::uint32_t index) noexcept { return index_end()[-1 - static_cast<std::ptrdiff_t>(index)]; }
  [[nodiscard]] const SlabRecord& record(std::uint32_t index) const noexcept { return const_cast<Slab*>(this)->record(index); }

  /// True when the caller's reference is the only one: nobody reads this slab.
  [[nodiscard]] bool is_unshared() const noexcept { return references_.load(std::memory_order_acquire) == 1; }

 private:
  friend class SlabPool;
  friend class SlabRef;
  SlabRecord* index_end() noexcept { return reinterpret_cast<SlabRecord*>(bytes() + capacity_); }
  void release() noexcept;

  std::atomic<std::uint32_t> references_{1};
  std::uint32_t capacity_ = 0;
  SlabPool* pool_ = nullptr;  // counted: a pool lives until its last slab is back
  Slab* next_free_ = nullptr;
};

/// A counted reference to a slab. Copying is one relaxed atomic increment.
class SlabRef {
 public:
  SlabRef() noexcept = default;
  /// Takes over the one reference that the pool gave.
  explicit SlabRef(Slab* slab) noexcept : slab_(slab) {}
  SlabRef(const SlabRef& other) noexcept : slab_(other.slab_) {
    if (slab_ != nullptr) slab_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  SlabRef(SlabRef&& other) noexcept : slab_(std::exchange(other.slab_, nullptr)) {}
  SlabRef& operator=(SlabRef other) noexcept {
    std::swap(slab_, other.slab_);
    return *this;
  }
  ~SlabRef() {
    if (slab_ != nullptr && slab_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) slab_->release();
  }
  Slab* operator->() const noexcept { return slab_; }
  Slab& operator*() const noexcept { return *slab_; }
  [[nodiscard]] Slab* get() const noexcept { return slab_; }
  explicit operator bool() const noexcept { return slab_ != nullptr; }
  friend bool operator==(const SlabRef&, const SlabRef&) noexcept = default;

 private:
  Slab* slab_ = nullptr;
};

/// Gives slabs and keeps a bounded number of returned ones. Any thread. Made by make(); the last
/// of handle and slabs frees it, so events may outlive the source that made them.
class SlabPool {
 public:
  static constexpr std::uint32_t kSlabBytes = 256 * 1024;
  struct Releaser {
    void operator()(SlabPool* pool) const noexcept { pool->release(); }
  };
  using Handle = std::unique_ptr<SlabPool, Releaser>;

  /// `max_free`: returned slabs of standard size that are kept for the next get().
  static Handle make(std::size_t max_free = 64);
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;

  /// A slab with room for at least `bytes` (records and index). Larger than standard: exact size, freed
  /// on return. Running out of memory ends the program.
  SlabRef get(std::size_t bytes = 0);

  /// Slabs now out of the pool, of any size, and their bytes: for metrics and tests.
  [[nodiscard]] std::size_t slabs_out() const noexcept { return out_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t bytes_out() const noexcept { return bytes_out_.load(std::memory_order_relaxed); }

 private:
  friend class Slab;
  explicit SlabPool(std::size_t max_free) : max_free_(max_free) {}
  ~SlabPool();
  void put_back(Slab* slab) noexcept;
  void release() noexcept;

  const std::size_t max_free_;
  std::atomic<std::uint32_t> references_{1};  // the handle, and each slab that is out
  std::atomic<std::size_t> out_{0};
  std::atomic<std::size_t> bytes_out_{0};
  std::atomic_flag locked_;  // guards the two below, for a few instructions
  Slab* free_ = nullptr;
  std::size_t free_count_ = 0;
};

}  // namespace flume
