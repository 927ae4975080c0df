#include "functions/condition/constant_list.hpp"

#include <algorithm>

#include "functions/condition/items.hpp"
#include "functions/condition/number.hpp"
#include "functions/core/interrupt.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

bool text_before(std::string_view left, std::string_view right) {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

bool number_before(std::string_view left, std::string_view right) { return compare_stored(left, right) < 0; }

} // namespace

ConstantList::ConstantList(const Value& array) {
  for_each_item(array, [this](const Value& item) {
    switch (item.kind) {
      case Kind::text:
        texts_.push_back(item.view());
        break;
      case Kind::number:
        numbers_.push_back(item.view());
        break;
      case Kind::null:
        has_null_ = true;
        break;
      case Kind::yes:
        has_yes_ = true;
        break;
      case Kind::no:
        has_no_ = true;
        break;
      default:
        break;
    }
    return true;
  });
  unsigned comparisons = 0;
  const auto polling = [&comparisons](const auto& before) {
    return [&comparisons, &before](std::string_view left, std::string_view right) {
      if (++comparisons % interrupt_interval == 0) {
        poll_interrupts();
      }
      return before(left, right);
    };
  };
  std::sort(texts_.begin(), texts_.end(), polling(text_before));
  std::sort(numbers_.begin(), numbers_.end(), polling(number_before));
}

bool ConstantList::holds(const Value& value) const {
  constexpr std::size_t few = 8;
  switch (value.kind) {
    case Kind::text:
      if (texts_.size() <= few) {
        return std::any_of(texts_.begin(), texts_.end(),
                           [&value](std::string_view text) { return same_text(text, value.view()); });
      }
      return std::binary_search(texts_.begin(), texts_.end(), value.view(), text_before);
    case Kind::number:
      return std::binary_search(numbers_.begin(), numbers_.end(), value.view(), number_before);
    case Kind::real:
      return std::any_of(numbers_.begin(), numbers_.end(), [&value](std::string_view number) {
        return compare_numbers(of_bytes(Kind::number, number), value) == 0;
      });
    case Kind::null:
      return has_null_;
    case Kind::yes:
      return has_yes_;
    case Kind::no:
      return has_no_;
    default:
      return false;
  }
}

std::size_t ConstantList::memory() const {
  return sizeof *this + (texts_.capacity() + numbers_.capacity()) * sizeof(std::string_view);
}

} // namespace lifecycle::condition
