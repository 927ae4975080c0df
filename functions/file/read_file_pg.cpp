// _read_file(path) and _hash_file(path): files that _write_file() has written, read back line by line.
#include "functions/file/file_access_pg.hpp"
#include "functions/file/input_file.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

namespace lifecycle::file {
namespace {

// Closed when the memory context ends, whatever ends it.
struct InputHolder {
  MemoryContextCallback callback;
  InputFile* file;
};

void close_input(void* holder) {
  auto* const held = static_cast<InputHolder*>(holder);
  delete std::exchange(held->file, nullptr);
}

InputHolder* open_input(MemoryContext context, const char* path) {
  if (!is_absolute_path(path)) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_NAME), errmsg("the path of a file on the server must be absolute"),
                    errdetail("\"%s\" is relative, and the server's working directory is not yours.", path),
                    errhint("Begin the path with a slash.")));
  }
  auto* const holder = static_cast<InputHolder*>(MemoryContextAllocZero(context, sizeof(InputHolder)));
  holder->callback.func = close_input;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(context, &holder->callback);
  pg::guard([&] { holder->file = new InputFile(path); });
  return holder;
}

struct Line {
  const char* bytes; // null at the end of the file
  std::size_t size;
  std::uint64_t number;
};

void require_valid(const Line& line) {
  if (!pg_verify_mbstr(PG_UTF8, line.bytes, static_cast<int>(line.size), true)) {
    ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE), errmsg("the file is not valid UTF-8"),
                    errdetail("Line %llu has a byte sequence that is none.",
                              static_cast<unsigned long long>(line.number)))); // NOLINT(google-runtime-int)
  }
}

} // namespace
} // namespace lifecycle::file

LIFECYCLE_FUNCTION(lifecycle_read_file) {
  using namespace lifecycle::file;
  namespace pg = lifecycle::pg;
  if (SRF_IS_FIRSTCALL()) {
    require_file_reader();
    FuncCallContext* const first = SRF_FIRSTCALL_INIT();
    const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(0));
    first->user_fctx = open_input(first->multi_call_memory_ctx, path);
  }
  FuncCallContext* const call = SRF_PERCALL_SETUP();
  InputFile& file = *static_cast<InputHolder*>(call->user_fctx)->file;
  CHECK_FOR_INTERRUPTS();
  const Line line = pg::guard([&] {
    const std::optional<std::string_view> next = file.next_line();
    return next ? Line{next->data(), next->size(), file.line_number()} : Line{};
  });
  if (line.bytes == nullptr) {
    SRF_RETURN_DONE(call);
  }
  require_valid(line);
  SRF_RETURN_NEXT(call, PointerGetDatum(pg::make_text({line.bytes, line.size})));
}

LIFECYCLE_FUNCTION(lifecycle_hash_file) {
  using namespace lifecycle::file;
  namespace pg = lifecycle::pg;
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  require_file_reader();
  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle file", ALLOCSET_SMALL_SIZES);
  const InputHolder* const holder = open_input(context, text_to_cstring(PG_GETARG_TEXT_PP(0)));
  text* const hash = pg::guard([&] {
    holder->file->read_to_end();
    const std::string hash_text = holder->file->hash();
    return pg::call([&] { return pg::make_text(hash_text); });
  });
  Datum values[] = {Int64GetDatum(static_cast<int64>(holder->file->bytes())), PointerGetDatum(hash)};
  bool nulls[] = {false, false};
  MemoryContextDelete(context);
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
