// The boundary between C++ exceptions and PostgreSQL errors. Two doors, nothing else crosses:
//
//   pg::guard(body)  PostgreSQL -> C++. Runs C++ that may throw. Whatever it throws is copied to plain data while the
//                    exception is alive and raised as an ereport after every destructor has run and the exception is
//                    gone. Everything `extern "C"` that the server calls enters C++ through it.
//   pg::call(body)   C++ -> PostgreSQL. Runs server code that may ereport from inside a guard. The longjmp stops here
//   and
//                    goes on as a C++ exception (PgError) that keeps the whole ErrorData; guard re-raises it unchanged.
//
// Laws:
//   1. A frame that holds an object with a destructor calls the server only through pg::call.
//   2. The body of pg::call holds plain data only.
//   3. A PgError is never swallowed: no subtransaction was opened, so the transaction is doomed. It may be caught to
//   throw
//      something else; a guard that ends well all the same raises it nevertheless.
//   4. Outside guard, server-facing code is written as C: plain data on the stack.
//   5. Destructors do not call the server (an error in one could go nowhere): what an abort cleans up is left to it.
//   6. guard is entered from server code, never from C++ that is already inside a guard: there, pg::call comes between.
//
// The common shape of a function needs only guard: fetch and detoast (plain data) -> guard { compute in the pure core }
// -> build datums (plain data).
//
// FATAL (a terminated backend) passes both doors without unwinding: the process ends, its memory with it.
#pragma once

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
// Part of postgres.h up to 15.
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
}

#include <new>
#include <type_traits>
#include <utility>

#include "functions/core/error.hpp"

namespace lifecycle::pg {

// A PostgreSQL error on its way through C++ frames. The ErrorData lives in the memory context in which the enclosing
// guard was entered, so it outlives every context that the frames between make and delete.
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

// Of the innermost guard that is running.
struct State {
  MemoryContext context;  // current when the guard was entered
  ErrorData* undelivered; // a PgError that has been thrown and not been raised yet
};

extern State state;

// What a guard found when it was entered, and puts back.
struct Entry {
  sigjmp_buf* exception_stack;
  ErrorContextCallback* context_stack;
  State outer;
};

inline Entry enter() noexcept {
  const Entry entry = {PG_exception_stack, error_context_stack, state};
  state = {CurrentMemoryContext, nullptr};
  return entry;
}

// Returns the error that was swallowed, if any was.
inline ErrorData* leave(const Entry& entry) noexcept {
  ErrorData* const undelivered = state.undelivered;
  PG_exception_stack = entry.exception_stack;
  error_context_stack = entry.context_stack;
  state = entry.outer;
  return undelivered;
}

// Called inside a catch block; never throws and never touches the server.
void describe_current_exception(Failure& failure) noexcept;

[[noreturn]] void raise(const Failure& failure);

// Runs function(argument); throws PgError if the server raises an error in it. A function of its own, so that no frame
// with C++ objects in it is returned to by longjmp: their members may be kept in registers, which that would set back.
void run(void (*function)(void*), void* argument);

} // namespace detail

template <typename Body>
auto guard(Body&& body) -> std::invoke_result_t<Body> {
  using Result = std::invoke_result_t<Body>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>,
                "what leaves a guard must be plain data");
  const detail::Entry entry = detail::enter();
  detail::Failure failure; // NOLINT(cppcoreguidelines-pro-type-member-init): filled only on failure
  try {
    if constexpr (std::is_void_v<Result>) {
      std::forward<Body>(body)();
      failure.pg_error = detail::leave(entry);
      if (likely(failure.pg_error == nullptr)) {
        return;
      }
    } else {
      const Result result = std::forward<Body>(body)();
      failure.pg_error = detail::leave(entry);
      if (likely(failure.pg_error == nullptr)) {
        return result;
      }
    }
  } catch (...) {
    detail::describe_current_exception(failure);
    detail::leave(entry);
  }
  detail::raise(failure);
}

template <typename Body>
auto call(Body&& body) -> std::invoke_result_t<Body> {
  using Result = std::invoke_result_t<Body>;
  using Function = std::remove_reference_t<Body>;
  static_assert(std::is_void_v<Result> || std::is_trivially_copyable_v<Result>,
                "what leaves a server call must be plain data");
  if constexpr (std::is_void_v<Result>) {
    struct Task {
      Function* body;
    } task = {&body};
    detail::run([](void* argument) { (*static_cast<Task*>(argument)->body)(); }, &task);
  } else {
    struct Task {
      Function* body;
      alignas(Result) unsigned char result[sizeof(Result)]; // NOLINT(bugprone-sizeof-expression): may be a pointer
    } task; // NOLINT(cppcoreguidelines-pro-type-member-init): the result is filled by the body
    task.body = &body;
    detail::run(
        [](void* argument) {
          auto* const self = static_cast<Task*>(argument);
          ::new (static_cast<void*>(self->result)) Result((*self->body)());
        },
        &task);
    return *std::launder(reinterpret_cast<Result*>(task.result));
  }
}

// Installed as lifecycle::interrupt_hook: raises a pending cancel or timeout as a PgError.
void interrupt_hook();

// Installed as lifecycle::stack_hook: raises what check_stack_depth() raises as a PgError.
void stack_hook();

} // namespace lifecycle::pg
