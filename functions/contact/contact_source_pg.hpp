// Where the contacts are: the row of lifecycle.contact_source or, without one, lifecycle.contacts; and how to read
// them. Server code throughout: everything here may ereport and holds plain data only.
#pragma once

#include "functions/contact/directory.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/attnum.h"
#include "utils/rel.h"
#include "utils/snapshot.h"
}

namespace lifecycle::pg {

struct ContactSource {
  Oid settings; // lifecycle.contact_source itself
  Oid relation;
  NameData id_column;
  NameData email_column;
};

// How a column's values become text without a query: only types whose text no setting changes.
enum class TextForm : char { as_it_is, without_padding, uuid, int2, int4, int8, output_function, by_query };

struct ContactColumn {
  AttrNumber number;
  TextForm form;
  Oid output_function;
};

// How the relation is read for the current user.
struct ContactReader {
  ContactColumn id;
  ContactColumn email;
  // By a scan under the active snapshot: then what is read depends on nothing but the snapshot. Otherwise by a query:
  // views, foreign, partitioned and inherited tables, row-level security, types whose text depends on settings.
  bool direct;
};

ContactSource find_contact_source(Snapshot snapshot);

// Opens the relation under AccessShareLock, which stays until the end of the transaction as for any query.
Relation open_contacts(const ContactSource& source);

// Raises where a column is missing or, for a direct read, the current user may not select it.
ContactReader plan_contact_read(const ContactSource& source, Relation relation);

// Adds every row that the active snapshot sees.
void read_contacts(const ContactSource& source, const ContactReader& reader, Relation relation, Snapshot snapshot,
                   ContactDirectory* into);

} // namespace lifecycle::pg
