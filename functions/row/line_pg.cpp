#include "functions/row/line_pg.hpp"

#include <string>

#include "functions/pg/text.hpp"

extern "C" {
#include "utils/memutils.h"
}

namespace lifecycle::row {
namespace {

Datum make_line(RowPlan* plan, Style style) {
  return PointerGetDatum(pg::guard([&] {
    RowWriter writer(style);
    const std::string_view line = writer.write(*plan);
    if (line.size() > MaxAllocSize - VARHDRSZ) {
      throw Error(sqlstate::program_limit_exceeded, "row is too large for one line",
                  "Its text takes " + std::to_string(line.size()) + " bytes, more than a text can have.",
                  "Leave out or split the largest column.");
    }
    return pg::call([&] { return pg::make_text(line); });
  }));
}

} // namespace

Datum record_line(FunctionCallInfo fcinfo, Style style) {
  auto* const known = static_cast<RowPlan*>(fcinfo->flinfo->fn_extra);
  RowPlan* const plan = plan_record(known, PG_GETARG_HEAPTUPLEHEADER(0), fcinfo->flinfo->fn_mcxt);
  fcinfo->flinfo->fn_extra = plan;
  return make_line(plan, style);
}

Datum columns_line(FunctionCallInfo fcinfo, Style style) { return make_line(plan_columns(fcinfo), style); }

} // namespace lifecycle::row
