#include "functions/contact/directory.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "functions/contact/normalize_email.hpp"
#include "functions/contact/white_space.hpp"
#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/same_bytes.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr std::size_t first_piece = 64UL * 1024; // most tables of contacts are small
constexpr std::size_t piece_size = 2UL * 1024 * 1024;
constexpr std::size_t email_on_stack = 320; // what RFC 5321 allows, 64 + 1 + 255

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// The size before the id and the byte before the e-mail keep different pairs different.
ContactDirectory::Digest pair_hash(std::string_view id, NullableText email, std::string& scratch) {
  scratch.clear();
  for (unsigned shift = 0; shift < 64; shift += 8) {
    scratch += static_cast<char>((std::uint64_t{id.size()} >> shift) & 0xFFU);
  }
  scratch += id;
  scratch += email.data() != nullptr ? '\1' : '\0';
  scratch += email;
  const XXH128_hash_t value = XXH3_128bits(scratch.data(), scratch.size());
  return {value.high64, value.low64};
}

} // namespace

void ContactDirectory::Table::create(std::size_t size) {
  slots.reset(static_cast<Slot*>(allocate_large(size * sizeof(Slot))));
  std::memset(slots.get(), 0, size * sizeof(Slot));
  mask = size - 1;
}

ContactDirectory::Row* ContactDirectory::row(std::uint32_t place) const noexcept {
  constexpr std::uint32_t within = (1U << piece_bits) - 1;
  return reinterpret_cast<Row*>(pieces_[place >> piece_bits].bytes.get() + std::size_t{place & within} * unit);
}

std::uint32_t ContactDirectory::place_of(std::size_t piece, std::size_t offset) noexcept {
  static_assert(piece_size == unit << piece_bits);
  return static_cast<std::uint32_t>((piece << piece_bits) | (offset / unit));
}

const char* ContactDirectory::id_text(const Row* row) noexcept { return reinterpret_cast<const char*>(row + 1); }

const char* ContactDirectory::email_text(const Row* row) noexcept {
  return id_text(row) + header_size + padded(row->id_size);
}

std::string_view ContactDirectory::id(const Row* row) noexcept { return {id_text(row) + header_size, row->id_size}; }

std::string_view ContactDirectory::email(const Row* row) noexcept {
  return {email_text(row) + header_size, row->email_size};
}

std::string_view ContactDirectory::key(const Row* row) noexcept {
  const char* email_bytes = email_text(row) + header_size;
  return {row->key_is_email ? email_bytes : email_bytes + padded(row->email_size), row->key_size};
}

std::size_t ContactDirectory::row_size(const Row* row) noexcept {
  std::size_t size = sizeof(Row) + header_size + padded(row->id_size);
  if (row->key_size != 0) {
    size += header_size + padded(row->email_size) + (row->key_is_email ? 0 : padded(row->key_size));
  }
  return (size + unit - 1) / unit * unit;
}

// Where the next row goes, with at least this much room.
char* ContactDirectory::room_for(std::size_t size) {
  // What a larger piece has left behind its row cannot be told as a place.
  if (pieces_.empty() || pieces_.back().used >= piece_size || pieces_.back().used + size > pieces_.back().size) {
    if (pieces_.size() > UINT32_MAX >> piece_bits) {
      throw Error(sqlstate::program_limit_exceeded, "too many contacts to hold in memory",
                  "More than " + std::to_string(rows_) + " rows.",
                  "Point lifecycle.use_contacts() at a relation that holds only the contacts in use.");
    }
    const std::size_t used = pieces_.empty() ? unit : 0; // no row lies at place 0
    const std::size_t room = std::max(pieces_.empty() ? first_piece : piece_size, used + size);
    pieces_.push_back({LargeMemory<char>(static_cast<char*>(allocate_large(room))), room, used});
  }
  return pieces_.back().bytes.get() + pieces_.back().used;
}

char* ContactDirectory::put_text(char* to, std::string_view text) const noexcept {
  const std::uint32_t header = text_header_(text.size());
  std::memcpy(to, &header, header_size);
  std::memcpy(to + header_size, text.data(), text.size());
  return to + header_size + padded(text.size());
}

void ContactDirectory::add(NullableText id, NullableText email) {
  if (is_blank(id)) {
    return;
  }
  if (email.size() > longest_email) [[unlikely]] {
    std::string scratch;
    too_long_.push_back(pair_hash(id, email, scratch));
    email = {};
  }
  const std::size_t size = sizeof(Row) + 2 * header_size + padded(id.size()) + padded(email.size()) + unit;
  Row fields{};
  fields.id_size = static_cast<std::uint32_t>(id.size());
  char* begin = room_for(size + padded(email.size())); // plain e-mails keep their size when folded
  char* email_at = put_text(begin + sizeof(Row), id);
  if (email.data() != nullptr) {
    char* key_at = put_text(email_at, email);
    if (normalize_plain_email(email, key_at)) {
      fields.email_size = fields.key_size = static_cast<std::uint32_t>(email.size());
      fields.key_is_email = std::memcmp(key_at, email.data(), email.size()) == 0;
    } else if (std::string normal; normalize_email(email, normal)) {
      begin = room_for(size + padded(normal.size()));
      email_at = put_text(begin + sizeof(Row), id);
      key_at = put_text(email_at, email);
      std::memcpy(key_at, normal.data(), normal.size());
      fields.email_size = static_cast<std::uint32_t>(email.size());
      fields.key_size = static_cast<std::uint32_t>(normal.size());
      fields.key_is_email = normal == email;
    }
  }
  std::memcpy(begin, &fields, sizeof fields);
  pieces_.back().used += row_size(&fields);
  ++rows_;
}

std::uint64_t ContactDirectory::hash(std::string_view text) const noexcept {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed_);
}

ContactDirectory::Slot ContactDirectory::tag_of(std::uint64_t hash) const noexcept {
  return static_cast<Slot>(hash >> 32U) & ~place_mask_;
}

// The slot that holds the first row with this key, or the empty one where it belongs.
template <typename KeyOf>
ContactDirectory::Slot& ContactDirectory::slot_for(Table& table, std::uint64_t hash, std::string_view key,
                                                   KeyOf key_of) noexcept {
  const Slot tag = tag_of(hash);
  for (std::size_t at = hash & table.mask;; at = (at + 1) & table.mask) {
    Slot& slot = table.slots[at];
    if (slot == 0 || ((slot & ~place_mask_) == tag && key_of(row(slot & place_mask_)) == key)) {
      return slot;
    }
  }
}

// Constant work a row, whatever repeats: further rows go behind the first of their chain and are told apart on demand.
void ContactDirectory::link(std::uint32_t place, std::uint64_t id_hash, std::uint64_t email_hash) noexcept {
  Row* const added = row(place);
  Slot& id_slot = slot_for(by_id_, id_hash, id(added), [](const Row* r) { return id(r); });
  if (id_slot == 0) {
    id_slot = place | tag_of(id_hash);
    added->first_of_id = true;
    added->smallest_email = added->key_size != 0 ? place : 0;
  } else {
    Row* const first = row(id_slot & place_mask_);
    added->next_of_id = first->next_of_id;
    first->next_of_id = place;
    if (added->key_size != 0 && (first->smallest_email == 0 || email(added) < email(row(first->smallest_email)))) {
      first->smallest_email = place;
    }
  }
  if (added->key_size == 0) {
    return;
  }
  Slot& email_slot = slot_for(by_email_, email_hash, key(added), [](const Row* r) { return key(r); });
  if (email_slot == 0) {
    email_slot = place | tag_of(email_hash);
  } else {
    Row* const first = row(email_slot & place_mask_);
    added->next_of_email = first->next_of_email;
    first->next_of_email = place;
    first->several_contacts = first->several_contacts || id(first) != id(added);
  }
}

void ContactDirectory::finish() {
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(rows_ + rows_ / 3, 16));
  by_id_.create(slots);
  by_email_.create(slots);
  place_mask_ = static_cast<Slot>(std::bit_ceil((pieces_.size() << piece_bits) + 1) - 1);
  struct Pending {
    std::uint64_t id_hash;
    std::uint64_t email_hash;
    std::uint32_t place;
  };
  constexpr std::size_t batch = 32; // misses under way at once
  Pending pending[batch];
  unsigned batches = 0;
  for (std::size_t piece = 0; piece < pieces_.size(); ++piece) {
    for (std::size_t at = piece == 0 ? unit : 0; at < pieces_[piece].used;) {
      if (batches++ % (interrupt_interval / batch) == 0) {
        poll_interrupts();
      }
      std::size_t count = 0;
      for (; count < batch && at < pieces_[piece].used; ++count) {
        const std::uint32_t place = place_of(piece, at);
        const Row* const added = row(place);
        pending[count] = {hash(id(added)), hash(key(added)), place};
        __builtin_prefetch(&by_id_.slots[pending[count].id_hash & by_id_.mask], 1);
        __builtin_prefetch(&by_email_.slots[pending[count].email_hash & by_email_.mask], 1);
        at += row_size(added);
      }
      for (std::size_t i = 0; i < count; ++i) {
        link(pending[i].place, pending[i].id_hash, pending[i].email_hash);
      }
    }
  }
}

template <typename KeyOf>
const ContactDirectory::Row* ContactDirectory::find(const Table& table, std::string_view key,
                                                    KeyOf key_of) const noexcept {
  const std::uint64_t key_hash = hash(key);
  const Slot tag = tag_of(key_hash);
  for (std::size_t at = key_hash & table.mask;; at = (at + 1) & table.mask) {
    const Slot slot = table.slots[at];
    if (slot == 0) {
      return nullptr;
    }
    if ((slot & ~place_mask_) == tag) {
      const Row* const found = row(slot & place_mask_);
      __builtin_prefetch(reinterpret_cast<const char*>(found) + 64);
      if (key_of(found) == key) {
        return found;
      }
    }
  }
}

const ContactDirectory::Row* ContactDirectory::find_email(NullableText email) const {
  if (email.data() == nullptr) {
    return nullptr;
  }
  const auto by_key = [](const Row* r) { return key(r); };
  if (char plain[email_on_stack]; email.size() <= sizeof plain && normalize_plain_email(email, plain)) {
    return find(by_email_, {plain, email.size()}, by_key);
  }
  std::string normal;
  return normalize_email(email, normal) ? find(by_email_, normal, by_key) : nullptr;
}

void ContactDirectory::expect(NullableText id, NullableText email, Expected& expected) const noexcept {
  expected.by = Expected::By::nothing;
  expected.place = 0;
  if (!is_blank(id)) {
    expected.by = Expected::By::id;
    expected.hash = hash(id);
    __builtin_prefetch(&by_id_.slots[expected.hash & by_id_.mask]);
    return;
  }
  char plain[email_on_stack];
  if (email.size() <= sizeof plain && normalize_plain_email(email, plain)) {
    expected.by = Expected::By::email;
    expected.hash = hash({plain, email.size()});
    __builtin_prefetch(&by_email_.slots[expected.hash & by_email_.mask]);
  }
}

void ContactDirectory::expect_row(Expected& expected) const noexcept {
  if (expected.by == Expected::By::nothing) {
    return;
  }
  const Table& table = expected.by == Expected::By::id ? by_id_ : by_email_;
  const Slot tag = tag_of(expected.hash);
  for (std::size_t at = expected.hash & table.mask; table.slots[at] != 0; at = (at + 1) & table.mask) {
    if ((table.slots[at] & ~place_mask_) == tag) {
      expected.place = table.slots[at] & place_mask_;
      // Most rows take less than two lines, wherever these begin.
      const char* const found = reinterpret_cast<const char*>(row(expected.place));
      __builtin_prefetch(found);
      __builtin_prefetch(found + 56);
      __builtin_prefetch(found + 104);
      return;
    }
  }
}

// What a known contact's id tells.
void ContactDirectory::given(const Row* contact, Resolution& answer) const noexcept {
  answer.outcome = ContactOutcome::given;
  answer.contact_id = id_text(contact);
  answer.contact_email = contact->smallest_email != 0 ? email_text(row(contact->smallest_email)) : nullptr;
}

// What an e-mail tells of which this is the first row.
void ContactDirectory::owner(const Row* contact, Resolution& answer) noexcept {
  const bool several = contact->several_contacts;
  answer.outcome = several ? ContactOutcome::ambiguous : ContactOutcome::matched;
  answer.contact_id = several ? nullptr : id_text(contact);
  answer.contact_email = nullptr;
}

bool ContactDirectory::resolve_expected(NullableText id, NullableText email, const Expected& expected,
                                        Resolution& answer) const noexcept {
  if (expected.place == 0) {
    return false;
  }
  const Row* const contact = row(expected.place);
  if (!is_blank(id)) {
    if (expected.by != Expected::By::id || !same_bytes(ContactDirectory::id(contact), id)) {
      return false;
    }
    given(contact, answer);
    return true;
  }
  if (expected.by != Expected::By::email || !is_plain_email_of(key(contact), email)) {
    return false;
  }
  owner(contact, answer);
  return true;
}

ContactDirectory::Resolution ContactDirectory::resolve(NullableText id, NullableText email) const {
  Resolution answer{ContactOutcome::orphan, nullptr, nullptr};
  if (!is_blank(id)) {
    const Row* const contact = find(by_id_, id, [](const Row* r) { return ContactDirectory::id(r); });
    if (contact == nullptr) {
      answer.outcome = ContactOutcome::unknown_contact;
    } else {
      given(contact, answer);
    }
  } else if (const Row* const contact = find_email(email); contact != nullptr) {
    owner(contact, answer);
  }
  return answer;
}

bool ContactDirectory::disagree(NullableText id, NullableText email) const {
  if (is_blank(id) || is_blank(email)) {
    return false;
  }
  const Row* const contact = find(by_id_, id, [](const Row* r) { return ContactDirectory::id(r); });
  if (contact == nullptr || contact->smallest_email == 0) {
    return false;
  }
  std::string normal;
  if (!normalize_email(email, normal)) {
    return false;
  }
  // Either chain would tell; walking both at once costs only the shorter one.
  const Row* of_contact = contact;
  const Row* of_email = find(by_email_, normal, [](const Row* r) { return key(r); });
  for (unsigned step = 0; of_contact != nullptr && of_email != nullptr; ++step) {
    if (step % interrupt_interval == interrupt_interval - 1) {
      poll_interrupts();
    }
    if (key(of_contact) == normal || ContactDirectory::id(of_email) == id) {
      return false;
    }
    of_contact = of_contact->next_of_id != 0 ? row(of_contact->next_of_id) : nullptr;
    of_email = of_email->next_of_email != 0 ? row(of_email->next_of_email) : nullptr;
  }
  return true;
}

std::vector<std::string_view> ContactDirectory::candidates(NullableText email) const {
  std::vector<std::string_view> ids;
  for (const Row* contact = find_email(email); contact != nullptr;
       contact = contact->next_of_email != 0 ? row(contact->next_of_email) : nullptr) {
    if (ids.size() % interrupt_interval == 0) {
      poll_interrupts();
    }
    ids.push_back(id(contact));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

ContactDirectory::Digest ContactDirectory::digest() const {
  Digest sum{0, 0};
  std::string scratch;
  std::vector<std::string_view> emails;
  const auto count = [&](const Digest& value) {
    sum.low += value.low;
    sum.high += value.high + (sum.low < value.low ? 1 : 0);
  };
  const auto count_pair = [&](std::string_view contact_id, NullableText contact_email) {
    count(pair_hash(contact_id, contact_email, scratch));
  };
  unsigned steps = 0;
  const auto poll = [&] {
    if (steps++ % interrupt_interval == 0) {
      poll_interrupts();
    }
  };
  const auto count_contact = [&](const Row* contact) {
    if (contact->smallest_email == 0) {
      count_pair(id(contact), {});
    } else if (contact->next_of_id == 0) {
      count_pair(id(contact), email(contact));
    } else {
      emails.clear();
      for (const Row* r = contact; r != nullptr; r = r->next_of_id != 0 ? row(r->next_of_id) : nullptr) {
        poll();
        if (r->key_size != 0) {
          emails.push_back(email(r));
        }
      }
      std::sort(emails.begin(), emails.end());
      emails.erase(std::unique(emails.begin(), emails.end()), emails.end());
      for (const std::string_view each : emails) {
        poll();
        count_pair(id(contact), each);
      }
    }
  };
  for (std::size_t piece = 0; piece < pieces_.size(); ++piece) {
    for (std::size_t at = piece == 0 ? unit : 0; at < pieces_[piece].used;) {
      poll();
      const Row* const contact = row(place_of(piece, at));
      if (contact->first_of_id) {
        count_contact(contact);
      }
      at += row_size(contact);
    }
  }
  std::vector<Digest> apart = too_long_;
  std::sort(apart.begin(), apart.end());
  apart.erase(std::unique(apart.begin(), apart.end()), apart.end());
  for (const Digest& each : apart) {
    count(each);
  }
  return sum;
}

std::size_t ContactDirectory::bytes() const noexcept {
  std::size_t sum = sizeof *this + (by_id_.mask + by_email_.mask + 2) * sizeof(Slot);
  for (const Piece& piece : pieces_) {
    sum += piece.used;
  }
  return sum;
}

} // namespace lifecycle
