// Secrets in a jsonb: walks its binary form in place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json/jsonb_reader.hpp"
#include "functions/secret/rules.hpp"

namespace lifecycle::secret {

enum class What : std::uint8_t {
  value, // the text at the path has a secret in it
  under, // what stands at the path is one, after its key
  key    // the last key of the path is one itself
};

struct Finding {
  std::vector<std::string> path; // keys, and numbers of elements
  const RuleRow* rule;
  What what;
};

// Up to `most` findings, in the order of the document.
std::vector<Finding> find_in(const RuleSet& rules, const json::Container& document, std::size_t most);

// Of a value in which the rules might find something: whether they do. Bytes of a text, or of a jsonb.
bool has_secret(const RuleSet& rules, std::string_view bytes, bool is_jsonb);

} // namespace lifecycle::secret
