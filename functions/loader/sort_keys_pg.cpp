#include "functions/loader/sort_keys_pg.hpp"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_index.h"
}

namespace lifecycle::loader {

SortSupport sort_keys_of(Relation index, bool abbreviated) {
  const int count = IndexRelationGetNumberOfKeyAttributes(index);
  auto* const keys = static_cast<SortSupport>(palloc0(sizeof(SortSupportData) * static_cast<Size>(count)));
  for (int i = 0; i < count; ++i) {
    const int16 option = index->rd_indoption[i];
    keys[i].ssup_cxt = CurrentMemoryContext;
    keys[i].ssup_collation = index->rd_indcollation[i];
    keys[i].ssup_nulls_first = (option & INDOPTION_NULLS_FIRST) != 0;
    keys[i].ssup_attno = static_cast<AttrNumber>(i + 1);
    keys[i].abbreviate = abbreviated && i == 0;
    const bool reverse = (option & INDOPTION_DESC) != 0;
#if PG_VERSION_NUM >= 180000
    PrepareSortSupportFromIndexRel(index, reverse, &keys[i]);
#else
    PrepareSortSupportFromIndexRel(index, reverse ? BTGreaterStrategyNumber : BTLessStrategyNumber, &keys[i]);
#endif
  }
  return keys;
}

} // namespace lifecycle::loader
