#include "functions/pg/boundary.hpp"

#include <csetjmp>
#include <new>
#include <stdexcept>

#include "functions/core/message.hpp"

namespace lifecycle::pg {
namespace {

void fill(detail::Failure& failure, int sqlerrcode, const char* message, const char* detail,
          const char* hint) noexcept {
  failure.pg_error = nullptr;
  failure.sqlerrcode = sqlerrcode;
  copy_message(failure.message, sizeof failure.message, message);
  copy_message(failure.detail, sizeof failure.detail, detail);
  copy_message(failure.hint, sizeof failure.hint, hint);
}

// Puts the server's two stacks back on every way out of a call, a C++ exception of its body included: a jump buffer
// that is left behind would be jumped to after its frame is gone.
class Stacks {
 public:
  Stacks() noexcept = default;
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;
  ~Stacks() { restore(); }

  void restore() const noexcept {
    PG_exception_stack = exception_stack_;
    error_context_stack = context_stack_;
  }

 private:
  sigjmp_buf* const exception_stack_ = PG_exception_stack;
  ErrorContextCallback* const context_stack_ = error_context_stack;
};

// Takes the error that was just caught off the server's error stack. Null if there is no memory left to keep it in:
// copying may itself raise an error, which must not jump over C++ frames either.
ErrorData* take_error(MemoryContext keep_in) noexcept {
  sigjmp_buf* const outer = PG_exception_stack;
  ErrorData* volatile copy = nullptr;
  sigjmp_buf here;
  if (sigsetjmp(here, 0) == 0) {
    PG_exception_stack = &here;
    MemoryContextSwitchTo(keep_in);
    copy = CopyErrorData();
  }
  PG_exception_stack = outer;
  FlushErrorState();
  return copy;
}

} // namespace

namespace detail {

State state = {nullptr, nullptr};

void describe_current_exception(Failure& failure) noexcept {
  try {
    throw;
  } catch (const PgError& error) {
    failure.pg_error = error.data;
  } catch (const Error& error) {
    const char* code = error.sqlstate();
    fill(failure, MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]), error.what(), error.detail().c_str(),
         error.hint().c_str());
  } catch (const std::bad_alloc&) {
    fill(failure, ERRCODE_OUT_OF_MEMORY, "out of memory", "A C++ allocation in lifecycle_ledger failed.", "");
  } catch (const std::length_error&) {
    fill(failure, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "value too large", "A C++ container would exceed its maximum size.",
         "");
  } catch (const std::exception& error) {
    fill(failure, ERRCODE_INTERNAL_ERROR, error.what(), "", "");
  } catch (...) {
    fill(failure, ERRCODE_INTERNAL_ERROR, "unknown C++ exception in lifecycle_ledger", "", "");
  }
}

void raise(const Failure& failure) {
  if (failure.pg_error != nullptr) {
    ReThrowError(failure.pg_error);
  }
  ereport(ERROR, (errcode(failure.sqlerrcode), errmsg_internal("%s", failure.message),
                  failure.detail[0] != '\0' ? errdetail_internal("%s", failure.detail) : 0,
                  failure.hint[0] != '\0' ? errhint("%s", failure.hint) : 0));
  pg_unreachable();
}

[[gnu::noinline]] void run(void (*function)(void*), void* argument) {
  // Nothing here changes between sigsetjmp and the jump back to it, so every local keeps its value.
  const Stacks stacks;
  const State outer = state;
  MemoryContext const context = CurrentMemoryContext;
  sigjmp_buf here;
  if (sigsetjmp(here, 0) == 0) {
    PG_exception_stack = &here;
    function(argument);
    return;
  }
  stacks.restore();
  ErrorData* const data = take_error(outer.context != nullptr ? outer.context : context);
  MemoryContextSwitchTo(context);
  // Guards inside the body that the error has jumped over did not put this back.
  state = outer;
  if (data == nullptr) {
    throw std::bad_alloc();
  }
  state.undelivered = data;
  throw PgError{data};
}

} // namespace detail

void interrupt_hook() {
  if (unlikely(InterruptPending)) {
    call([] { CHECK_FOR_INTERRUPTS(); });
  }
}

void stack_hook() {
  if (unlikely(stack_is_too_deep())) {
    call([] { check_stack_depth(); });
  }
}

} // namespace lifecycle::pg
