// What event triggers written in SQL cannot see of a command: what it is about to do, before it has begun, and which
// table an ALTER TABLE has attached as a partition.
#include "functions/pg/function.hpp"

extern "C" {
#include "access/genam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace {

const Node* command_of(FunctionCallInfo fcinfo) {
  if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("a function for event triggers was called by something else")));
  }
  return reinterpret_cast<EventTriggerData*>(fcinfo->context)->parsetree;
}

// The columns of an index that is to be built; null for an expression.
ArrayType* columns_of(const List* elements) {
  const int count = list_length(elements);
  auto* const names = static_cast<Datum*>(palloc0(sizeof(Datum) * static_cast<Size>(count)));
  auto* const nulls = static_cast<bool*>(palloc0(sizeof(bool) * static_cast<Size>(count)));
  int number = 0;
  ListCell* cell = nullptr;
  foreach (cell, elements) {
    const auto* const element = static_cast<const IndexElem*>(lfirst(cell));
    nulls[number] = element->name == nullptr;
    if (!nulls[number]) {
      names[number] = CStringGetTextDatum(element->name);
    }
    number++;
  }
  int dimension = count;
  int lower = 1;
  return construct_md_array(names, nulls, 1, &dimension, &lower, TEXTOID, -1, false, TYPALIGN_INT);
}

// Whoever may not use the schema has nothing in a warehouse that this could be about.
void ask(const char* query, Oid relation, ArrayType* columns) {
  SPI_connect();
  if (SPI_execute(
          "SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'lifecycle'::pg_catalog.name "
          "AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'::pg_catalog.text)",
          false, 1) == SPI_OK_SELECT &&
      SPI_processed == 1) {
    Oid types[2] = {OIDOID, TEXTARRAYOID};
    Datum values[2] = {ObjectIdGetDatum(relation), PointerGetDatum(columns)};
    const char nulls[3] = {' ', columns == nullptr ? 'n' : ' ', '\0'};
    SPI_execute_with_args(query, 2, types, values, nulls, false, 0);
  }
  SPI_finish();
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_keep_contracts_early) {
  const Node* const command = command_of(fcinfo);
  const char* const query = "SELECT lifecycle._refuse_early($1, $2)";
  if (IsA(command, IndexStmt)) {
    const auto* const index = reinterpret_cast<const IndexStmt*>(command);
    if (!index->concurrent || !index->unique || index->relation == nullptr) {
      PG_RETURN_NULL();
    }
    Oid const relation = RangeVarGetRelid(index->relation, NoLock, true);
    if (!OidIsValid(relation)) {
      PG_RETURN_NULL(); // the command itself says so
    }
    ask(query, relation, columns_of(index->indexParams));
  } else if (IsA(command, DropStmt)) {
    const auto* const drop = reinterpret_cast<const DropStmt*>(command);
    if (!drop->concurrent || drop->removeType != OBJECT_INDEX) {
      PG_RETURN_NULL();
    }
    ListCell* cell = nullptr;
    foreach (cell, drop->objects) {
      Oid const index = RangeVarGetRelid(makeRangeVarFromNameList(static_cast<List*>(lfirst(cell))), NoLock, true);
      if (OidIsValid(index)) {
        ask(query, index, nullptr);
      }
    }
  }
  PG_RETURN_NULL();
}

LIFECYCLE_FUNCTION(lifecycle_adopt_attached) {
  const Node* const command = command_of(fcinfo);
  if (!IsA(command, AlterTableStmt)) {
    PG_RETURN_NULL();
  }
  ListCell* cell = nullptr;
  foreach (cell, reinterpret_cast<const AlterTableStmt*>(command)->cmds) {
    const auto* const part = static_cast<const AlterTableCmd*>(lfirst(cell));
    if (part->subtype == AT_AttachPartition) {
      // What the server has collected of the command does not name it.
      Oid const partition = RangeVarGetRelid(reinterpret_cast<const PartitionCmd*>(part->def)->name, NoLock, true);
      if (OidIsValid(partition)) {
        ask("SELECT lifecycle._adopt_partition($1)", partition, nullptr);
      }
    }
  }
  PG_RETURN_NULL();
}
