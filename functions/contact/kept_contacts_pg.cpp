#include "functions/contact/kept_contacts_pg.hpp"

#include <algorithm>
#include <iterator>

extern "C" {
#include "access/xact.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/portal.h"
}

namespace lifecycle::pg {
namespace {

// A reference that the portal of the CALL holds.
struct Keeper {
  MemoryContextCallback callback;
  SharedContacts* contacts;
};
Keeper* keeper = nullptr;

// What this session has committed since the kept directory was right, subtransactions included.
TransactionId own_transactions[64];
int own_count = 0;

void drop(Keeper* which) {
  if (SharedContacts* const contacts = which->contacts; contacts != nullptr) {
    which->contacts = nullptr;
    contacts->stale = true;
    release(contacts);
  }
}

void portal_ends(void* argument) {
  auto* const ended = static_cast<Keeper*>(argument);
  if (keeper == ended) {
    keeper = nullptr;
  }
  drop(ended);
}

bool is_own(TransactionId id) {
  return std::find(own_transactions, own_transactions + own_count, id) != own_transactions + own_count;
}

// Returns false where there is no room for more.
bool note(TransactionId id) {
  if (own_count == static_cast<int>(std::size(own_transactions))) {
    return false;
  }
  own_transactions[own_count++] = id;
  return true;
}

bool note_transaction() {
  const TransactionId id = GetTopTransactionIdIfAny();
  if (!TransactionIdIsValid(id)) {
    return true;
  }
  TransactionId* children = nullptr;
  const int count = xactGetCommittedChildren(&children);
  bool noted = note(id);
  for (int i = 0; noted && i < count; ++i) {
    noted = note(children[i]);
  }
  return noted;
}

bool can_serve_later(const SharedContacts* contacts) {
  return !contacts->stale && !contacts->by_query && !contacts->own_writes &&
         contacts->directory.bytes() <= largest_idle_bytes && !may_have_written(contacts->source);
}

} // namespace

void keep_for_call(SharedContacts* newest) {
  const bool in_call = ActivePortal != nullptr && ActivePortal->strategy == PORTAL_MULTI_QUERY;
  SharedContacts* const kept = in_call && newest != nullptr && can_serve_later(newest) ? newest : nullptr;
  if (keeper != nullptr && keeper->contacts != kept) {
    drop(keeper);
  }
  if (kept == nullptr || (keeper != nullptr && keeper->contacts == kept)) {
    return;
  }
  if (keeper == nullptr) {
    auto* const created = static_cast<Keeper*>(MemoryContextAllocZero(ActivePortal->portalContext, sizeof(Keeper)));
    created->callback.func = portal_ends;
    created->callback.arg = created;
    MemoryContextRegisterResetCallback(ActivePortal->portalContext, &created->callback);
    keeper = created;
  }
  keeper->contacts = kept;
  ++kept->references;
  own_count = 0;
}

bool keep_past_commit(SharedContacts* contacts) {
  if (keeper == nullptr || keeper->contacts != contacts || contacts->stale || !note_transaction()) {
    return false;
  }
  contacts->earlier = true;
  contacts->built_in = InvalidSubTransactionId;
  return true;
}

bool adopt(SharedContacts* contacts, Snapshot snapshot) {
  if (may_have_written(contacts->source) || !contacts->key.matches_but_for(snapshot, is_own)) {
    return false;
  }
  guard([&] { contacts->key = SnapshotKey(snapshot); });
  contacts->earlier = false;
  own_count = 0;
  return true;
}

void let_go() {
  if (keeper != nullptr && keeper->contacts != nullptr && keeper->contacts->earlier) {
    drop(keeper);
  }
}

} // namespace lifecycle::pg
