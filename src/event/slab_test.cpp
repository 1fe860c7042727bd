#include "flume/slab.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace flume {
namespace {

TEST(SlabPool, hands_out_a_returned_slab_again) {
  const SlabPool::Handle pool = SlabPool::make();
  const Slab* first = pool->get().get();
  EXPECT_EQ(pool->get().get(), first);
}

TEST(SlabPool, keeps_no_more_than_it_was_told) {
  const SlabPool::Handle pool = SlabPool::make(1);
  {
    const SlabRef a = pool->get();
    const SlabRef b = pool->get();
    EXPECT_EQ(pool->slabs_out(), 2U);
    EXPECT_EQ(pool->bytes_out(), 2U * SlabPool::kSlabBytes);
  }
  EXPECT_EQ(pool->slabs_out(), 0U);
  EXPECT_EQ(pool->bytes_out(), 0U);
}

TEST(SlabPool, gives_an_oversize_slab_its_exact_size_and_does_not_keep_it) {
  const SlabPool::Handle pool = SlabPool::make();
  const SlabRef large = pool->get(SlabPool::kSlabBytes + 1);
  EXPECT_GE(large->capacity(), SlabPool::kSlabBytes + 1);
  EXPECT_LT(large->capacity(), SlabPool::kSlabBytes + 64);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&large->record(0)) % alignof(SlabRecord), 0U);
}

TEST(SlabPool, is_shared_by_threads_and_outlived_by_slabs) {
  SlabPool::Handle pool = SlabPool::make(4);
  SlabRef last = pool->get();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&pool, copy = last] {
        for (int i = 0; i < 2000; ++i) {
          SlabRef own = pool->get();
          own->bytes()[0] = static_cast<std::uint8_t>(i);
          const SlabRef other = copy;
        }
      });
    }
  }
  EXPECT_EQ(pool->slabs_out(), 1U);
  EXPECT_TRUE(last->is_unshared());
  pool.reset();
  last->bytes()[0] = 1;
}

}  // namespace
}  // namespace flume
