// JsonLogic: the official suite, and what it leaves open.
#include "functions/condition/evaluate.hpp"

#include <gtest/gtest.h>

#include "tests/unit/condition_fixture.hpp"
#include "tests/unit/support/random_json.hpp"
#include "tests/unit/support/shared_data.hpp"

namespace {

using namespace condition_fixture;

TEST(JsonLogic, PassesTheOfficialSuite) {
  SKIP_WITHOUT_SHARED("jsonlogic/tests.json");
  const JsonValue suite = parse_json(lifecycle::test::read_shared("jsonlogic/tests.json"));
  int tests = 0;
  for (const JsonValue& test : suite.items) {
    if (test.kind != JsonValue::Kind::array) {
      continue; // a heading
    }
    ++tests;
    EXPECT_EQ(result(encode_jsonb(test.items[0]), encode_jsonb(test.items[1])), canonical(encode_jsonb(test.items[2])))
        << "test " << tests;
  }
  EXPECT_EQ(tests, 277);
}

} // namespace
