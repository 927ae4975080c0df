// A directory kept from one transaction of a procedure to the next. A run commits between its steps, and nothing tells
// whether somebody has changed the contacts meanwhile, but for the snapshots: where all that was committed between them
// are our own transactions, and none of these had a lock under which the contacts could be written, the directory is
// right for the next one too. On a busy server that is seldom so, and the contacts are read again.
#pragma once

#include "functions/contact/shared_contacts_pg.hpp"

namespace lifecycle::pg {

// Before a commit inside a CALL: keeps `newest`, if it can serve the next transaction, until the CALL ends.
void keep_for_call(SharedContacts* newest);

// After that commit; all but the directory that is kept are of no more use.
bool keep_past_commit(SharedContacts* contacts);

// Makes a kept directory one of this transaction, if it is right for the snapshot.
bool adopt(SharedContacts* contacts, Snapshot snapshot);

// Before another is built: what could not be adopted is let go.
void let_go();

} // namespace lifecycle::pg
