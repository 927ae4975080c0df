#include "functions/loader/run_query_pg.hpp"

extern "C" {
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::loader {

void run_query(const char* query, bool read_only, DestReceiver* receiver) {
  SPIPlanPtr const plan = SPI_prepare_cursor(query, 0, nullptr, CURSOR_OPT_PARALLEL_OK);
  if (plan == nullptr) {
    elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
  }
  if (!SPI_is_cursor_plan(plan)) {
    ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("the query must be one SELECT")));
  }
  SPIExecuteOptions options = {};
  options.must_return_tuples = true;
  options.read_only = read_only;
  options.dest = receiver;
  if (const int result = SPI_execute_plan_extended(plan, &options); result < 0) {
    elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(result));
  }
}

int64 run_writing(const char* statement) {
  SPIPlanPtr const plan = SPI_prepare(statement, 0, nullptr);
  if (plan == nullptr ||
      SPI_execute_snapshot(plan, nullptr, nullptr, GetActiveSnapshot(), InvalidSnapshot, false, true, 0) < 0) {
    elog(ERROR, "could not run a statement that writes: %s", SPI_result_code_string(SPI_result));
  }
  return static_cast<int64>(SPI_processed);
}

} // namespace lifecycle::loader
