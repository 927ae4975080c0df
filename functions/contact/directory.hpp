// Who is meant by (contact_id, e-mail): the contacts of one moment, in memory, found by id and by normalised e-mail.
//
// Filled once with add() for each row and finish(), then only read. Rows lie one after another in an arena; two flat
// hash tables of four-byte slots (place in the arena, and of the hash what bits are left) point into it. The tables of
// a few hundred thousand contacts fit a core's own cache, so that a look-up waits for memory once, for the row. Ids and
// e-mails lie there as the caller's own text values (see TextHeader) and can be handed out without a copy for as long
// as the directory lives.
//
// What counts:
//   - an id that is null or blank is none: the row is ignored, and a look-up with one goes by e-mail;
//   - an e-mail that is null or of which normalize_email() leaves nothing is none;
//   - rows with the same id are one contact with several e-mails;
//   - an e-mail is ambiguous when contacts with different ids have it, not when one contact has it twice.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/core/large_memory.hpp"

namespace lifecycle {

// A text or, where data() is nullptr, SQL's null.
using NullableText = std::string_view;

enum class ContactOutcome : std::uint8_t { given, matched, orphan, ambiguous, unknown_contact };

class ContactDirectory {
 public:
  // Gives the four bytes that stand before the bytes of a text of this size in the caller's own representation.
  using TextHeader = std::uint32_t (*)(std::size_t size);
  static constexpr std::size_t header_size = sizeof(std::uint32_t);

  struct Resolution {
    ContactOutcome outcome;
    const char* contact_id;    // a text with its header; nullptr where no contact is meant
    const char* contact_email; // likewise: the smallest e-mail of a given contact; nullptr where it has none or for
                               // other outcomes
  };

  struct Digest {
    std::uint64_t high;
    std::uint64_t low;
    auto operator<=>(const Digest&) const = default;
  };

  // `seed` makes the places in the hash tables unpredictable; no result depends on it.
  ContactDirectory(TextHeader text_header, std::uint64_t seed) noexcept : text_header_(text_header), seed_(seed) {}
  ContactDirectory(const ContactDirectory&) = delete;
  ContactDirectory& operator=(const ContactDirectory&) = delete;
  ~ContactDirectory() = default;

  // An e-mail longer than longest_email is as if there were none.
  void add(NullableText id, NullableText email);
  void finish();

  // All of these need finish() before them.
  [[nodiscard]] Resolution resolve(NullableText id, NullableText email) const;
  // The contact is known, an e-mail is given, and the contact has e-mails but not this one.
  [[nodiscard]] bool disagree(NullableText id, NullableText email) const;
  // The distinct ids of the contacts that have this e-mail, in byte order, as texts without their headers.
  [[nodiscard]] std::vector<std::string_view> candidates(NullableText email) const;
  // The sum of XXH3-128 over the distinct (id, e-mail as stored) pairs: the same in any order of rows, another one as
  // soon as a contact comes, goes or changes. A contact without an e-mail counts as one pair.
  // A pair with an e-mail that is too long counts beside, so that it shows when it comes and goes.
  [[nodiscard]] Digest digest() const;

  [[nodiscard]] std::size_t bytes() const noexcept;

  // A question that will be asked soon, so that it waits less for memory: expect() fetches what it will look at first,
  // some time later expect_row() what it will find there, and resolve_expected() has the answer. The first two have no
  // effect beyond the processor's caches and what they note in `expected`.
  struct Expected {
    enum class By : std::uint8_t { nothing, id, email } by = By::nothing;
    std::uint32_t place = 0; // of the row that expect_row() has fetched
    std::uint64_t hash = 0;
  };
  void expect(NullableText id, NullableText email, Expected& expected) const noexcept;
  void expect_row(Expected& expected) const noexcept;
  // Whatever was expected, of this question or of another one: where the row fetched answers this one, it is answered
  // as resolve() would; else false, and resolve() must be asked.
  bool resolve_expected(NullableText id, NullableText email, const Expected& expected,
                        Resolution& answer) const noexcept;

 private:
  // Places in the arena are counted in units; place 0 means none.
  static constexpr std::size_t unit = 16;

  // In the arena: Row, header and bytes of the id, header and bytes of the e-mail, and the bytes of its normal form
  // where that differs; each padded to four bytes, and all of it to a unit.
  struct Row {
    std::uint32_t id_size;
    std::uint32_t email_size;
    std::uint32_t key_size;       // 0: no e-mail
    std::uint32_t next_of_email;  // next row with this normal form, of whatever contact
    std::uint32_t next_of_id;     // next row of this contact
    std::uint32_t smallest_email; // first row of a contact: its row with the smallest e-mail
    bool key_is_email;            // the normal form is the e-mail itself
    bool several_contacts;        // first row of an e-mail: rows of other contacts follow
    bool first_of_id;             // first row of a contact
  };

  // The arena grows by pieces, so that nothing is copied on the way. A row larger than one has a piece of its own.
  struct Piece {
    LargeMemory<char> bytes;
    std::size_t size;
    std::size_t used;
  };
  static constexpr unsigned piece_bits = 17; // of a place: the unit within its piece

  using Slot = std::uint32_t; // the place in the bits of place_mask_, in the others bits of the hash
  struct Table {
    LargeMemory<Slot> slots;
    std::size_t mask = 0;

    void create(std::size_t size);
  };

  [[nodiscard]] Row* row(std::uint32_t place) const noexcept;
  static const char* id_text(const Row* row) noexcept;
  static const char* email_text(const Row* row) noexcept;
  static std::string_view id(const Row* row) noexcept;
  static std::string_view email(const Row* row) noexcept;
  static std::string_view key(const Row* row) noexcept;
  static std::size_t row_size(const Row* row) noexcept;

  char* room_for(std::size_t size);
  static std::uint32_t place_of(std::size_t piece, std::size_t offset) noexcept;
  char* put_text(char* to, std::string_view text) const noexcept;
  [[nodiscard]] std::uint64_t hash(std::string_view text) const noexcept;
  [[nodiscard]] Slot tag_of(std::uint64_t hash) const noexcept;
  template <typename KeyOf>
  Slot& slot_for(Table& table, std::uint64_t hash, std::string_view key, KeyOf key_of) noexcept;
  void link(std::uint32_t place, std::uint64_t id_hash, std::uint64_t email_hash) noexcept;
  template <typename KeyOf>
  const Row* find(const Table& table, std::string_view key, KeyOf key_of) const noexcept;
  [[nodiscard]] const Row* find_email(NullableText email) const;
  void given(const Row* contact, Resolution& answer) const noexcept;
  static void owner(const Row* contact, Resolution& answer) noexcept;

  TextHeader text_header_;
  std::uint64_t seed_;
  std::vector<Piece> pieces_;
  std::size_t rows_ = 0;
  std::vector<Digest> too_long_; // the pairs with an e-mail that is none
  Slot place_mask_ = 0;
  Table by_id_;
  Table by_email_;
};

} // namespace lifecycle
