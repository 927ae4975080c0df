// Rules and documents of any bytes: compiling, evaluating, explaining and reading a rule give something or raise an
// Error, and what an evaluator remembers of earlier rules never changes what it says.
// The first byte chooses: bit 0 whether user and event come apart; bit 1 whether both are damaged by patches (see
// json_fuzz.cpp). The rest is the JSON text of [rule, document].
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/explain.hpp"
#include "functions/condition/indexable.hpp"
#include "functions/condition/program.hpp"
#include "functions/condition/regular_expression.hpp"
#include "functions/condition/result.hpp"
#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"

namespace {

using namespace lifecycle::condition;

struct Input {
  std::string rule;
  std::string document;
};

std::optional<Input> parse(std::string_view text) {
  try {
    const lifecycle::test::JsonValue pair = lifecycle::test::parse_json(text);
    if (pair.kind != lifecycle::test::JsonValue::Kind::array || pair.items.size() != 2) {
      return std::nullopt;
    }
    return Input{lifecycle::test::encode_jsonb(pair.items[0]), lifecycle::test::encode_jsonb(pair.items[1])};
  } catch (const std::invalid_argument&) {
    return std::nullopt; // not JSON
  } catch (const std::out_of_range&) {
    return std::nullopt; // an exponent that no numeric has
  }
}

void patch(std::string& bytes, std::string_view patches) {
  for (std::size_t i = 0; i + 3 <= patches.size(); i += 3) {
    const std::size_t offset = static_cast<unsigned char>(patches[i]) |
                               static_cast<std::size_t>(static_cast<unsigned char>(patches[i + 1])) << 8U;
    bytes[offset % bytes.size()] = patches[i + 2];
  }
}

// The result's bytes, or nothing where an Error was raised; anything else thrown ends the fuzzer.
std::optional<std::string> evaluated(Evaluator& evaluator, std::string_view rule, std::string_view document,
                                     bool apart) {
  try {
    const auto program = Program::compile(rule, RuleForm::any);
    std::string bytes;
    if (apart) {
      const Document parts(document, document);
      write_result(evaluator.evaluate(*program, parts, 0), bytes);
    } else {
      const Document whole(document);
      write_result(evaluator.evaluate(*program, whole, 0), bytes);
    }
    return bytes;
  } catch (const lifecycle::Error&) {
    return std::nullopt;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t patches = 12;
  lifecycle::limits.max_document_bytes = 1UL << 20U;
  lifecycle::limits.max_depth = 64;
  lifecycle::limits.max_condition_steps = 20'000;
  match_regular_expression = [](std::string_view pattern, std::string_view text) {
    return text.find(pattern) != std::string_view::npos;
  };
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const bool damaged = size > 0 && (data[0] & 2U) != 0;
  const std::size_t begin = 1 + (damaged ? patches : 0);
  if (size < begin) {
    return 0;
  }
  auto input = parse(all.substr(begin));
  if (!input) {
    return 0;
  }
  if (damaged) {
    patch(input->rule, all.substr(1, patches / 2));
    patch(input->document, all.substr(1 + patches / 2, patches / 2));
  }
  // Blocks of their own, so that any byte read too far is seen.
  const auto rule_block = std::make_unique<char[]>(input->rule.size());
  const auto document_block = std::make_unique<char[]>(input->document.size());
  input->rule.copy(rule_block.get(), input->rule.size());
  input->document.copy(document_block.get(), input->document.size());
  const std::string_view rule(rule_block.get(), input->rule.size());
  const std::string_view document(document_block.get(), input->document.size());

  static Evaluator old_evaluator; // has seen every rule so far
  Evaluator new_evaluator;
  const bool apart = (data[0] & 1U) != 0;
  const auto first = evaluated(new_evaluator, rule, document, apart);
  if (evaluated(old_evaluator, rule, document, apart) != first ||
      evaluated(new_evaluator, rule, document, apart) != first) {
    std::abort();
  }
  try {
    indexable_condition(rule, "user.attributes", "attributes");
    const Document whole(document);
    Explanation explanation(rule, whole, 0);
    std::string bytes;
    write_result(explanation.to_value(), bytes);
  } catch (const lifecycle::Error&) {
  }
  return 0;
}
