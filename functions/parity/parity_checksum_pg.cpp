// The aggregate parity_checksum(text): its transition, combine, serial, deserial and final functions.
#include <cstring>
#include <new>

#include "functions/parity/parity_checksum.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

namespace parity = lifecycle::parity;
namespace pg = lifecycle::pg;

namespace {

// The state of one group. Most aggregates have few groups of many values, some many of few: only a group that has grown
// gets the batch, which takes several kilobytes.
struct State {
  parity::Checksum checksum;
  parity::Md5Batch* batch;
};

constexpr std::uint64_t count_for_batch = 64;

State* make_state(MemoryContext context, const parity::Checksum& checksum) {
  auto* const state = static_cast<State*>(MemoryContextAlloc(context, sizeof(State)));
  *state = State{checksum, nullptr};
  return state;
}

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context = nullptr;
  if (AggCheckCallContext(fcinfo, &context) == 0) {
    elog(ERROR, "a function of the aggregate parity_checksum was called outside an aggregate");
  }
  return context;
}

// The state in an argument that is not null, its sum complete.
State* settled(FunctionCallInfo fcinfo, int argument) {
  auto* const state = reinterpret_cast<State*>(PG_GETARG_POINTER(argument));
  if (state->batch != nullptr) {
    state->checksum.settle(*state->batch);
  }
  return state;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_add) {
  MemoryContext const context = aggregate_context(fcinfo);
  auto* const state = PG_ARGISNULL(0) ? make_state(context, {}) : reinterpret_cast<State*>(PG_GETARG_POINTER(0));
  if (!PG_ARGISNULL(1)) {
    if (state->batch == nullptr && state->checksum.count >= count_for_batch) {
      state->batch = new (MemoryContextAlloc(context, sizeof(parity::Md5Batch))) parity::Md5Batch();
    }
    text* const value = PG_GETARG_TEXT_PP(1);
    const std::string_view bytes = pg::view(value);
    pg::guard([&] { state->checksum.add(bytes, state->batch); });
    PG_FREE_IF_COPY(value, 1);
  }
  PG_RETURN_POINTER(state);
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_combine) {
  MemoryContext const context = aggregate_context(fcinfo);
  State* const state = PG_ARGISNULL(0) ? make_state(context, {}) : settled(fcinfo, 0);
  if (!PG_ARGISNULL(1)) {
    state->checksum.add(settled(fcinfo, 1)->checksum);
  }
  PG_RETURN_POINTER(state);
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_serialize) {
  aggregate_context(fcinfo);
  const parity::ChecksumBytes bytes = parity::store_checksum(settled(fcinfo, 0)->checksum);
  PG_RETURN_BYTEA_P(pg::make_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_deserialize) {
  aggregate_context(fcinfo);
  const std::string_view stored = pg::view(PG_GETARG_BYTEA_PP(0));
  parity::ChecksumBytes bytes;
  if (stored.size() != bytes.size()) {
    elog(ERROR, "a state of parity_checksum has %zu bytes", stored.size());
  }
  std::memcpy(bytes.data(), stored.data(), bytes.size());
  PG_RETURN_POINTER(make_state(CurrentMemoryContext, parity::load_checksum(bytes)));
}

LIFECYCLE_FUNCTION(lifecycle_parity_checksum_result) {
  const parity::Checksum checksum = PG_ARGISNULL(0) ? parity::Checksum{} : settled(fcinfo, 0)->checksum;
  char line[parity::checksum_text_size];
  char* const end = parity::write_checksum(checksum, line);
  PG_RETURN_TEXT_P(pg::make_text({line, static_cast<std::size_t>(end - line)}));
}
