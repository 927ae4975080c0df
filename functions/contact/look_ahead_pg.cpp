#include "functions/contact/look_ahead_pg.hpp"

#include <algorithm>
#include <cstring>

extern "C" {
#include "access/htup_details.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
}

namespace lifecycle::pg {
namespace {

constexpr int no_trust = -100; // a wrong guess takes two, a right one gives one
constexpr int most_trust = 100;
constexpr int farthest = 8; // how many items a scan may leave out on the way to its next row

struct Tuple {
  const char* begin;
  unsigned size;
};

// The page may be of any kind. Whatever its numbers say, nothing outside of it is looked at.
OffsetNumber last_item(const char* page) noexcept {
  const auto* const header = reinterpret_cast<const PageHeaderData*>(page);
  const Size lower = header->pd_lower;
  return lower <= SizeOfPageHeaderData || lower > BLCKSZ
             ? InvalidOffsetNumber
             : static_cast<OffsetNumber>((lower - SizeOfPageHeaderData) / sizeof(ItemIdData));
}

Tuple tuple_of(const char* page, OffsetNumber item) noexcept {
  const ItemIdData line = reinterpret_cast<const PageHeaderData*>(page)->pd_linp[item - 1];
  const unsigned offset = line.lp_off;
  const unsigned size = line.lp_len;
  if (line.lp_flags != LP_NORMAL || offset % MAXIMUM_ALIGNOF != 0 || offset + size > BLCKSZ ||
      size < SizeofHeapTupleHeader) {
    return {nullptr, 0};
  }
  const unsigned header_size = reinterpret_cast<const HeapTupleHeaderData*>(page + offset)->t_hoff;
  return header_size <= SizeofHeapTupleHeader || header_size > size ? Tuple{nullptr, 0} : Tuple{page + offset, size};
}

// Number of columns, size of the header, and which of the first 32 columns are null (of 8 where the header is small).
std::uint64_t shape_key(const char* tuple) noexcept {
  const auto* const header = reinterpret_cast<const HeapTupleHeaderData*>(tuple);
  std::uint32_t present = ~std::uint32_t{0};
  if ((header->t_infomask & HEAP_HASNULL) != 0) {
    const bool several = header->t_hoff >= SizeofHeapTupleHeader + sizeof present;
    std::memcpy(&present, header->t_bits, several ? sizeof present : 1);
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

NullableText text_at(const Tuple& tuple, unsigned place) noexcept {
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

LookAhead::Guess LookAhead::guess(const ContactDirectory& directory, OffsetNumber item) const noexcept {
  Guess result;
  const Tuple tuple = tuple_of(page_, item);
  const Shape* const shape = tuple.begin == nullptr ? nullptr : shape_of(tuple.begin);
  if (shape != nullptr) {
    const NullableText id = text_at(tuple, shape->id_at);
    const NullableText email = text_at(tuple, shape->email_at);
    result = {item, id.data(), email.data(), directory.expect(id, email)};
  }
  return result;
}

// The item of the row that holds this address, looked for from item_ on, as a scan goes; none where it is not near.
OffsetNumber LookAhead::item_at(const char* at, OffsetNumber last) const noexcept {
  for (int item = item_ + 1; item <= std::min<int>(item_ + farthest, last); ++item) {
    const Tuple tuple = tuple_of(page_, static_cast<OffsetNumber>(item));
    if (at >= tuple.begin && at < tuple.begin + tuple.size) {
      return static_cast<OffsetNumber>(item);
    }
  }
  return InvalidOffsetNumber;
}

void LookAhead::look(const ContactDirectory& directory, const char* at, NullableText id, NullableText email) noexcept {
  const OffsetNumber last = last_item(page_);
  item_ = item_at(at, last);
  if (item_ == InvalidOffsetNumber) { // another order, or the page once more
    trust_ -= 2;
    return;
  }
  const Tuple tuple = tuple_of(page_, item_);
  if (tuple.begin == nullptr) {
    return;
  }
  if (const Guess& made = guesses_[item_ % distance]; made.item == item_) {
    trust_ = made.id == id.data() && made.email == email.data() ? std::min(trust_ + 1, most_trust) : trust_ - 2;
  }
  learn(tuple.begin, tuple.size, id, email);
  // What was guessed at earlier rows has arrived by now.
  if (const Guess& made = guesses_[(item_ + 1) % distance]; made.item == item_ + 1) {
    directory.expect_row(made.expected);
  }
  if (item_ + distance <= last) {
    guesses_[item_ % distance] = guess(directory, static_cast<OffsetNumber>(item_ + distance));
  }
}

void LookAhead::at_row(const ContactDirectory& directory, NullableText id, NullableText email) noexcept {
  const char* const at = email.data() != nullptr ? email.data() : id.data();
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(at) - reinterpret_cast<std::uintptr_t>(BufferBlocks);
  if (offset >= static_cast<std::uintptr_t>(NBuffers) * BLCKSZ || trust_ <= no_trust) {
    return;
  }
  if (const char* const page = at - offset % BLCKSZ; page != page_) {
    page_ = page;
    item_ = InvalidOffsetNumber;
    std::fill_n(guesses_, distance, Guess{});
  }
  look(directory, at, id, email);
}

} // namespace lifecycle::pg
