#include "functions/contact/contact_cache_pg.hpp"

#include <climits>
#include <cstring>

#include "functions/contact/kept_contacts_pg.hpp"
#include "functions/contact/settings_hash_pg.hpp"
#include "functions/contact/shared_contacts_pg.hpp"
#include "functions/core/same_bytes.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/relation.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::pg {

namespace {

SharedContacts* newest = nullptr; // head of the list of all

// What a directory under construction belongs to; lives in the memory context of the construction.
struct Construction {
  MemoryContextCallback callback;
  SharedContacts* contacts;
};
Construction* under_construction = nullptr;
SubTransactionId constructed_in = InvalidSubTransactionId;

// A reference, in the memory context that bounds it.
struct Reference {
  MemoryContextCallback callback;
  SharedContacts* contacts;
};

// Of one function in one query, in fn_extra: the fast way to the directory while nothing has changed.
struct Attachment {
  Reference reference;
  Snapshot snapshot;
  TransactionId xmin;
  TransactionId xmax;
  CommandId curcid;
  uint32 xcnt;
  int32 subxcnt;
  Oid user;
};

std::uint32_t text_header(std::size_t size) {
  varattrib_4b value;
  SET_VARSIZE(&value, size + VARHDRSZ);
  std::uint32_t header = 0;
  std::memcpy(&header, &value, sizeof header);
  return header;
}

void free_contacts(SharedContacts* contacts) {
  for (SharedContacts** link = &newest; *link != nullptr; link = &(*link)->next) {
    if (*link == contacts) {
      *link = contacts->next;
      break;
    }
  }
  delete contacts;
}

// Frees what nobody references, but for `kept`.
void free_idle(const SharedContacts* kept) {
  for (SharedContacts* contacts = newest; contacts != nullptr;) {
    SharedContacts* const next = contacts->next;
    if (contacts->references == 0 && contacts != kept) {
      free_contacts(contacts);
    }
    contacts = next;
  }
}

} // namespace

void release(SharedContacts* contacts) {
  if (--contacts->references > 0) {
    return;
  }
  if (contacts->stale || contacts->directory.bytes() > largest_idle_bytes) {
    free_contacts(contacts);
  } else {
    free_idle(contacts);
  }
}

namespace {

void drop_reference(void* argument) { release(static_cast<Reference*>(argument)->contacts); }

void hold(Reference* reference, SharedContacts* contacts, MemoryContext context) {
  reference->callback.func = drop_reference;
  reference->callback.arg = reference;
  reference->contacts = contacts;
  ++contacts->references;
  MemoryContextRegisterResetCallback(context, &reference->callback);
}

void drop_construction(void* argument) {
  auto* construction = static_cast<Construction*>(argument);
  if (under_construction == construction) {
    under_construction = nullptr;
  }
  delete construction->contacts;
}

void at_transaction_end(XactEvent event, void*) {
  switch (event) {
    case XACT_EVENT_PRE_COMMIT:
      keep_for_call(newest);
      break;
    case XACT_EVENT_COMMIT:
    case XACT_EVENT_PARALLEL_COMMIT:
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PARALLEL_ABORT:
    case XACT_EVENT_PREPARE:
      for (SharedContacts* contacts = newest; contacts != nullptr; contacts = contacts->next) {
        contacts->stale = event != XACT_EVENT_COMMIT || !keep_past_commit(contacts);
      }
      free_idle(nullptr);
      under_construction = nullptr;
      break;
    default:
      break;
  }
}

// A directory holds rows written by the subtransaction that now rolls back only if it was built inside it: an older
// snapshot does not see them. Subtransactions inside that one have higher numbers.
void at_subtransaction_end(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId, void*) {
  if (event != SUBXACT_EVENT_ABORT_SUB) {
    return;
  }
  if (under_construction != nullptr && constructed_in >= subtransaction) {
    under_construction = nullptr;
  }
  if (!TransactionIdIsValid(GetCurrentTransactionIdIfAny())) {
    return; // it wrote nothing
  }
  for (SharedContacts* contacts = newest; contacts != nullptr;) {
    SharedContacts* const next = contacts->next;
    if (contacts->built_in >= subtransaction) {
      contacts->stale = true;
      if (contacts->references == 0) {
        free_contacts(contacts);
      }
    }
    contacts = next;
  }
}

void watch_transactions() {
  static bool watching = false;
  if (!watching) {
    RegisterXactCallback(at_transaction_end, nullptr);
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
    watching = true;
  }
}

// Writing a table takes at least this lock and keeps it, like the rows written, until the (sub)transaction ends.
bool may_have_written(Oid relation) {
  LOCKTAG tag;
  SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
#if PG_VERSION_NUM >= 170000
  return LockHeldByMe(&tag, RowExclusiveLock, true);
#else
  for (LOCKMODE mode = RowExclusiveLock; mode <= AccessExclusiveLock; ++mode) {
    if (LockHeldByMe(&tag, mode)) {
      return true;
    }
  }
  return false;
#endif
}

} // namespace

// In a parallel worker the leader's locks are not to be seen.
bool may_have_written(const ContactSource& source) {
  return IsParallelWorker() || may_have_written(source.relation) || may_have_written(source.settings);
}

namespace {

// The command counter matters only for what this transaction itself has written.
bool is_for(SharedContacts* contacts, Snapshot snapshot) {
  if (contacts->earlier) {
    return !contacts->stale && adopt(contacts, snapshot);
  }
  if (contacts->stale || !contacts->key.matches(snapshot)) {
    return false;
  }
  if (contacts->by_query) {
    return contacts->key.command() == snapshot->curcid && contacts->user == GetUserId() &&
           contacts->statement == GetCurrentStatementStartTimestamp() && contacts->settings == settings_hash();
  }
  return contacts->key.command() == snapshot->curcid || (!contacts->own_writes && !may_have_written(contacts->source));
}

// Privileges and policies are those of the user who asks, and may have changed since; for a query, it checked them.
bool may_use(const SharedContacts* contacts) {
  if (contacts->by_query) {
    return true;
  }
  Relation relation = open_contacts(contacts->source);
  const bool direct = plan_contact_read(contacts->source, relation).direct;
  relation_close(relation, NoLock);
  return direct;
}

// Whether this is the memory context of a query being executed, as against the long-lived ones in which PL/pgSQL
// evaluates expressions by itself: of a transaction, or of a DO block. In a parallel worker the query's parent is the
// transaction's.
bool is_of_query(MemoryContext context) {
  if (std::strcmp(context->name, "ExecutorState") != 0) {
    return false;
  }
  MemoryContext parent = MemoryContextGetParent(context);
  return IsParallelWorker() ||
         (parent != nullptr && parent != TopTransactionContext && std::strcmp(parent->name, "SPI Proc") != 0);
}

SharedContacts* build(Snapshot snapshot) {
  if (under_construction != nullptr) {
    ereport(
        ERROR,
        (errcode(ERRCODE_INVALID_OBJECT_DEFINITION), errmsg("the contacts relation resolves contacts itself"),
         errdetail("Reading it would need the contacts it is being read for."),
         errhint("SELECT lifecycle.use_contacts(relation, id_column, email_column) with a relation that does not call "
                 "lifecycle.resolve_contact() or its companions.")));
  }
  MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "contacts under construction", ALLOCSET_SMALL_SIZES);
  auto* construction = static_cast<Construction*>(MemoryContextAllocZero(work, sizeof(Construction)));
  construction->callback.func = drop_construction;
  construction->callback.arg = construction;
  MemoryContextRegisterResetCallback(work, &construction->callback);
  MemoryContext around = MemoryContextSwitchTo(work);
  under_construction = construction;
  constructed_in = GetCurrentSubTransactionId();

  std::uint64_t seed = 0;
  if (!pg_strong_random(&seed, sizeof seed)) {
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
  }
  construction->contacts = guard([&] { return new SharedContacts(SnapshotKey(snapshot), seed, text_header); });
  SharedContacts* contacts = construction->contacts;
  contacts->source = find_contact_source(snapshot);
  contacts->own_writes = may_have_written(contacts->source);
  contacts->built_in = constructed_in;
  Relation relation = open_contacts(contacts->source);
  const ContactReader reader = plan_contact_read(contacts->source, relation);
  if (!reader.direct) {
    contacts->by_query = true;
    contacts->user = GetUserId();
    contacts->statement = GetCurrentStatementStartTimestamp();
    contacts->settings = settings_hash();
  }
  read_contacts(contacts->source, reader, relation, snapshot, &contacts->directory);
  relation_close(relation, NoLock);

  construction->contacts = nullptr;
  contacts->next = newest;
  newest = contacts;
  MemoryContextSwitchTo(around);
  MemoryContextDelete(work);
  return contacts;
}

SharedContacts* find_or_build(Snapshot snapshot) {
  for (SharedContacts* contacts = newest; contacts != nullptr; contacts = contacts->next) {
    if (is_for(contacts, snapshot) && may_use(contacts)) {
      return contacts;
    }
  }
  let_go();
  return build(snapshot);
}

bool still_holds(const Attachment* attachment, Snapshot snapshot) {
  return attachment->snapshot == snapshot && attachment->xmin == snapshot->xmin && attachment->xmax == snapshot->xmax &&
         attachment->curcid == snapshot->curcid && attachment->xcnt == snapshot->xcnt &&
         attachment->subxcnt == snapshot->subxcnt && attachment->user == GetUserId() &&
         !attachment->reference.contacts->stale && !attachment->reference.contacts->earlier;
}

[[gnu::noinline]] SharedContacts* contacts_the_long_way(FmgrInfo* function, Snapshot snapshot) {
  if (snapshot == nullptr || snapshot->snapshot_type != SNAPSHOT_MVCC) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("contacts can be resolved only inside a statement"),
                    errdetail("There is no active snapshot that says which contacts are visible.")));
  }
  watch_transactions();
  MemoryContext query = function != nullptr && is_of_query(function->fn_mcxt) ? function->fn_mcxt : nullptr;
  SharedContacts* contacts = find_or_build(snapshot);
  // The executor registers a query's snapshot for as long as its memory context lives, so its address stays its own.
  if (query != nullptr && snapshot->regd_count > 0 && function->fn_extra == nullptr) {
    auto* attachment = static_cast<Attachment*>(MemoryContextAllocZero(query, sizeof(Attachment)));
    attachment->snapshot = snapshot;
    attachment->xmin = snapshot->xmin;
    attachment->xmax = snapshot->xmax;
    attachment->curcid = snapshot->curcid;
    attachment->xcnt = snapshot->xcnt;
    attachment->subxcnt = snapshot->subxcnt;
    attachment->user = GetUserId();
    hold(&attachment->reference, contacts, query);
    function->fn_extra = attachment;
  } else {
    hold(static_cast<Reference*>(palloc0(sizeof(Reference))), contacts, CurrentMemoryContext);
  }
  return contacts;
}

bool same(int size, const char* remembered, NullableText asked) {
  return asked.data() == nullptr
             ? size == -1
             : size == static_cast<int>(asked.size()) && same_bytes(remembered, asked.data(), asked.size());
}

} // namespace

SharedContacts* contacts_for_call(FunctionCallInfo fcinfo) {
  Snapshot snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : nullptr;
  FmgrInfo* function = fcinfo->flinfo;
  if (likely(function != nullptr && function->fn_extra != nullptr && snapshot != nullptr)) {
    auto* attachment = static_cast<Attachment*>(function->fn_extra);
    if (likely(still_holds(attachment, snapshot))) {
      return attachment->reference.contacts;
    }
  }
  return contacts_the_long_way(function, snapshot);
}

const ContactDirectory& directory_of(const SharedContacts* contacts) { return contacts->directory; }

const ContactDirectory::Resolution& resolve_in(SharedContacts* contacts, NullableText id, NullableText email) {
  if (same(contacts->id_size, contacts->question, id) &&
      same(contacts->email_size, contacts->question + Max(contacts->id_size, 0), email)) {
    return contacts->answer;
  }
  contacts->id_size = -2; // nothing is remembered while it is being looked up
  const ContactDirectory::Expected* const expected = contacts->look_ahead.at_row(contacts->directory, id, email);
  if (expected == nullptr || !contacts->directory.resolve_expected(id, email, *expected, contacts->answer)) {
    guard([&] { contacts->answer = contacts->directory.resolve(id, email); });
  }
  if (id.size() + email.size() <= sizeof contacts->question) {
    copy_bytes(contacts->question, id);
    copy_bytes(contacts->question + id.size(), email);
    contacts->id_size = id.data() == nullptr ? -1 : static_cast<int>(id.size());
    contacts->email_size = email.data() == nullptr ? -1 : static_cast<int>(email.size());
  }
  return contacts->answer;
}

} // namespace lifecycle::pg
