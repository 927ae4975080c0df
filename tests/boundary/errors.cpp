// Everything that may be thrown, from either side, alone and nested.
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/boundary/boundary_test.hpp"

extern "C" {
#include "nodes/memnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 170000
#include "utils/memutils_internal.h"
#endif
}

using boundary_test::Counted;
using boundary_test::execute;
namespace pg = lifecycle::pg;

namespace {

[[noreturn]] void throw_kind(std::string_view kind) {
  const Counted counted;
  // Above every inline buffer, so that a skipped destructor shows as a leak.
  const std::string ballast(8192, 'x');
  if (kind == "error") {
    throw lifecycle::Error(lifecycle::sqlstate::invalid_text_representation, "a message", "A detail.", "A hint.");
  }
  if (kind == "bare error") {
    throw lifecycle::Error(lifecycle::sqlstate::data_corrupted, "only a message");
  }
  if (kind == "percent") {
    throw lifecycle::Error(lifecycle::sqlstate::io_error, "100%s %n", "%d", "%m");
  }
  if (kind == "long error") {
    std::string text;
    while (text.size() < 10000) {
      text += "é";
    }
    throw lifecycle::Error(lifecycle::sqlstate::invalid_parameter_value, text, "x" + text, text);
  }
  if (kind == "invalid UTF-8") {
    throw lifecycle::Error(lifecycle::sqlstate::character_not_in_repertoire, "bytes \xFF\xE2\x82 end", "\xC0", "\x80");
  }
  if (kind == "bad_alloc") {
    // Asks for what no machine has; through a volatile, so that no compiler sees it coming.
    const volatile std::size_t size = std::numeric_limits<std::ptrdiff_t>::max();
    const std::vector<char> never(size);
    throw std::logic_error("that was not expected to work");
  }
  if (kind == "length_error") {
    std::string text;
    const volatile std::size_t size = text.max_size() + 1;
    text.reserve(size);
    throw std::logic_error("that was not expected to work");
  }
  if (kind == "exception") {
    throw std::runtime_error("a standard exception");
  }
  if (kind == "int") {
    throw 42;
  }
  throw std::logic_error("unknown kind");
}

// guard -> call -> guard -> … -> throw, as when C++ runs SQL that runs C++.
void nest(int depth, std::string_view kind) {
  pg::guard([&] {
    const Counted counted;
    if (depth == 0) {
      throw_kind(kind);
    }
    pg::call([&] { nest(depth - 1, kind); });
  });
}

// A context from which nothing more can be had.
struct Exhausted {
  MemoryContext context;
  const MemoryContextMethods* methods;
  MemoryContextMethods failing;
};

// What a small context that was just deleted held is handed to the next one.
void overwrite_freed_memory() {
  MemoryContext const next = AllocSetContextCreate(CurrentMemoryContext, "boundary test", ALLOCSET_SMALL_SIZES);
  for (Size size = 16; size <= 8192; size += 16) {
    memset(MemoryContextAlloc(next, size), 'x', size);
  }
  MemoryContextDelete(next);
}

void check(bool holds, const char* what) {
  if (!holds) {
    throw std::logic_error(what);
  }
}

#if PG_VERSION_NUM >= 170000
void* no_memory(MemoryContext context, Size size, int flags) {
  return MemoryContextAllocationFailure(context, size, flags);
}
#else
void* no_memory(MemoryContext, Size) { return nullptr; }
#endif

} // namespace

LIFECYCLE_FUNCTION(boundary_throw) {
  const char* const kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const int result = pg::guard([&] {
    const Counted counted;
    throw_kind(kind);
    return 0;
  });
  PG_RETURN_INT32(result);
}

LIFECYCLE_FUNCTION(boundary_nest) {
  nest(PG_GETARG_INT32(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
  PG_RETURN_NULL();
}

// A callback into the server: its error comes back through C++ frames.
LIFECYCLE_FUNCTION(boundary_execute) {
  const char* const sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
  pg::guard([&] {
    const Counted outer;
    const std::string ballast(8192, 'x');
    const Counted inner;
    pg::call([&] { execute(sql); });
  });
  PG_RETURN_NULL();
}

// The same without SPI in between: nothing but the function itself adds to CONTEXT.
LIFECYCLE_FUNCTION(boundary_call_function) {
  const Oid function = PG_GETARG_OID(0);
  const Datum result = pg::guard([&] {
    const Counted counted;
    return pg::call([&] { return OidFunctionCall0(function); });
  });
  PG_RETURN_DATUM(result);
}

// Breaks the third law: returns as if nothing had happened.
LIFECYCLE_FUNCTION(boundary_swallow) {
  const char* const sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const int result = pg::guard([&] {
    const Counted counted;
    try {
      pg::call([&] { execute(sql); });
    } catch (...) {
      // Nothing: the guard has to notice.
    }
    return 1;
  });
  PG_RETURN_INT32(result);
}

// Says what failed in words of its own.
LIFECYCLE_FUNCTION(boundary_translate) {
  const char* const sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
  pg::guard([&] {
    try {
      pg::call([&] { execute(sql); });
    } catch (const pg::PgError& error) {
      throw lifecycle::Error(lifecycle::sqlstate::io_error, std::string("could not: ") + error.data->message);
    }
  });
  PG_RETURN_NULL();
}

// A C++ exception leaves the body of a call and is caught; the call after it must not jump into the frame of the first.
LIFECYCLE_FUNCTION(boundary_throw_in_call) {
  const char* const sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
  pg::guard([&] {
    const Counted counted;
    const auto* const exception_stack = PG_exception_stack;
    for (int i = 0; i < 3; ++i) {
      try {
        pg::call([] { throw_kind("exception"); });
      } catch (const std::runtime_error&) {
        continue;
      }
    }
    if (PG_exception_stack != exception_stack) {
      throw std::logic_error("a jump buffer was left behind");
    }
    pg::call([&] { execute(sql); });
  });
  PG_RETURN_NULL();
}

// The frames between call and guard delete the memory context that was current at the call.
LIFECYCLE_FUNCTION(boundary_delete_context) {
  const char* const sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
  MemoryContext const outer = CurrentMemoryContext;
  pg::guard([&] {
    MemoryContext const inner =
        pg::call([] { return AllocSetContextCreate(CurrentMemoryContext, "boundary test", ALLOCSET_SMALL_SIZES); });
    pg::call([&] { MemoryContextSwitchTo(inner); });
    try {
      pg::call([&] { execute(sql); });
    } catch (const pg::PgError&) {
      pg::call([&] {
        MemoryContextSwitchTo(outer);
        MemoryContextDelete(inner);
        overwrite_freed_memory();
      });
      throw;
    }
  });
  PG_RETURN_NULL();
}

// Guards inside a call, whether they end well, fail or are jumped over, leave the state of the guard around it alone.
LIFECYCLE_FUNCTION(boundary_keep_state) {
  MemoryContext const outer = CurrentMemoryContext;
  MemoryContext const other = AllocSetContextCreate(outer, "boundary test", ALLOCSET_SMALL_SIZES);
  const bool clean = pg::detail::state.context == nullptr && pg::detail::state.undelivered == nullptr;
  pg::guard([&] {
    const pg::detail::State& state = pg::detail::state;
    check(clean, "an earlier guard left its state behind");
    check(state.context == outer, "not this guard's context");
    pg::call([&] {
      MemoryContextSwitchTo(other);
      pg::guard([] {});
      MemoryContextSwitchTo(outer);
    });
    check(state.context == outer && state.undelivered == nullptr, "changed by a guard that ended well");
    try {
      pg::call([&] {
        MemoryContextSwitchTo(other);
        pg::guard([] { throw 42; });
      });
    } catch (const pg::PgError& error) {
      check(state.context == outer && state.undelivered == error.data, "changed by a guard that failed");
    }
    pg::call([&] { MemoryContextSwitchTo(other); });
    try {
      pg::call([&] {
        MemoryContextSwitchTo(outer);
        pg::guard([] { elog(ERROR, "past a guard, with nothing to destroy"); });
      });
    } catch (const pg::PgError& error) {
      check(state.context == outer && state.undelivered == error.data, "changed by a guard that was jumped over");
      check(CurrentMemoryContext == other, "the memory context is not the one of the call");
      throw;
    }
  });
  PG_RETURN_NULL();
}

// There is no memory left to keep the error in.
LIFECYCLE_FUNCTION(boundary_exhausted) {
  const char* const sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
  MemoryContext const outer = CurrentMemoryContext;
  auto* const exhausted = static_cast<Exhausted*>(palloc0(sizeof(Exhausted)));
  exhausted->context = AllocSetContextCreate(CurrentMemoryContext, "boundary test", ALLOCSET_SMALL_SIZES);
  exhausted->methods = exhausted->context->methods;
  exhausted->failing = *exhausted->methods;
  exhausted->failing.alloc = no_memory;
  exhausted->context->methods = &exhausted->failing;
  MemoryContextSwitchTo(exhausted->context);
  pg::guard([&] {
    const Counted counted;
    try {
      pg::call([&] {
        MemoryContextSwitchTo(outer);
        execute(sql);
      });
    } catch (...) {
      exhausted->context->methods = exhausted->methods;
      throw;
    }
  });
  PG_RETURN_NULL();
}

// How a call costs and behaves when nothing fails: the sum of 1 … n, each added in a call of its own.
LIFECYCLE_FUNCTION(boundary_sum) {
  const int64 limit = PG_GETARG_INT64(0);
  const int64 sum = pg::guard([&] {
    int64 total = 0;
    for (int64 i = 1; i <= limit; ++i) {
      total = pg::call([&] { return total + i; });
    }
    return total;
  });
  PG_RETURN_INT64(sum);
}
