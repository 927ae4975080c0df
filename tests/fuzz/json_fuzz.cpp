// The jsonb reader and canonical writer on hostile bytes: whatever they are, the writer writes something or raises an
// Error, and what it remembers from earlier documents never changes what it writes.
// The first byte chooses: bit 0 the form of numbers; bit 1 whether the rest is a jsonb as it stands, or a count of
// patches, the patches (two bytes of offset, one of value) and the JSON text of a jsonb to apply them to.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/json/canonical_writer.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"

namespace {

using lifecycle::json::CanonicalWriter;
using lifecycle::json::NumberForm;

std::string patched(std::string_view input) {
  const std::size_t patches = input.empty() ? 0 : static_cast<unsigned char>(input[0]) % 8;
  if (input.size() < 1 + 3 * patches) {
    return {};
  }
  std::string bytes;
  try {
    bytes = lifecycle::test::encode_jsonb(input.substr(1 + 3 * patches));
  } catch (const std::invalid_argument&) {
    return {}; // not JSON
  } catch (const std::out_of_range&) {
    return {}; // an exponent that no numeric has
  }
  for (std::size_t i = 0; i < patches; ++i) {
    const std::string_view patch = input.substr(1 + 3 * i, 3);
    const std::size_t offset =
        static_cast<unsigned char>(patch[0]) | static_cast<std::size_t>(static_cast<unsigned char>(patch[1])) << 8U;
    bytes[offset % bytes.size()] = patch[2];
  }
  return bytes;
}

// The text, or nothing where an Error was raised; anything else thrown ends the fuzzer.
std::optional<std::string> written(CanonicalWriter& writer, std::string_view document, NumberForm form) {
  try {
    return std::string(writer.write(document, form));
  } catch (const lifecycle::Error&) {
    return std::nullopt;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  lifecycle::limits.max_document_bytes = 1UL << 20U;
  lifecycle::limits.max_depth = 64;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string bytes = (data[0] & 2U) != 0 ? patched(rest) : std::string(rest);
  // A block of its own, so that any byte read too far is seen.
  const auto block = std::make_unique<char[]>(bytes.size());
  bytes.copy(block.get(), bytes.size());
  const std::string_view document(block.get(), bytes.size());
  const NumberForm form = (data[0] & 1U) != 0 ? NumberForm::exact : NumberForm::strict;

  static CanonicalWriter old_writer; // has seen every shape so far
  CanonicalWriter new_writer;
  const auto first = written(new_writer, document, form);
  for (int i = 0; i < 3; ++i) {
    if (written(old_writer, document, form) != first || written(new_writer, document, form) != first) {
      std::abort();
    }
  }
  return 0;
}
