// The aggregate parity_checksum(text): its transition, combine, serial, deserial and final functions.
#include <cstring>

#include "functions/parity/parity_checksum.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

namespace parity = lifecycle::parity;
namespace pg = lifecycle::pg;

namespace {

// The state of the group, which lives as long as the aggregate.
parity::Checksum* state_of(FunctionCallInfo fcinfo, int argument) {
  MemoryContext context = nullptr;
  if (AggCheckCallContext(fcinfo, &context) == 0) {
    elog(ERROR, "a function of the aggregate parity_checksum was called outside an aggregate");
  }
  if (!PG_ARGISNULL(argument)) {
    return reinterpret_cast<parity::Checksum*>(PG_GETARG_POINTER(argument));
  }
  auto* const state = static_cast<parity::Checksum*>(MemoryContextAlloc(context, sizeof(parity::Checksum)));
  *state = parity::Checksum{};
  return state;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_add) {
  parity::Checksum* const state = state_of(fcinfo, 0);
  if (!PG_ARGISNULL(1)) {
    text* const value = PG_GETARG_TEXT_PP(1);
    const std::string_view bytes = pg::view(value);
    pg::guard([&] { state->add(bytes); });
    PG_FREE_IF_COPY(value, 1);
  }
  PG_RETURN_POINTER(state);
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_combine) {
  parity::Checksum* const state = state_of(fcinfo, 0);
  if (!PG_ARGISNULL(1)) {
    state->add(*reinterpret_cast<const parity::Checksum*>(PG_GETARG_POINTER(1)));
  }
  PG_RETURN_POINTER(state);
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_serialize) {
  const parity::ChecksumBytes bytes = parity::store_checksum(*state_of(fcinfo, 0));
  PG_RETURN_BYTEA_P(pg::make_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_deserialize) {
  const std::string_view stored = pg::view(PG_GETARG_BYTEA_PP(0));
  parity::ChecksumBytes bytes;
  if (AggCheckCallContext(fcinfo, nullptr) == 0 || stored.size() != bytes.size()) {
    elog(ERROR, "a function of the aggregate parity_checksum was called outside an aggregate");
  }
  std::memcpy(bytes.data(), stored.data(), bytes.size());
  auto* const state = static_cast<parity::Checksum*>(palloc(sizeof(parity::Checksum)));
  *state = parity::load_checksum(bytes);
  PG_RETURN_POINTER(state);
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_result) {
  const parity::Checksum checksum = PG_ARGISNULL(0) ? parity::Checksum{} : *state_of(fcinfo, 0);
  char line[parity::checksum_text_size];
  char* const end = parity::write_checksum(checksum, line);
  PG_RETURN_TEXT_P(pg::make_text({line, static_cast<std::size_t>(end - line)}));
}
