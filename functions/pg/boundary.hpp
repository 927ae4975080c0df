// The boundary between C++ exceptions and PostgreSQL errors. Two doors, nothing else crosses:
//
//   pg::guard(body)  PostgreSQL -> C++. Runs C++ that may throw. Whatever it throws is copied to plain data while the
//                    exception is alive and raised as an ereport after every destructor has run and the exception is
//                    gone. Everything `extern "C"` that the server calls enters C++ through it.
//   pg::call(body)   C++ -> PostgreSQL. Runs server code that may ereport from inside a guard. The longjmp stops here and
//                    goes on as a C++ exception (PgError) that keeps the whole ErrorData; guard re-raises it unchanged.
//
// Laws:
//   1. A frame that holds an object with a destructor calls the server only through pg::call.
//   2. The body of pg::call holds plain data only.
//   3. A PgError is never swallowed: no subtransaction was opened, so the transaction is doomed.
//   4. Outside guard, server-facing code is written as C: plain data on the stack.
//
// The common shape of a function needs only guard: fetch and detoast (plain data) -> guard { compute in the pure core }
// -> build datums (plain data).
#pragma once

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
}

#include <csetjmp>
#include <exception>
#include <type_traits>
#include <utility>

#include "functions/core/error.hpp"

namespace lifecycle::pg {

// A PostgreSQL error on its way through C++ frames. The ErrorData lives in the memory context that was current at
// pg::call.
struct PgError {
  ErrorData* data;
};

namespace detail {

// What a caught exception leaves behind: plain data, so that ereport may longjmp past it.
struct Failure {
  ErrorData* pg_error; // set: re-raise this and ignore the rest
  int sqlerrcode;
  char message[1024];
  char detail[2048];
  char hint[1024];
};

// Called inside a catch block; never throws and never touches the server.
void describe_current_exception(Failure& failure) noexcept;

[[noreturn]] void raise(const Failure& failure);

} // namespace detail

template <typename Body>
auto guard(Body&& body) -> std::invoke_result_t<Body> {
  using Result = std::invoke_result_t<Body>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>,
                "what leaves a guard must be plain data");
  detail::Failure failure; // NOLINT(cppcoreguidelines-pro-type-member-init): filled only on failure
  sigjmp_buf* const exception_stack = PG_exception_stack;
  ErrorContextCallback* const context_stack = error_context_stack;
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    detail::describe_current_exception(failure);
  }
  PG_exception_stack = exception_stack;
  error_context_stack = context_stack;
  detail::raise(failure);
}

template <typename Body>
auto call(Body&& body) -> std::invoke_result_t<Body> {
  using Result = std::invoke_result_t<Body>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>,
                "what leaves a server call must be plain data");
  sigjmp_buf* const exception_stack = PG_exception_stack;
  ErrorContextCallback* const context_stack = error_context_stack;
  MemoryContext const context = CurrentMemoryContext;
  sigjmp_buf here;
  if (sigsetjmp(here, 0) == 0) {
    PG_exception_stack = &here;
    if constexpr (std::is_void_v<Result>) {
      std::forward<Body>(body)();
      PG_exception_stack = exception_stack;
      error_context_stack = context_stack;
      return;
    } else {
      Result result = std::forward<Body>(body)();
      PG_exception_stack = exception_stack;
      error_context_stack = context_stack;
      return result;
    }
  }
  PG_exception_stack = exception_stack;
  error_context_stack = context_stack;
  MemoryContextSwitchTo(context);
  ErrorData* const data = CopyErrorData();
  FlushErrorState();
  throw PgError{data};
}

// Installed as lifecycle::interrupt_hook: raises a pending cancel or timeout as a PgError.
void interrupt_hook();

} // namespace lifecycle::pg
