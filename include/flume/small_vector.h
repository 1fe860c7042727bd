// A vector whose first N elements live inside it: batches of one or two slices cost no allocation.
// Only what the SDK needs; same thread rules as std::vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <utility>

namespace flume {

template <typename T, std::size_t N>
class SmallVector {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  SmallVector() noexcept = default;
  SmallVector(std::initializer_list<T> items) {
    for (const T& item : items) push_back(item);
  }
  SmallVector(const SmallVector& other) {
    reserve(other.size_);
    std::uninitialized_copy(other.begin(), other.end(), data_);
    size_ = other.size_;
  }
  SmallVector(SmallVector&& other) noexcept { steal(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) {
      SmallVector copy(other);
      clear_and_free();
      steal(copy);
    }
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) {
      clear_and_free();
      steal(other);
    }
    return *this;
  }
  ~SmallVector() { clear_and_free(); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  T& front() noexcept { return data_[0]; }
  const T& front() const noexcept { return data_[0]; }
  T& back() noexcept { return data_[size_ - 1]; }
  const T& back() const noexcept { return data_[size_ - 1]; }
  iterator begin() noexcept { return data_; }
  iterator end() noexcept { return data_ + size_; }
  const_iterator begin() const noexcept { return data_; }
  const_iterator end() const noexcept { return data_ + size_; }

  template <typename... Args>
  T& emplace_back(Args&&... args) {
    if (size_ == capacity_) reserve(std::size_t{capacity_} * 2);
    T* made = std::construct_at(data_ + size_, std::forward<Args>(args)...);
    ++size_;
    return *made;
  }
  void push_back(const T& item) { emplace_back(T(item)); }
  void push_back(T&& item) { emplace_back(std::move(item)); }
  void pop_back() noexcept { std::destroy_at(data_ + --size_); }
  void insert(iterator where, T item) {
    const std::size_t index = static_cast<std::size_t>(where - data_);
    emplace_back(std::move(item));
    for (std::size_t i = size_ - 1; i > index; --i) std::swap(data_[i], data_[i - 1]);
  }
  void erase(iterator first, iterator last) {
    if (first == last) return;  // else every element behind would be moved onto itself
    iterator kept = std::move(last, end(), first);
    std::destroy(kept, end());
    size_ = static_cast<std::uint32_t>(kept - data_);
  }
  void clear() noexcept {
    std::destroy(begin(), end());
    size_ = 0;
  }
  void reserve(std::size_t wanted) {
    if (wanted <= capacity_) return;
    T* grown = static_cast<T*>(::operator new(wanted * sizeof(T), std::align_val_t{alignof(T)}));
    std::uninitialized_move(begin(), end(), grown);
    std::destroy(begin(), end());
    if (capacity_ != N) free_block();
    data_ = grown;
    capacity_ = static_cast<std::uint32_t>(wanted);
  }

 private:
  T* inline_data() noexcept { return std::launder(reinterpret_cast<T*>(inline_)); }
  void free_block() noexcept { ::operator delete(data_, std::align_val_t{alignof(T)}); }
  void clear_and_free() noexcept {
    clear();
    if (capacity_ != N) free_block();
    data_ = inline_data();
    capacity_ = N;
  }
  void steal(SmallVector& other) noexcept {
    if (other.capacity_ == N) {
      std::uninitialized_move(other.begin(), other.end(), data_);
      size_ = other.size_;
      other.clear();
    } else {
      data_ = std::exchange(other.data_, other.inline_data());
      size_ = std::exchange(other.size_, 0);
      capacity_ = std::exchange(other.capacity_, static_cast<std::uint32_t>(N));
    }
  }

  alignas(T) std::byte inline_[N * sizeof(T)];
  T* data_ = reinterpret_cast<T*>(inline_);
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = N;
};

}  // namespace flume
