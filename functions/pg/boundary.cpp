#include "functions/pg/boundary.hpp"

#include <cstring>
#include <new>
#include <stdexcept>

namespace lifecycle::pg {
namespace {

void copy_text(char* to, std::size_t size, const char* from) noexcept {
  const std::size_t length = std::min(std::strlen(from), size - 1);
  // Never cut a UTF-8 sequence in two: the server would refuse to send the message.
  std::size_t end = length;
  while (length == size - 1 && end > 0 && (static_cast<unsigned char>(from[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  std::memcpy(to, from, end);
  to[end] = '\0';
}

void fill(detail::Failure& failure, int sqlerrcode, const char* message, const char* detail, const char* hint) noexcept {
  failure.pg_error = nullptr;
  failure.sqlerrcode = sqlerrcode;
  copy_text(failure.message, sizeof failure.message, message);
  copy_text(failure.detail, sizeof failure.detail, detail);
  copy_text(failure.hint, sizeof failure.hint, hint);
}

} // namespace

namespace detail {

void describe_current_exception(Failure& failure) noexcept {
  try {
    throw;
  } catch (const PgError& error) {
    failure.pg_error = error.data;
  } catch (const Error& error) {
    const char* state = error.sqlstate();
    fill(failure, MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]), error.what(),
         error.detail().c_str(), error.hint().c_str());
  } catch (const std::bad_alloc&) {
    fill(failure, ERRCODE_OUT_OF_MEMORY, "out of memory", "A C++ allocation in lifecycle_ledger failed.", "");
  } catch (const std::length_error&) {
    fill(failure, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "value too large", "A C++ container would exceed its maximum size.", "");
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

} // namespace detail

void interrupt_hook() {
  if (unlikely(InterruptPending)) {
    call([] { CHECK_FOR_INTERRUPTS(); });
  }
}

} // namespace lifecycle::pg
