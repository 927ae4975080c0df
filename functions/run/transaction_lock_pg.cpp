// Locks to the end of the transaction that only those can take who have a use for them, so that nobody else can keep
// them waiting. In pg_locks they are advisory locks of kinds of their own, which pg_advisory_lock() cannot take:
// classid is the relation they are about (of the installation 0), objid the hash of what they are called there.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
}

namespace lifecycle {
namespace {

// Beside the server's own kinds 1 and 2, and run locks, which are 3.
enum Kind : uint16 { of_writers = 4, of_owners = 5 };

void take(Oid relation, uint32 key, Kind kind) {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, relation, key, kind);
  LockAcquire(&tag, ExclusiveLock, false, false);
  AcceptInvalidationMessages(); // what whoever had it before has done to the catalog is to be seen
}

bool is_owner(Oid relation) {
#if PG_VERSION_NUM >= 160000
  return object_ownercheck(RelationRelationId, relation, GetUserId());
#else
  return pg_class_ownercheck(relation, GetUserId());
#endif
}

void require_owner(Oid relation) {
  if (!is_owner(relation)) {
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relation));
  }
}

void require_writer(Oid relation) {
  if (const AclResult result = pg_class_aclcheck(relation, GetUserId(), ACL_INSERT); result != ACLCHECK_OK) {
    aclcheck_error(result, OBJECT_TABLE, get_rel_name(relation));
  }
}

// Before the tables are there, whoever may create them.
void require_installer() {
  const Oid schema = get_namespace_oid("lifecycle", false);
  if (const Oid version = get_relname_relid("schema_version", schema); OidIsValid(version)) {
    require_owner(version);
    return;
  }
#if PG_VERSION_NUM >= 160000
  const AclResult result = object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_CREATE);
#else
  const AclResult result = pg_namespace_aclcheck(schema, GetUserId(), ACL_CREATE);
#endif
  if (result != ACLCHECK_OK) {
    aclcheck_error(result, OBJECT_SCHEMA, "lifecycle");
  }
}

} // namespace
} // namespace lifecycle

LIFECYCLE_FUNCTION(lifecycle_lock_installation) {
  lifecycle::require_installer();
  lifecycle::take(InvalidOid, 0, lifecycle::of_owners);
  PG_RETURN_VOID();
}

LIFECYCLE_FUNCTION(lifecycle_lock_partitions) {
  const Oid parent = PG_GETARG_OID(0);
  lifecycle::require_owner(parent);
  lifecycle::take(parent, 0, lifecycle::of_owners);
  PG_RETURN_VOID();
}

LIFECYCLE_FUNCTION(lifecycle_lock_writing) {
  const Oid relation = PG_GETARG_OID(0);
  lifecycle::require_writer(relation);
  const std::string_view name = lifecycle::pg::view(PG_GETARG_TEXT_PP(1));
  const auto* const bytes = reinterpret_cast<const unsigned char*>(name.data());
  lifecycle::take(relation, DatumGetUInt32(hash_any(bytes, static_cast<int>(name.size()))), lifecycle::of_writers);
  PG_RETURN_VOID();
}
