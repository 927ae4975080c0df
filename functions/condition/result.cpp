#include "functions/condition/result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "functions/condition/items.hpp"
#include "functions/condition/number.hpp"
#include "functions/core/interrupt.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

namespace layout = json::layout;

class ResultWriter {
 public:
  explicit ResultWriter(std::string& to) : to_(to) {}

  void write(const Value& value) {
    if (value.kind == Kind::array || value.kind == Kind::object) {
      to_.assign(value.bytes, value.size);
      return;
    }
    to_.clear();
    if (value.kind == Kind::list) {
      write_list(value.list->items, value.list->count, layout::array_flag, 1);
    } else if (value.kind == Kind::record) {
      write_record(*value.record, 1);
    } else {
      write_list(&value, 1, layout::array_flag | layout::scalar_flag, 0);
    }
    check_size();
  }

 private:
  void put_word(std::uint32_t word) { to_.append(reinterpret_cast<const char*>(&word), sizeof word); }

  void pad() { to_.append((4U - to_.size() % 4U) % 4U, '\0'); }

  void check_size() const {
    check_value_size(to_.size());
    if (to_.size() > layout::entry_length_mask) {
      throw Error(sqlstate::program_limit_exceeded, "condition takes too much memory",
                  "Its result takes " + std::to_string(to_.size()) + " bytes, more than a jsonb can have.",
                  "Simplify the condition.");
    }
  }

  // Entries are written as lengths, every 32nd as an end.
  void set_entry(std::size_t entries, std::size_t index, std::uint32_t type, std::size_t data, std::size_t begin) {
    const std::size_t size = index % layout::end_stride == 0 ? to_.size() - data : to_.size() - begin;
    const std::uint32_t entry =
        type | static_cast<std::uint32_t>(size) | (index % layout::end_stride == 0 ? layout::entry_is_end : 0U);
    std::memcpy(to_.data() + entries + index * sizeof entry, &entry, sizeof entry);
  }

  void write_list(const Value* items, std::uint32_t count, std::uint32_t flags, unsigned depth) {
    check_depth(depth);
    put_word(flags | count);
    const std::size_t entries = to_.size();
    to_.append(count * sizeof(std::uint32_t), '\0');
    const std::size_t data = to_.size();
    for (std::uint32_t i = 0; i < count; ++i) {
      write_child(items[i], entries, i, data, depth);
    }
  }

  // An object of two members, the shorter name first.
  void write_record(const Record& record, unsigned depth) {
    check_depth(depth);
    std::array<std::size_t, 2> order = {0, 1};
    if (record.names[1].size() < record.names[0].size()) {
      std::swap(order[0], order[1]);
    }
    std::array<std::size_t, 2> present{};
    std::uint32_t count = 0;
    for (const std::size_t i : order) {
      if (record.values[i].kind != Kind::missing) {
        present[count++] = i;
      }
    }
    put_word(layout::object_flag | count);
    const std::size_t entries = to_.size();
    to_.append(2UL * count * sizeof(std::uint32_t), '\0');
    const std::size_t data = to_.size();
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t begin = to_.size();
      to_ += record.names[present[i]];
      set_entry(entries, i, layout::type_string, data, begin);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      write_child(record.values[present[i]], entries, count + i, data, depth);
    }
  }

  void write_child(const Value& value, std::size_t entries, std::size_t index, std::size_t data, unsigned depth) {
    if (++written_ % interrupt_interval == 0) {
      poll_interrupts();
      check_size();
    }
    const std::size_t begin = to_.size();
    std::uint32_t type = layout::type_null;
    switch (value.kind) {
      case Kind::yes:
        type = layout::type_true;
        break;
      case Kind::no:
        type = layout::type_false;
        break;
      case Kind::text:
        type = layout::type_string;
        to_.append(value.bytes, value.size);
        break;
      case Kind::number:
        type = layout::type_numeric;
        pad();
        to_.append(value.bytes, value.size);
        break;
      case Kind::real:
        type = write_real(value.real);
        break;
      case Kind::array:
      case Kind::object:
        type = layout::type_container;
        pad();
        to_.append(value.bytes, value.size);
        break;
      case Kind::list:
        type = layout::type_container;
        pad();
        write_list(value.list->items, value.list->count, layout::array_flag, depth + 1);
        break;
      case Kind::record:
        type = layout::type_container;
        pad();
        write_record(*value.record, depth + 1);
        break;
      default:
        break;
    }
    set_entry(entries, index, type, data, begin);
  }

  std::uint32_t write_real(double real) {
    if (!std::isfinite(real)) {
      return layout::type_null;
    }
    std::array<char, real_size> stored; // NOLINT(cppcoreguidelines-pro-type-member-init): store_real fills it
    pad();
    to_.append(stored.data(), store_real(real, stored.data()));
    return layout::type_numeric;
  }

  std::string& to_;
  unsigned written_ = 0;
};

} // namespace

void write_result(const Value& value, std::string& to) { ResultWriter(to).write(value); }

} // namespace lifecycle::condition
