#include "functions/json/jsonb_reader.hpp"

#include "functions/core/error.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {

void fail_malformed(const char* detail) {
  throw Error(sqlstate::data_corrupted, "malformed jsonb", detail,
              "The stored value is damaged: restore the row from a backup, and check the storage.");
}

Numeric read_numeric(std::string_view bytes) {
  constexpr std::size_t length_size = sizeof(std::uint32_t);
  if (bytes.size() < length_size + sizeof(std::uint16_t)) [[unlikely]] {
    fail_malformed("A number is shorter than its header.");
  }
  const std::size_t length = bytes.size();
  if (length > layout::entry_length_mask || load<std::uint32_t>(bytes.data()) != numeric_length_word(length))
      [[unlikely]] {
    fail_malformed("A number's length is not that of its place.");
  }
  const auto header = load<std::uint16_t>(bytes.data() + length_size);
  Numeric numeric{};
  numeric.kind = Numeric::Kind::finite;
  std::size_t start = length_size + sizeof header;
  switch (header & layout::numeric_kind_mask) {
    case layout::numeric_short: {
      numeric.negative = (header & layout::numeric_short_negative) != 0;
      const int weight = header & layout::numeric_short_weight_mask;
      const int sign = header & layout::numeric_short_weight_sign;
      numeric.weight = weight - sign; // the sign bit is worth minus 64
      break;
    }
    case layout::numeric_special:
      numeric.negative = (header & layout::numeric_special_mask) == layout::numeric_minus_infinity;
      numeric.kind =
          (header & layout::numeric_special_mask) == layout::numeric_nan ? Numeric::Kind::nan : Numeric::Kind::infinity;
      return numeric;
    default:
      numeric.negative = (header & layout::numeric_kind_mask) == layout::numeric_negative;
      if (length < start + sizeof(std::int16_t)) [[unlikely]] {
        fail_malformed("A number is shorter than its header.");
      }
      numeric.weight = load<std::int16_t>(bytes.data() + start);
      start += sizeof(std::int16_t);
  }
  numeric.words = bytes.data() + start;
  numeric.count = static_cast<std::uint32_t>((length - start) / sizeof(std::uint16_t));
  if (length % sizeof(std::uint16_t) != 0 || numeric.count > layout::numeric_max_words) [[unlikely]] {
    fail_malformed("A number has half a word, or more digits than a numeric can have.");
  }
  return numeric;
}

} // namespace lifecycle::json
