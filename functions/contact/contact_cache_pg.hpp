// The contacts as a statement's snapshot sees them: one directory per snapshot, shared by everything that asks under
// it.
//
// A directory is right for a snapshot because of what it was built from, not because of when: it is found again only by
// a snapshot with the same content (transactions running, command counter) in the same transaction. It is dropped from
// sharing when the transaction ends (but see kept_contacts_pg.hpp), and when a subtransaction rolls back in which it
// was built.
//
// Lifetime is by reference. A call inside a query holds its directory until the query's memory context goes; any other
// call (PL/pgSQL evaluates expressions outside queries, in a context as long as the transaction) until the memory
// context goes in which its result would lie. So texts may be returned where they lie in the directory, and a cursor, a
// nested function or an interleaved query under another snapshot cannot take it away. Without references only the
// newest directory is kept, for the next statement of the transaction.
//
// What a view, a foreign table or a policy of row-level security returns depends on more than the snapshot: those
// directories are found again only in the same statement of the client, by the same user, with every setting as it was.
#pragma once

#include "functions/contact/directory.hpp"
#include "functions/pg/boundary.hpp"

namespace lifecycle::pg {

struct SharedContacts; // a directory with what is known of its snapshot

// The contacts for the active snapshot, read where they are not there yet. `fcinfo` tells how long they are held.
SharedContacts* contacts_for_call(FunctionCallInfo fcinfo);

const ContactDirectory& directory_of(const SharedContacts* contacts);

// Resolves, remembering the last question: several functions asked the same for one row cost one look-up.
const ContactDirectory::Resolution& resolve_in(SharedContacts* contacts, NullableText id, NullableText email);

} // namespace lifecycle::pg
