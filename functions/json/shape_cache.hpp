// Remembers the sets of keys that objects come with. Rows of one table nearly always have the same few: for a known
// shape the keys are neither sorted nor escaped again, their canonical order and ready text (,"key":) are reused.
// An unknown, large or rare shape is simply not found, and the caller sorts.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "functions/json/jsonb_reader.hpp"
#include "functions/json/key_order.hpp"

namespace lifecycle::json {

struct Shape {
  struct Member {
    std::uint32_t text_at; // in texts
    std::uint16_t text_size;
    std::uint16_t index; // among the pairs as stored
  };

  // Texts may be read this far past the end of each, so that short ones are copied at once.
  static constexpr std::size_t text_slack = 32;

  std::string entries; // the keys' entries and bytes as stored: the shape's identity
  std::string keys;
  std::vector<Member> members; // in canonical order
  std::string texts;           // {"first": ,"second": ...
};

class ShapeCache {
 public:
  static constexpr std::uint32_t max_members = 64;
  static constexpr std::uint32_t max_keys_size = 2048;
  // The most bytes that the texts of a shape and their slack take: keys escaped, each with four bytes around it.
  static constexpr std::size_t most_text = 6UL * max_keys_size + 4UL * max_members + 2 * Shape::text_slack;

  constexpr ShapeCache() = default;

  // A shape found or learned stays valid until the next call of this.
  void start_document() { ++document_; }

  // Null for an unknown shape; learn() may then be told about it.
  const Shape* find(const Container& object) {
    if (object.count > max_members || object.size < sizeof(std::uint64_t)) {
      missed_ = nullptr;
      return nullptr;
    }
    const std::uint64_t hash = hash_of(object);
    Slot& slot = slots_[hash >> (64U - slot_bits)];
    if (slot.hash == hash && matches(slot.shape, object)) [[likely]] {
      slot.used_by = document_;
      return &slot.shape;
    }
    missed_ = &slot;
    missed_hash_ = hash;
    return nullptr;
  }

  // After find() missed: keeps the shape if it has been missed twice running in its slot. Null if it is not kept.
  const Shape* learn(const Container& object, std::span<const SortKey> ordered, std::uint32_t keys_size);

 private:
  static constexpr unsigned slot_bits = 6;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t candidate = 0; // the hash last missed here
    std::uint64_t used_by = 0;   // the document that last used the shape
    Shape shape;
  };

  // Of the count, the first and last key lengths and the first key bytes: enough to tell apart shapes in use together.
  static std::uint64_t hash_of(const Container& object) {
    constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;
    const auto last = object.count - 1;
    const std::uint64_t lengths =
        std::uint64_t{entry_at(object.entries, last)} << 32U | entry_at(object.entries, last / 2);
    std::uint64_t hash = (load<std::uint64_t>(object.data) ^ object.count) * multiplier;
    hash = (hash ^ hash >> 29U ^ lengths) * multiplier;
    return hash;
  }

  static bool matches(const Shape& shape, const Container& object) {
    return shape.members.size() == object.count && shape.keys.size() <= object.size &&
           std::memcmp(shape.entries.data(), object.entries, shape.entries.size()) == 0 &&
           std::memcmp(shape.keys.data(), object.data, shape.keys.size()) == 0;
  }

  std::array<Slot, std::size_t{1} << slot_bits> slots_{};
  std::uint64_t document_ = 0;
  Slot* missed_ = nullptr;
  std::uint64_t missed_hash_ = 0;
};

} // namespace lifecycle::json
