#include "functions/dataset/parse_document.hpp"

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/utf8.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {

using nlohmann::json;

json parse_document(std::string_view document) {
  if (document.size() > limits.max_document_bytes) {
    throw Error(sqlstate::program_limit_exceeded, "the contract is too large",
                "It has " + std::to_string(document.size()) + " bytes; lifecycle_ledger.max_document_bytes is " +
                    std::to_string(limits.max_document_bytes) + '.',
                "A contract has a few kilobytes. Raise the setting if this one is meant.");
  }
  const json::parser_callback_t check = [](int depth, json::parse_event_t event, const json&) {
    poll_interrupts();
    const bool opens = event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && static_cast<unsigned>(depth) >= limits.max_depth) {
      throw Error(sqlstate::program_limit_exceeded, "the contract is too deep",
                  "It nests deeper than lifecycle_ledger.max_depth, which is " + std::to_string(limits.max_depth) + '.',
                  "A contract nests seven deep. Raise the setting if this one is meant.");
    }
    return true;
  };
  try {
    return json::parse(document, check);
  } catch (const json::out_of_range&) {
    throw Error(sqlstate::numeric_value_out_of_range, "the contract holds a number beyond the largest double",
                "The largest double is about 1.8e308.", "Write the number as a string.");
  } catch (const json::exception& error) {
    throw Error(sqlstate::invalid_json_text, "the contract is not JSON", shorten(error.what(), 200) + '.',
                "Write one JSON object.");
  }
}

} // namespace lifecycle::dataset
