// Rules that are none, limits, damaged bytes: always an Error, never anything worse.
#include "tests/unit/condition_fixture.hpp"

#include <memory>
#include <string>

#include "functions/condition/explain.hpp"
#include "functions/condition/indexable.hpp"
#include "functions/condition/operators.hpp"
#include "functions/condition/program_cache.hpp"
#include "functions/core/interrupt.hpp"
#include "tests/unit/support/random_json.hpp"

namespace {

using namespace condition_fixture;
using lifecycle::test::RandomJson;

Error compile_error(std::string_view rule, RuleForm form = RuleForm::condition) {
  return error_of([&] { Program::compile(encode_jsonb(rule), form); });
}

TEST(ConditionErrors, NameThePlaceAndTheMend) {
  const Error unknown = compile_error(R"({"and":[true,{"!":{"equals":[1,2]}}]})");
  EXPECT_STREQ(unknown.sqlstate(), "22023");
  EXPECT_STREQ(unknown.what(), "unknown JsonLogic operator");
  EXPECT_EQ(unknown.detail(), "At /and/1/!: There is no operator \"equals\".");
  EXPECT_EQ(unknown.hint(), "Did you mean \"==\"?");
  EXPECT_EQ(compile_error(R"({"mis~s/ing":1})").hint(), "Did you mean \"missing\"?");
  EXPECT_EQ(compile_error(R"({"zzzzzzz":1})").hint(),
            "An object with one key is an operation. docs/CONDITIONS.md lists the operators.");

  const Error arity = compile_error(R"({"or":[{"if":[1,{">":[3,2,1]}]}]})");
  EXPECT_STREQ(arity.what(), "wrong number of arguments for a JsonLogic operator");
  EXPECT_EQ(arity.detail(), "At /or/0/if/1: \">\" takes exactly 2 arguments, not 3.");
  EXPECT_EQ(compile_error(R"({"!":[]})").detail(), "At the top of the rule: \"!\" takes exactly 1 argument, not 0.");
  EXPECT_EQ(compile_error(R"({"and":[]})").detail(),
            "At the top of the rule: \"and\" takes at least 1 argument, not 0.");
  EXPECT_EQ(compile_error(R"({"var":[1,2,3]})").detail(),
            "At the top of the rule: \"var\" takes 0 to 2 arguments, not 3.");
  EXPECT_EQ(compile_error(R"({"==":5})").detail(), "At the top of the rule: \"==\" takes exactly 2 arguments, not 1.");

  EXPECT_EQ(compile_error(R"({"a/b":[1]})").detail(), "At the top of the rule: There is no operator \"a/b\".");
  EXPECT_EQ(compile_error(R"({"<":[{"time.now":"tomorrow"},1]})").detail(),
            "At /</0/time.now: \"tomorrow\" is no distance from now.");
  for (const char* distance :
       {"\"7d\"", "\"-d\"", "\"-7y\"", "\"-7.5d\"", "\"- 7d\"", "\"-9999999999d\"", "7", "null"}) {
    EXPECT_STREQ(compile_error(std::string("{\"time.now\":") + distance + "}").what(), "invalid relative time")
        << distance;
  }
}

TEST(ConditionErrors, AConditionIsOneOperation) {
  for (const char* rule : {"null", "1", "\"user.plan\"", "[]", "[true]", "{}", R"({"and":[true],"or":[true]})"}) {
    const Error error = compile_error(rule);
    EXPECT_STREQ(error.what(), "condition is not JsonLogic") << rule;
    EXPECT_FALSE(error.detail().empty());
    EXPECT_FALSE(error.hint().empty());
    EXPECT_NO_THROW(Program::compile(encode_jsonb(rule), RuleForm::any)) << rule;
  }
  EXPECT_TRUE(matches("true", "{}"));
  EXPECT_FALSE(matches("false", "{}"));
}

// Every operator with every number of arguments: refused by its arity, or evaluated, on any data.
TEST(ConditionErrors, EveryOperatorTakesAnyKindOfArgument) {
  const std::vector<std::string> kinds = {
      "null",          "true", "0", "-1.5", "\"\"", "\"a.b\"", "[]", "[1,\"x\",[null]]", "{}", "{\"a\":1,\"b\":2}",
      R"({"var":"x"})"};
  RandomJson random(3);
  for (const auto& known : lifecycle::condition::operators()) {
    for (std::size_t count = 0; count < 5; ++count) {
      for (int round = 0; round < 60; ++round) {
        std::string rule = "{\"" + std::string(known.name) + "\":[";
        for (std::size_t i = 0; i < count; ++i) {
          rule += (i > 0 ? "," : "") + kinds[random.below(kinds.size())];
        }
        rule += "]}";
        const bool fits = count >= known.least && count <= known.most;
        try {
          logic(rule, R"({"x":[{"a":1},"y"]})");
          EXPECT_TRUE(fits) << rule;
        } catch (const Error& error) {
          const bool ours = known.name == "time.now" || known.name == "text.matches";
          EXPECT_TRUE(!fits || ours) << rule << ": " << error.what() << error.detail();
        }
      }
    }
  }
}

TEST(ConditionErrors, LimitsHold) {
  const LimitsGuard guard;
  const auto nested = [](int levels) {
    std::string rule;
    for (int i = 0; i < levels; ++i) {
      rule += "{\"!\":";
    }
    return rule + "true" + std::string(static_cast<std::size_t>(levels), '}');
  };
  lifecycle::limits.max_depth = 50;
  EXPECT_TRUE(matches(nested(50), "{}"));
  const Error deep = compile_error(nested(51));
  EXPECT_STREQ(deep.sqlstate(), "54000");
  EXPECT_STREQ(deep.what(), "condition is nested too deeply");

  lifecycle::limits.max_condition_steps = 100;
  std::string wide = "{\"or\":[0";
  for (int i = 0; i < 100; ++i) {
    wide += ",0";
  }
  EXPECT_STREQ(compile_error(wide + "]}").what(), "condition takes too many steps");
  const auto steps = [](int items) {
    std::string data = "[0";
    for (int i = 1; i < items; ++i) {
      data += ",0";
    }
    return error_of([&] { logic(R"({"map":[{"var":""},{"+":[{"var":""},1]}]})", data + "]"); });
  };
  EXPECT_STREQ(steps(100).what(), "condition takes too many steps");
  EXPECT_EQ(logic(R"({"map":[{"var":""},{"+":[{"var":""},1]}]})", "[0,1,2]"), "[1,2,3]");

  lifecycle::limits = guard.saved;
  lifecycle::limits.max_document_bytes = 1024UL * 1024;
  // Twice as long with each element.
  std::string doubling = "[1";
  for (int i = 0; i < 40; ++i) {
    doubling += ",1";
  }
  doubling += "]";
  for (const char* rule : {R"({"reduce":[{"var":""},{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"x"]})",
                           R"({"reduce":[{"var":""},{"merge":[{"var":"accumulator"},{"var":"accumulator"}]},[1]]})",
                           R"({"cat":[{"reduce":[{"var":""},[{"var":"accumulator"},{"var":"accumulator"}],"x"]}]})",
                           R"({"reduce":[{"var":""},[{"var":"accumulator"},{"var":"accumulator"}],"x"]})"}) {
    EXPECT_STREQ(error_of([&] { logic(rule, doubling); }).sqlstate(), "54000") << rule;
  }
  EXPECT_STREQ(error_of([&] { Program::compile(std::string(2UL * 1024 * 1024, 'x'), RuleForm::any); }).what(),
               "condition is too large");
}

TEST(ConditionErrors, LongEvaluationsCanBeStopped) {
  struct Stopped {};
  struct HookGuard {
    ~HookGuard() { lifecycle::interrupt_hook = nullptr; }
  } const restore;
  std::string data = "[0";
  for (int i = 0; i < 20'000; ++i) {
    data += ",0";
  }
  const std::string bytes = encode_jsonb(data + "]");
  for (const char* rule :
       {R"({"map":[{"var":""},1]})", R"({"some":[{"var":""},{"var":"x"}]})", R"({"cat":[{"var":""}]})",
        R"({"in":[1,{"var":""}]})", R"({"merge":[{"var":""},{"var":""}]})", R"({"reduce":[{"var":""},1,1]})",
        R"({"missing":{"var":""}})"}) {
    const auto program = Program::compile(encode_jsonb(rule), RuleForm::any);
    const Document document(bytes);
    Evaluator evaluator;
    lifecycle::interrupt_hook = [] { throw Stopped(); };
    EXPECT_THROW(evaluator.evaluate(*program, document, now), Stopped) << rule;
    lifecycle::interrupt_hook = nullptr;
    EXPECT_NO_THROW(evaluator.evaluate(*program, document, now)) << rule;
  }
}

// Everything that reads bytes, on a block of its own so that sanitizers see a byte read too far.
void run_all(const std::string& rule, const std::string& data) {
  const auto copy = [](const std::string& bytes) {
    auto block = std::make_unique<char[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), block.get());
    return block;
  };
  const auto rule_block = copy(rule);
  const auto data_block = copy(data);
  const std::string_view rule_view(rule_block.get(), rule.size());
  try {
    const Document document(std::string_view(data_block.get(), data.size()));
    const auto program = Program::compile(rule_view, RuleForm::any);
    Evaluator evaluator;
    std::string bytes;
    lifecycle::condition::write_result(evaluator.evaluate(*program, document, now), bytes);
    lifecycle::condition::indexable_condition(rule_view, "a", "a");
    lifecycle::condition::Explanation explanation(rule_view, document, now);
    lifecycle::condition::write_result(explanation.to_value(), bytes);
  } catch (const Error& error) {
    EXPECT_FALSE(error.detail().empty());
  }
}

TEST(ConditionErrors, DamagedBytesAreNeverFollowed) {
  use_simple_patterns();
  const std::string rule = encode_jsonb(
      R"({"and":[{"==":[{"var":"a.b"},"x"]},{"in":[{"var":"c"},["x",1.5,null]]},{"some":[{"var":"list"},{"<":[{"var":"n"},12345678901]}]},{"var":"list.1"},{"cat":[{"var":"list"}]}]})");
  const std::string data = encode_jsonb(R"({"a":{"b":"x"},"c":1.5,"list":[{"n":3},[1,"text",null,1e30]],"zz":true})");
  run_all(rule, data);
  for (std::size_t size = 0; size < data.size(); ++size) {
    run_all(rule, data.substr(0, size));
  }
  for (std::size_t size = 0; size < rule.size(); ++size) {
    run_all(rule.substr(0, size), data);
  }
  RandomJson random(17);
  for (int i = 0; i < 20'000; ++i) {
    std::string bad_rule = rule;
    std::string bad_data = data;
    std::string& bad = i % 2 == 0 ? bad_rule : bad_data;
    for (std::size_t left = 1 + random.below(3); left > 0; --left) {
      bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    }
    run_all(bad_rule, bad_data);
  }
}

TEST(ProgramCache, KeepsProgramsByTheirBytes) {
  lifecycle::condition::ProgramCache cache(RuleForm::condition);
  const std::string first = encode_jsonb(R"({"==":[{"var":"a"},1]})");
  const std::string second = encode_jsonb(R"({"==":[{"var":"a"},2]})");
  const Program* const program = &cache.find(first);
  EXPECT_EQ(&cache.find(std::string(first)), program);
  EXPECT_NE(&cache.find(second), program);
  EXPECT_EQ(&cache.find(first), program);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_THROW(cache.find(encode_jsonb("[]")), Error);
  EXPECT_EQ(&cache.find(first), program);
  for (int i = 0; i < 10'000; ++i) {
    const std::string rule = encode_jsonb("{\"==\":[{\"var\":\"a\"}," + std::to_string(i) + "]}");
    EXPECT_EQ(cache.find(rule).source(), rule);
  }
  EXPECT_LE(cache.size(), 4096U);
}

} // namespace
