// The event contract on hostile bytes: the quick verdict and the findings agree, what is proposed is right, what was
// remembered changes nothing, and damaged bytes raise an Error at most. The first byte chooses: 0 an event name, 1 a
// jsonb as it stands, else the JSON text of a jsonb.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/event/judge_event.hpp"
#include "tests/unit/support/event_rules.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"

namespace {

using lifecycle::event::Contract;
using lifecycle::event::Finding;

void require(bool truth) {
  if (!truth) {
    std::abort();
  }
}

void judge_name(Contract& contract, std::string_view name) {
  const std::optional<Finding> found = lifecycle::event::explain_event_name(contract, name);
  if (found && !found->proposed.empty()) {
    require(contract.name(found->proposed) != lifecycle::event::naming_error);
  }
  Contract fresh(lifecycle::test::small_contract());
  require(lifecycle::event::explain_event_name(fresh, name).has_value() == found.has_value());
}

void judge_event(Contract& contract, const std::string& bytes) {
  // A block of its own, so that any byte read too far is seen.
  const auto block = std::make_unique<char[]>(bytes.size());
  bytes.copy(block.get(), bytes.size());
  const std::string_view document(block.get(), bytes.size());
  constexpr lifecycle::event::TimeRange range{0, std::int64_t{1} << 60U};
  try {
    const auto verdict = lifecycle::event::judge_event(contract, document, range);
    require((verdict == lifecycle::event::valid) == lifecycle::event::explain_event(contract, document, range).empty());
  } catch (const lifecycle::Error&) {
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  lifecycle::limits.max_document_bytes = 1UL << 20U;
  lifecycle::limits.max_depth = 64;
  static Contract contract(lifecycle::test::small_contract()); // remembers everything so far
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 0:
      judge_name(contract, rest);
      break;
    case 1:
      judge_event(contract, std::string(rest));
      break;
    default:
      try {
        judge_event(contract, lifecycle::test::encode_jsonb(rest));
      } catch (const std::invalid_argument&) { // not JSON
      } catch (const std::out_of_range&) {     // an exponent that no numeric has
      }
  }
  return 0;
}
