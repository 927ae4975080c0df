#include "functions/contact/look_ahead_pg.hpp"

#include <algorithm>
#include <cstring>

#include "functions/pg/heap_page.hpp"

namespace lifecycle::pg {
namespace {

constexpr int no_trust = -100; // a wrong guess takes two, a right one gives one
constexpr int most_trust = 100;

// A tuple with at least one column before what is looked for.
PageTuple row_of(const char* page, OffsetNumber item) noexcept {
  const PageTuple tuple = tuple_of(page, item);
  const unsigned header_size =
      tuple.begin == nullptr ? 0 : reinterpret_cast<const HeapTupleHeaderData*>(tuple.begin)->t_hoff;
  return header_size <= SizeofHeapTupleHeader || header_size > tuple.size ? PageTuple{nullptr, 0} : tuple;
}

// Number of columns, size of the header, and which of the first 32 columns are null (of 8 where the header is small).
std::uint64_t shape_key(const char* tuple) noexcept {
  const auto* const header = reinterpret_cast<const HeapTupleHeaderData*>(tuple);
  std::uint32_t present = ~std::uint32_t{0};
  if ((header->t_infomask & HEAP_HASNULL) != 0) {
    if (header->t_hoff >= SizeofHeapTupleHeader + sizeof present) {
      std::memcpy(&present, header->t_bits, sizeof present);
    } else {
      present = header->t_bits[0];
    }
  }
  return std::uint64_t{present} << 32U | std::uint32_t{header->t_hoff} << 16U | (header->t_infomask2 & HEAP_NATTS_MASK);
}

// The place in its tuple of a text with a short header; 0 where it is none.
unsigned place_in(const char* tuple, unsigned size, NullableText text) noexcept {
  if (text.data() <= tuple + SizeofHeapTupleHeader || text.data() + text.size() > tuple + size) {
    return 0;
  }
  const char* const header = text.data() - VARHDRSZ_SHORT;
  return VARATT_IS_1B(header) && !VARATT_IS_1B_E(header) && VARSIZE_1B(header) == text.size() + VARHDRSZ_SHORT
             ? static_cast<unsigned>(text.data() - tuple)
             : 0;
}

NullableText text_at(const PageTuple& tuple, unsigned place) noexcept {
  if (place == 0 || place >= tuple.size) {
    return {};
  }
  const char* const header = tuple.begin + place - VARHDRSZ_SHORT;
  if (!VARATT_IS_1B(header) || VARATT_IS_1B_E(header)) {
    return {};
  }
  return {tuple.begin + place, std::min<std::size_t>(VARSIZE_1B(header) - VARHDRSZ_SHORT, tuple.size - place)};
}

} // namespace

const LookAhead::Shape* LookAhead::shape_of(const char* tuple) const noexcept {
  const std::uint64_t key = shape_key(tuple);
  for (const Shape& shape : shapes_) {
    if (shape.key == key) {
      return &shape;
    }
  }
  return nullptr;
}

void LookAhead::learn(const char* tuple, unsigned size, NullableText id, NullableText email) noexcept {
  const Shape* const known = shape_of(tuple);
  Shape& shape = shapes_[known != nullptr ? static_cast<std::size_t>(known - shapes_) : learnt_++ % std::size(shapes_)];
  shape = {shape_key(tuple), place_in(tuple, size, id), place_in(tuple, size, email)};
}

void LookAhead::guess(const ContactDirectory& directory, OffsetNumber item, Guess& made) const noexcept {
  made.item = InvalidOffsetNumber;
  const PageTuple tuple = row_of(page_, item);
  const Shape* const shape = tuple.begin == nullptr ? nullptr : shape_of(tuple.begin);
  if (shape != nullptr) {
    const NullableText id = text_at(tuple, shape->id_at);
    const NullableText email = text_at(tuple, shape->email_at);
    made.item = item;
    made.id = id.data();
    made.email = email.data();
    directory.expect(id, email, made.expected);
  }
}

const ContactDirectory::Expected* LookAhead::look(const ContactDirectory& directory, const char* at, NullableText id,
                                                  NullableText email) noexcept {
  const OffsetNumber last = last_item(page_);
  item_ = next_item_at(page_, at, item_, last);
  if (item_ == InvalidOffsetNumber) { // another order, or the page once more
    trust_ -= 2;
    return nullptr;
  }
  // What was guessed at earlier rows has arrived by now.
  if (Guess& made = guesses_[(item_ + 1) % slots]; made.item == item_ + 1) {
    directory.expect_row(made.expected);
  }
  const Guess& present = guesses_[item_ % slots];
  const bool guessed = present.item == item_;
  const bool right = guessed && present.id == id.data() && present.email == email.data();
  if (guessed) {
    trust_ = right ? std::min(trust_ + 1, most_trust) : trust_ - 2;
  }
  if (!right) {
    if (const PageTuple tuple = row_of(page_, item_); tuple.begin != nullptr) {
      learn(tuple.begin, tuple.size, id, email);
    }
  }
  if (item_ + distance <= last) {
    guess(directory, static_cast<OffsetNumber>(item_ + distance), guesses_[(item_ + distance) % slots]);
    const int fetched = std::min<int>(item_ + 2 * distance, last);
    __builtin_prefetch(page_ + reinterpret_cast<const PageHeaderData*>(page_)->pd_linp[fetched - 1].lp_off);
  }
  return right ? &present.expected : nullptr;
}

const ContactDirectory::Expected* LookAhead::at_row(const ContactDirectory& directory, NullableText id,
                                                    NullableText email) noexcept {
  const char* const at = email.data() != nullptr ? email.data() : id.data();
  const char* const page = shared_page_of(at);
  if (page == nullptr || trust_ <= no_trust) {
    return nullptr;
  }
  if (page != page_) {
    page_ = page;
    item_ = InvalidOffsetNumber;
    for (Guess& each : guesses_) {
      each.item = InvalidOffsetNumber;
    }
  }
  return look(directory, at, id, email);
}

} // namespace lifecycle::pg
