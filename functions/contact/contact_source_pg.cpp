#include "functions/contact/contact_source_pg.hpp"

#include "functions/pg/elsewhere.hpp"

extern "C" {
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
}

namespace lifecycle::pg {
namespace {

const char* qualified_name(Relation relation) {
  return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                    RelationGetRelationName(relation));
}

[[noreturn]] void raise_not_installed(const char* table) {
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the tables of lifecycle_ledger are not installed"),
                  errdetail("Table lifecycle.%s does not exist.", table), errhint("CALL lifecycle.install();")));
  pg_unreachable();
}

Oid installed_table(const char* table) {
  const Oid schema = get_namespace_oid("lifecycle", true);
  const Oid result = OidIsValid(schema) ? get_relname_relid(table, schema) : InvalidOid;
  if (!OidIsValid(result)) {
    raise_not_installed(table);
  }
  return result;
}

bool fetch_attribute(TupleTableSlot* slot, Oid relation, const char* column, Datum* value) {
  const AttrNumber number = get_attnum(relation, column);
  if (number == InvalidAttrNumber) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("column \"%s\" of lifecycle.contact_source does not exist", column),
                    errhint("CALL lifecycle.install();")));
  }
  bool is_null = false;
  *value = slot_getattr(slot, number, &is_null);
  return !is_null;
}

TextForm text_form(Oid type) {
  switch (type) {
    case TEXTOID:
    case VARCHAROID:
      return TextForm::as_it_is;
    case BPCHAROID:
      return TextForm::without_padding;
    case UUIDOID:
      return TextForm::uuid;
    case INT2OID:
      return TextForm::int2;
    case INT4OID:
      return TextForm::int4;
    case INT8OID:
      return TextForm::int8;
    case NUMERICOID:
    case OIDOID:
    case NAMEOID:
      return TextForm::output_function;
    default:
      return IsBinaryCoercible(type, TEXTOID) ? TextForm::as_it_is : TextForm::by_query;
  }
}

ContactColumn describe_column(Relation relation, const NameData& name) {
  const AttrNumber number = get_attnum(RelationGetRelid(relation), NameStr(name));
  if (number <= 0) {
    ereport(
        ERROR,
        (errcode(ERRCODE_UNDEFINED_COLUMN),
         errmsg("contacts relation %s has no column \"%s\"", qualified_name(relation), NameStr(name)),
         errdetail("lifecycle.contact_source names it as a column of the contacts."),
         errhint(
             "SELECT lifecycle.use_contacts(relation, id_column, email_column) with the columns as they are now.")));
  }
  Form_pg_attribute const attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
  const Oid type = getBaseType(attribute->atttypid);
  ContactColumn column = {number, text_form(type), InvalidOid};
  if (attribute->attgenerated == 'v') { // computed when read, from version 18 on: not in the heap
    column.form = TextForm::by_query;
  }
  if (column.form == TextForm::output_function) {
    bool is_varlena = false;
    getTypeOutputInfo(type, &column.output_function, &is_varlena);
  }
  return column;
}

void check_column_privileges(Relation relation, const ContactSource& source, const ContactReader& reader) {
  const Oid relid = RelationGetRelid(relation);
  const Oid user = GetUserId();
  if (pg_class_aclcheck(relid, user, ACL_SELECT) == ACLCHECK_OK ||
      (pg_attribute_aclcheck(relid, reader.id.number, user, ACL_SELECT) == ACLCHECK_OK &&
       pg_attribute_aclcheck(relid, reader.email.number, user, ACL_SELECT) == ACLCHECK_OK)) {
    return;
  }
  ereport(ERROR,
          (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
           errmsg("permission denied for contacts relation %s", qualified_name(relation)),
           errdetail(
               "Contacts are resolved with the privileges of role \"%s\", who may not read columns \"%s\" and \"%s\".",
               GetUserNameFromId(user, false), NameStr(source.id_column), NameStr(source.email_column)),
           errhint("GRANT SELECT (%s, %s) ON %s TO %s;", quote_identifier(NameStr(source.id_column)),
                   quote_identifier(NameStr(source.email_column)), qualified_name(relation),
                   quote_identifier(GetUserNameFromId(user, false)))));
}

} // namespace

ContactSource find_contact_source(Snapshot snapshot) {
  ContactSource source = {};
  source.settings = installed_table("contact_source");
  require_here(source.settings);
  Relation settings = table_open(source.settings, AccessShareLock);
  TupleTableSlot* slot = table_slot_create(settings, nullptr);
  TableScanDesc scan = table_beginscan(settings, snapshot, 0, nullptr);
  if (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    Datum relation = 0;
    Datum id_column = 0;
    Datum email_column = 0;
    if (!fetch_attribute(slot, source.settings, "relation", &relation) ||
        !fetch_attribute(slot, source.settings, "id_column", &id_column) ||
        !fetch_attribute(slot, source.settings, "email_column", &email_column)) {
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("lifecycle.contact_source has a null"),
                      errhint("SELECT lifecycle.use_contacts(relation, id_column, email_column);")));
    }
    source.relation = DatumGetObjectId(relation);
    source.id_column = *DatumGetName(id_column);
    source.email_column = *DatumGetName(email_column);
  } else {
    source.relation = installed_table("contacts");
    namestrcpy(&source.id_column, "contact_id");
    namestrcpy(&source.email_column, "email");
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  table_close(settings, NoLock);
  return source;
}

Relation open_contacts(const ContactSource& source) {
  Relation relation = try_relation_open(source.relation, AccessShareLock);
  if (relation == nullptr) {
    ereport(
        ERROR,
        (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the contacts relation does not exist any more"),
         errdetail("lifecycle.contact_source points at the relation with OID %u.", source.relation),
         errhint(
             "SELECT lifecycle.use_contacts(relation, id_column, email_column) with the one to use, or delete the row "
             "of lifecycle.contact_source to use lifecycle.contacts.")));
  }
  switch (relation->rd_rel->relkind) {
    case RELKIND_RELATION:
    case RELKIND_MATVIEW:
    case RELKIND_VIEW:
    case RELKIND_FOREIGN_TABLE:
    case RELKIND_PARTITIONED_TABLE:
      return relation;
    default:
      ereport(ERROR,
              (errcode(ERRCODE_WRONG_OBJECT_TYPE),
               errmsg("contacts relation %s is neither a table nor a view", qualified_name(relation)),
               errhint("SELECT lifecycle.use_contacts(relation, id_column, email_column) with a table or a view.")));
  }
  pg_unreachable();
}

ContactReader plan_contact_read(const ContactSource& source, Relation relation) {
  ContactReader reader = {describe_column(relation, source.id_column), describe_column(relation, source.email_column),
                          true};
  const char kind = relation->rd_rel->relkind;
  reader.direct =
      (kind == RELKIND_MATVIEW || (kind == RELKIND_RELATION && !has_subclass(RelationGetRelid(relation)))) &&
      reader.id.form != TextForm::by_query && reader.email.form != TextForm::by_query &&
      check_enable_rls(RelationGetRelid(relation), InvalidOid, true) != RLS_ENABLED &&
      !lies_elsewhere(RelationGetRelid(relation));
  if (reader.direct) {
    check_column_privileges(relation, source, reader);
  }
  return reader;
}

} // namespace lifecycle::pg
