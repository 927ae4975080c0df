// Remembers verdicts on whole sets of keys, as jsonb objects store them: the properties of one kind of event nearly
// always have the same few.
#pragma once

#include <array>
#include <cstring>
#include <string>

#include "functions/event/verdict.hpp"
#include "functions/json/jsonb_reader.hpp"

namespace lifecycle::event {

class KeySetMemo {
 public:
  static constexpr std::uint32_t most_keys = 64;

  // Null where it is not known. The object has at least one key, and no more than most_keys.
  const Verdict* find(const json::Container& object) {
    const std::uint64_t hash = hash_of(object);
    Slot& slot = slots_[hash >> (64U - slot_bits)];
    const std::size_t entries = object.count * sizeof(std::uint32_t);
    if (slot.hash == hash && slot.count == object.count && slot.keys.size() - entries <= object.size &&
        std::memcmp(slot.keys.data(), object.entries, entries) == 0 &&
        std::memcmp(slot.keys.data() + entries, object.data, slot.keys.size() - entries) == 0) [[likely]] {
      return &slot.verdict;
    }
    return nullptr;
  }

  // Kept if it has been missed twice running in its slot. keys_size: bytes of all keys.
  void learn(const json::Container& object, std::uint32_t keys_size, Verdict verdict) {
    const std::uint64_t hash = hash_of(object);
    Slot& slot = slots_[hash >> (64U - slot_bits)];
    if (slot.candidate != hash) {
      slot.candidate = hash;
      return;
    }
    if (keys_size > most_bytes) {
      return;
    }
    slot.hash = hash;
    slot.count = 0; // not found while it is being written
    slot.keys.assign(object.entries, object.count * sizeof(std::uint32_t));
    slot.keys.append(object.data, keys_size);
    slot.count = object.count;
    slot.verdict = verdict;
  }

 private:
  static constexpr unsigned slot_bits = 7;
  static constexpr std::uint32_t most_bytes = 2048;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t candidate = 0; // the hash last missed here
    std::uint32_t count = 0;
    Verdict verdict = valid;
    std::string keys; // their entries, and their bytes
  };

  // Of the count, some lengths and the first bytes: enough to tell apart sets in use together.
  static std::uint64_t hash_of(const json::Container& object) {
    constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;
    std::uint64_t first = 0;
    std::memcpy(&first, object.data, object.size < sizeof first ? object.size : sizeof first);
    const std::uint32_t last = object.count - 1;
    const std::uint64_t lengths =
        std::uint64_t{json::entry_at(object.entries, last)} << 32U | json::entry_at(object.entries, last / 2);
    std::uint64_t hash = (first ^ object.count) * multiplier;
    hash = (hash ^ hash >> 29U ^ lengths) * multiplier;
    return hash;
  }

  std::array<Slot, std::size_t{1} << slot_bits> slots_{};
};

} // namespace lifecycle::event
