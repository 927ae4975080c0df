// What the tests of conditions share: rules and documents as JSON text, results as canonical JSON.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/program.hpp"
#include "functions/condition/regular_expression.hpp"
#include "functions/condition/result.hpp"
#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/json/canonical_writer.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"

namespace condition_fixture {

using lifecycle::Error;
using lifecycle::condition::Document;
using lifecycle::condition::Evaluator;
using lifecycle::condition::Program;
using lifecycle::condition::RuleForm;
using lifecycle::test::encode_jsonb;
using lifecycle::test::JsonValue;
using lifecycle::test::parse_json;

inline std::string canonical(const std::string& jsonb) {
  lifecycle::json::CanonicalWriter writer;
  return std::string(writer.write(jsonb, lifecycle::json::NumberForm::exact));
}

// 2025-01-01 00:00:00 UTC
inline constexpr std::int64_t now = 789'004'800'000'000;

// The server's engine is not here: patterns are "^text" only.
inline void use_simple_patterns() {
  lifecycle::condition::match_regular_expression = [](std::string_view pattern, std::string_view text) {
    return text.starts_with(pattern.substr(std::min<std::size_t>(1, pattern.size())));
  };
}

inline std::string result(const std::string& rule, const std::string& data) {
  use_simple_patterns();
  static Evaluator evaluator; // one for all, as a call site has it
  const auto program = Program::compile(rule, RuleForm::any);
  const Document document(data);
  std::string jsonb;
  lifecycle::condition::write_result(evaluator.evaluate(*program, document, now), jsonb);
  return canonical(jsonb);
}

// Of JSON texts.
inline std::string logic(std::string_view rule, std::string_view data = "null") {
  return result(encode_jsonb(rule), encode_jsonb(data));
}

inline bool matches(std::string_view rule, std::string_view data) {
  static Evaluator evaluator;
  const auto program = Program::compile(encode_jsonb(rule), RuleForm::condition);
  const std::string bytes = encode_jsonb(data);
  const Document document(bytes);
  return evaluator.matches(*program, document, now);
}

template <typename Body>
Error error_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error("00000", "");
}

// Sets limits for one test.
struct LimitsGuard {
  ~LimitsGuard() { lifecycle::limits = saved; }
  lifecycle::Limits saved = lifecycle::limits;
};

} // namespace condition_fixture
