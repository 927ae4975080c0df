// A directory of contacts with what is known of the snapshot it is right for; see contact_cache_pg.hpp.
#pragma once

#include "functions/contact/contact_cache_pg.hpp"
#include "functions/contact/contact_source_pg.hpp"
#include "functions/contact/look_ahead_pg.hpp"
#include "functions/contact/snapshot_key_pg.hpp"

namespace lifecycle::pg {

// Without references one directory stays for the next statement, unless it is larger than this.
inline constexpr std::size_t largest_idle_bytes = 256UL * 1024 * 1024;

struct SharedContacts {
  SharedContacts(const SnapshotKey& snapshot_key, std::uint64_t seed, ContactDirectory::TextHeader header)
      : directory(header, seed), key(snapshot_key) {}

  ContactDirectory directory;
  SnapshotKey key;
  ContactSource source{};
  bool by_query = false; // then also these must agree:
  Oid user = InvalidOid;
  TimestampTz statement = 0;
  std::uint64_t settings = 0;
  bool own_writes = false; // this transaction may have written the contacts or their source
  bool earlier = false;    // kept from an earlier transaction, and not asked for in this one yet
  bool stale = false;      // found by nobody any more, freed with its last reference
  SubTransactionId built_in = InvalidSubTransactionId;
  unsigned references = 0;
  SharedContacts* next = nullptr;

  // The last question and its answer. Sizes: -1 null, -2 nothing remembered.
  int id_size = -2;
  int email_size = -2;
  char question[512];
  ContactDirectory::Resolution answer{};

  LookAhead look_ahead;
};

// Gives one reference back.
void release(SharedContacts* contacts);

// Whether this transaction may have written the contacts or their source.
bool may_have_written(const ContactSource& source);

} // namespace lifecycle::pg
