// Which contacts the next rows will ask for. A function is called for one row at a time, and a look-up waits for memory
// twice, longer than all its work takes. But the arguments of a scan lie in a heap page, and so do those of the next
// rows: from where the present row's arguments lie in their tuple, those of the tuples after it are guessed, and the
// directory fetches what they will need while this row is worked on.
//
// A guess only: nothing depends on it but time. It reads nothing outside the page that holds the present row, which the
// scan keeps pinned; what it reads there may be anything, changing under its eyes even. Where it keeps guessing wrong
// (arguments that are computed, columns of varying length before them, scans in another order) it gives up.
#pragma once

#include "functions/contact/directory.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/off.h"
}

namespace lifecycle::pg {

class LookAhead {
 public:
  // The row that is about to be resolved: what was expected of its question, nullptr where it was not guessed.
  const ContactDirectory::Expected* at_row(const ContactDirectory& directory, NullableText id,
                                           NullableText email) noexcept;

 private:
  static constexpr int distance = 3; // how many rows ahead is guessed; the row of the contact is fetched one ahead
  static constexpr int slots = 4;    // for the present row's guess and those

  // Where the arguments lie in tuples of one shape (number of columns, which are null); 0 for null.
  struct Shape {
    std::uint64_t key;
    unsigned id_at;
    unsigned email_at;
  };
  struct Guess {
    OffsetNumber item = InvalidOffsetNumber;
    const char* id = nullptr;
    const char* email = nullptr;
    ContactDirectory::Expected expected{};
  };

  const ContactDirectory::Expected* look(const ContactDirectory& directory, const char* at, NullableText id,
                                         NullableText email) noexcept;
  void learn(const char* tuple, unsigned size, NullableText id, NullableText email) noexcept;
  [[nodiscard]] const Shape* shape_of(const char* tuple) const noexcept;
  void guess(const ContactDirectory& directory, OffsetNumber item, Guess& made) const noexcept;

  const char* page_ = nullptr;
  OffsetNumber item_ = InvalidOffsetNumber; // of the present row
  Guess guesses_[slots];                    // of an item, at its number modulo slots
  Shape shapes_[4] = {};
  unsigned learnt_ = 0;
  int trust_ = 0; // in the guesses: without it none is made
};

} // namespace lifecycle::pg
