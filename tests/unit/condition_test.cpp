// JsonLogic: the official suite, and what it leaves open.
#include "tests/unit/condition_fixture.hpp"

#include <string>
#include <vector>

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

struct Case {
  const char* rule;
  const char* data;
  const char* expected;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& test : cases) {
    EXPECT_EQ(logic(test.rule, test.data), test.expected) << test.rule << " on " << test.data;
  }
}

TEST(JsonLogic, TurnsKindsIntoEachOther) {
  expect_all({
      {R"({"==":[null,0]})", "{}", "false"},
      {R"({"==":[null,{"var":"x"}]})", "{}", "true"},
      {R"({"==":[true,1]})", "{}", "true"},
      {R"({"==":["1",true]})", "{}", "true"},
      {R"({"==":["",0]})", "{}", "true"},
      {R"({"==":["0x1f",31]})", "{}", "true"},
      {R"({"==":["0o17",15]})", "{}", "true"},
      {R"({"==":["0b101",5]})", "{}", "true"},
      {R"({"==":["0b102",5]})", "{}", "false"},
      {R"({"==":["-0x1f",-31]})", "{}", "false"},
      {R"({"==":[" \u00a05\ufeff\n",5]})", "{}", "true"},
      {R"({"==":["5 apples",5]})", "{}", "false"},
      {R"({"==":["1e400","Infinity"]})", "{}", "false"},
      {R"({"<":[1,"1e400"]})", "{}", "true"},
      {R"({"==":["1e-400",0]})", "{}", "true"},
      {R"({"<":["-1e400",-1]})", "{}", "true"},
      {R"({"==":[{"var":"a"},1]})", R"({"a":[1]})", "true"},
      {R"({"==":[{"var":"a"},"1,2"]})", R"({"a":[1,2]})", "true"},
      {R"({"==":[{"var":"a"},"x,,y"]})", R"({"a":["x",null,["y"]]})", "true"},
      {R"({"==":[{"var":"a"},0]})", R"({"a":[]})", "true"},
      {R"({"==":[{"var":"a"},"[object Object]"]})", R"({"a":{"b":1}})", "true"},
      {R"({"==":[{"var":"a"},{"var":"a"}]})", R"({"a":[1]})", "true"},
      {R"({"==":[{"var":"a"},{"var":"b"}]})", R"({"a":[1],"b":[1]})", "false"},
      {R"({"===":[{"var":"a"},{"var":"a"}]})", R"({"a":{"x":1}})", "true"},
      {R"({"===":[{"var":"a"},1]})", R"({"a":true})", "false"},
      {R"({"===":["a","a"]})", "{}", "true"},
      {R"({"===":[null,{"var":"x.y"}]})", "{}", "true"},
      {R"({"<":["b","a"]})", "{}", "false"},
      {R"({"<":["a","ab"]})", "{}", "true"},
      {R"({"<=":["a","a"]})", "{}", "true"},
      {R"({"<":["10","9"]})", "{}", "true"},
      {R"({"<":["10",9]})", "{}", "false"},
      {R"({"<":[null,1]})", "{}", "true"},
      {R"({"<":[{"var":"x"},1]})", R"({"x":{"a":1}})", "false"},
      {R"({">=":["a",1]})", "{}", "false"},
      {R"({"<=":[false,0,true]})", "{}", "true"},
      // U+FFEE comes after a pair of surrogates, which stands for U+1F600.
      {R"({"<":["\ud83d\ude00","\uffee"]})", "{}", "true"},
  });
}

TEST(JsonLogic, ComparesStoredNumbersExactly) {
  expect_all({
      {R"({"==":[{"var":"a"},9007199254740993]})", R"({"a":9007199254740992})", "false"},
      {R"({"===":[{"var":"a"},1.10]})", R"({"a":1.1})", "true"},
      {R"({"<":[{"var":"a"},{"var":"b"}]})", R"({"a":0.1,"b":0.10000000000000000001})", "true"},
      {R"({"<":[{"var":"a"},{"var":"b"}]})", R"({"a":-0.10000000000000000001,"b":-0.1})", "true"},
      {R"({"<":[{"var":"a"},{"var":"b"}]})", R"({"a":-12345678901234567890123,"b":0})", "true"},
      {R"({">":[{"var":"a"},{"var":"b"}]})", R"({"a":1e300,"b":1e299})", "true"},
      {R"({">":[{"var":"a"},{"var":"b"}]})", R"({"a":10000,"b":9999.9999})", "true"},
      {R"({"===":[{"var":"a"},{"var":"b"}]})", R"({"a":0,"b":-0.0})", "true"},
      {R"({"in":[{"var":"a"},[1,2.50,99999999999999999999]]})", R"({"a":2.5})", "true"},
      {R"({"in":[{"var":"a"},[1,2.50,99999999999999999999]]})", R"({"a":99999999999999999998})", "false"},
      {R"({"in":[{"+":[1,1]},[1,2,3]]})", "{}", "true"},
      {R"({"max":[{"var":"a"},{"var":"b"}]})", R"({"a":9007199254740993,"b":9007199254740992})", "9007199254740993"},
      // Arithmetic is done in doubles, and what it gives is compared as such.
      {R"({"==":[{"+":[0.1,0.2]},0.3]})", "{}", "false"},
      {R"({"==":[{"+":[0.1]},0.1]})", "{}", "true"},
      {R"({"-":[9007199254740993,1]})", "{}", "9007199254740991"},
  });
}

TEST(JsonLogic, FindsPaths) {
  expect_all({
      {R"({"var":"a.b.c"})", R"({"a":{"b":{"c":7}}})", "7"},
      {R"({"var":"a..b"})", R"({"a":{"":{"b":7}}})", "7"},
      {R"({"var":"a.1.b"})", R"({"a":[0,{"b":7}]})", "7"},
      {R"({"var":"a.01"})", R"({"a":[0,1]})", "null"},
      {R"({"var":"a.-1"})", R"({"a":[0,1]})", "null"},
      {R"({"var":"a.4294967296"})", R"({"a":[0,1]})", "null"},
      {R"({"var":"a.length"})", R"({"a":[0,1]})", "2"},
      {R"({"var":"a.length"})", R"({"a":"h\u00e9\ud83d\ude00"})", "4"},
      {R"({"var":"a.1"})", R"({"a":"h\u00e9"})", "\"\u00e9\""},
      {R"({"var":"a.9"})", R"({"a":"h"})", "null"},
      {R"({"var":"a.length"})", R"({"a":{"length":"mine"}})", "\"mine\""},
      {R"({"var":"length"})", "5", "null"},
      {R"({"var":["a",{"cat":["x","y"]}]})", "{}", "\"xy\""},
      {R"({"var":["a",1]})", R"({"a":null})", "null"},
      {R"({"var":[["a"]]})", R"({"a":1})", "1"},
      {R"({"var":true})", R"({"true":1})", "1"},
      {R"({"var":1.5})", R"([0,[0,0,0,0,0,"x"]])", "\"x\""},
      {R"({"var":{"var":"p"}})", R"({"p":"a.b","a":{"b":3}})", "3"},
      {R"({"var":{"var":"p"}})", R"({"p":null,"a":1})", R"({"a":1,"p":null})"},
      {R"({"missing":["a.b","c.0","d"]})", R"({"a":{"b":""},"c":[1]})", R"(["a.b","d"])"},
      {R"({"missing":{"var":"wanted"}})", R"({"wanted":["x","wanted"]})", R"(["x"])"},
      {R"({"missing":[["a","b"]]})", R"({"a":1})", R"(["b"])"},
      {R"({"missing":[{"var":"k"},"b"]})", R"({"k":"a"})", R"(["a","b"])"},
      {R"({"missing_some":[2,["a","b","c"]]})", R"({"a":1})", R"(["b","c"])"},
      {R"({"missing_some":["1",{"var":"keys"}]})", R"({"keys":["a"]})", R"(["a"])"},
  });
}

TEST(JsonLogic, DoesArithmeticAsJavaScript) {
  expect_all({
      {R"({"+":["3 apples",1]})", "{}", "4"},
      {R"({"+":["0x10"]})", "{}", "0"},
      {R"({"+":[".5","5.","-1e1x"]})", "{}", "-4.5"},
      {R"({"+":[null]})", "{}", "null"},
      {R"({"+":[[7,8]]})", "{}", "7"},
      {R"({"*":["3"]})", "{}", "\"3\""},
      {R"({"*":[2,"3",[4]]})", "{}", "24"},
      {R"({"-":["3"]})", "{}", "-3"},
      {R"({"-":[1,null]})", "{}", "1"},
      {R"({"/":[1,3]})", "{}", "0.3333333333333333"},
      {R"({"/":[1,0]})", "{}", "null"},
      {R"({"%":[-7,3]})", "{}", "-1"},
      {R"({"%":[7.5,2]})", "{}", "1.5"},
      {R"({"max":[1,"5",null]})", "{}", "5"},
      {R"({"min":[1,true,[]]})", "{}", "0"},
      {R"({"max":[1,"x"]})", "{}", "null"},
      {R"({">":[{"max":["x",1]},0]})", "{}", "false"},
      {R"({"cat":[{"/":[1,0]},{"-":["x"]},1e21,1e-7,0.1]})", "{}", "\"InfinityNaN1e+211e-70.1\""},
      {R"({"cat":[9007199254740993]})", "{}", "\"9007199254740993\""},
      {R"({"+":[1e308,1e308]})", "{}", "null"},
      {R"({"*":[1234567890123456789,10]})", "{}", "12345678901234567000"},
      {R"({"!!":[{"-":["x"]}]})", "{}", "false"},
      {R"({"===":[{"-":["x"]},{"-":["x"]}]})", "{}", "false"},
  });
}

TEST(JsonLogic, WorksOnTexts) {
  expect_all({
      {R"({"cat":[1,null,true,["a",[null,2]],{"var":"o"}]})", R"({"o":{}})", "\"1truea,,2[object Object]\""},
      {R"({"cat":[]})", "{}", "\"\""},
      {R"({"substr":["h\u00e9llo",1,3]})", "{}", "\"\u00e9ll\""},
      {R"({"substr":["hello",-3,-1]})", "{}", "\"ll\""},
      {R"({"substr":["hello",2,-9]})", "{}", "\"\""},
      {R"({"substr":["hello",9]})", "{}", "\"\""},
      {R"({"substr":["hello",-9,2]})", "{}", "\"he\""},
      {R"({"substr":["hello","1","2"]})", "{}", "\"el\""},
      {R"({"substr":["hello",0.9,1.9]})", "{}", "\"h\""},
      {R"({"substr":[12345,1,null]})", "{}", "\"\""},
      {R"({"substr":["a\ud83d\ude00b",1,2]})", "{}", "\"\U0001F600\""},
      {R"({"substr":["a\ud83d\ude00b",1,1]})", "{}", "\"\uFFFD\""},
      {R"({"substr":["a\ud83d\ude00b",2]})", "{}", "\"\uFFFDb\""},
      {R"({"in":[1,"a1b"]})", "{}", "true"},
      {R"({"in":[null,"a null b"]})", "{}", "true"},
      {R"({"in":["",""]})", "{}", "false"},
      {R"({"in":["","a"]})", "{}", "true"},
      {R"({"in":["a",{"var":"o"}]})", R"({"o":{"a":1}})", "false"},
      {R"({"in":[{"var":"x"},["a","bb","c"]]})", R"({"x":"bb"})", "true"},
      {R"({"in":[{"var":"x"},[null]]})", "{}", "true"},
      {R"({"in":[{"var":"x"},[false,"1"]]})", R"({"x":1})", "false"},
      {R"({"in":["l",["a","b","c","d","e","f","g","h","i","j","k","l"]]})", "{}", "true"},
      {R"({"in":["m",["a","b","c","d","e","f","g","h","i","j","k","l"]]})", "{}", "false"},
      {R"({"in":[{"var":"a"},{"var":""}]})", R"([1])", "false"},
      {R"({"in":[2,{"merge":[1,[2]]}]})", "{}", "true"},
  });
}

TEST(JsonLogic, GoesThroughArrays) {
  expect_all({
      {R"({"map":[{"var":"a"},{"var":["x","none"]}]})", R"({"a":[{"x":1},{},5]})", R"([1,"none","none"])"},
      {R"({"filter":[[1,{"var":"y"},3],{">":[{"var":""},1]}]})", R"({"y":2})", "[2,3]"},
      {R"({"map":[[[1,2],[3]],{"map":[{"var":""},{"*":[{"var":""},2]}]}]})", "{}", "[[2,4],[6]]"},
      {R"({"reduce":[{"var":"a"},{"var":"accumulator.0"},[9]]})", R"({"a":[1]})", "9"},
      {R"({"reduce":[{"var":"a"},{"cat":[{"var":"accumulator"},{"var":"current"}]}]})", R"({"a":["x","y"]})", "\"xy\""},
      {R"({"reduce":[{"var":"a"},{"var":""},0]})", R"({"a":[1,2]})",
       R"({"accumulator":{"accumulator":0,"current":1},"current":2})"},
      {R"({"reduce":[5,{"var":"current"},7]})", "{}", "7"},
      {R"({"all":[{"var":"a"},{"all":[{"var":""},{"var":""}]}]})", R"({"a":[[1],[2,3]]})", "true"},
      {R"({"all":[{"var":"a"},{"var":"x"}]})", R"({"a":{}})", "false"},
      {R"({"some":[{"var":"a"},{"missing":["x"]}]})", R"({"a":[{"x":1},{}]})", "true"},
      {R"({"none":[{"var":"b"},true]})", "{}", "true"},
      {R"({"and":[{"some":[{"var":"a"},{"==":[{"var":"x"},1]}]},{"==":[{"var":"x"},2]}]})", R"({"a":[{"x":1}],"x":2})",
       "true"},
      {R"({"merge":[1,[2,[3]],null,{"var":"a"}]})", R"({"a":[4]})", "[1,2,[3],null,4]"},
      {R"([{"a":1,"b":{"var":"x"}},{}])", "{}", R"([{"a":1,"b":{"var":"x"}},{}])"},
  });
}

TEST(JsonLogic, DecidesLazily) {
  // What is not reached would raise.
  constexpr char fails[] = R"({"text.matches":["x",{"var":"no_text"}]})";
  EXPECT_EQ(logic(std::string(R"({"and":[false,)") + fails + "]}"), "false");
  EXPECT_EQ(logic(std::string(R"({"or":[true,)") + fails + "]}"), "true");
  EXPECT_EQ(logic(std::string(R"({"if":[false,)") + fails + ",1]}"), "1");
  EXPECT_EQ(logic(std::string(R"({"all":[[0,1],{"and":[{"var":""},)") + fails + "]}]}"), "false");
  EXPECT_EQ(error_of([&] { logic(fails); }).sqlstate(), std::string("22023"));
}

TEST(JsonLogic, HasOperatorsOfOurOwn) {
  expect_all({
      {R"({"time.now":[]})", "{}", "1735689600000"},
      {R"({"time.now":"-7d"})", "{}", "1735084800000"},
      {R"({"-":[{"time.now":["+2w"]},{"time.now":"+1h"}]})", "{}", "1206000000"},
      {R"({"time.ms":"2025-01-01"})", "{}", "1735689600000"},
      {R"({"time.ms":{"var":"t"}})", R"({"t":"2025-01-01T01:00:00.5+01:00"})", "1735689600500"},
      {R"({"time.ms":{"var":"t"}})", R"({"t":1735689600000})", "1735689600000"},
      {R"({"time.ms":{"var":"t"}})", R"({"t":"soon"})", "null"},
      {R"({"<":[{"time.ms":{"var":"t"}},{"time.now":[]}]})", "{}", "false"},
      {R"({">=":[{"time.ms":{"var":"t"}},{"time.now":"-1d"}]})", R"({"t":"2024-12-31T00:00:00Z"})", "true"},
      {R"({">=":[{"time.ms":{"var":"t"}},{"time.now":"-1d"}]})", R"({"t":"2024-12-30T23:59:59.999999Z"})", "false"},
      {R"([{"time.ms":"2025-01-01"},{"text.lower":"A"}])", "{}", "[1735689600000,\"a\"]"},
      {R"({"text.lower":"\u00c4B\u0130"})", "{}", "\"\u00e4bi\""},
      {R"({"text.lower":{"var":"x"}})", R"({"x":["A",1]})", "\"a,1\""},
      {R"({"text.lower":{"var":"x"}})", "{}", "null"},
      {R"({"text.matches":[{"var":"x"},"^b"]})", R"({"x":"bcd"})", "true"},
      {R"({"text.matches":[{"var":"x"},"^b"]})", "{}", "false"},
      {R"({"text.matches":[12,"^1"]})", "{}", "true"},
  });
}

// One evaluator and one program, many documents: nothing of one shows in the next.
TEST(JsonLogic, ForgetsTheDocumentBefore) {
  const auto program = Program::compile(
      encode_jsonb(R"({"and":[{"==":[{"var":"user.plan"},"pro"]},{"==":[{"var":"user.plan"},{"var":"user.plan"}]}]})"),
      RuleForm::condition);
  Evaluator evaluator;
  for (int i = 0; i < 100; ++i) {
    const std::string data = encode_jsonb(i % 3 == 0 ? R"({"user":{"plan":"pro"}})" : i % 3 == 1 ? "{}" : "[1]");
    const Document document(data);
    EXPECT_EQ(evaluator.matches(*program, document, now), i % 3 == 0) << i;
  }
}

TEST(JsonLogic, TakesUserAndEventApart) {
  const std::string user = encode_jsonb(R"({"plan":"pro","id":7})");
  const std::string event = encode_jsonb(R"({"name":"signed_up"})");
  Evaluator evaluator;
  const auto holds = [&](std::string_view rule, std::string_view first, std::string_view second) {
    const auto program = Program::compile(encode_jsonb(rule), RuleForm::condition);
    const Document document(first, second);
    return evaluator.matches(*program, document, now);
  };
  constexpr char both[] = R"({"and":[{"==":[{"var":"user.plan"},"pro"]},{"==":[{"var":"event.name"},"signed_up"]}]})";
  EXPECT_TRUE(holds(both, user, event));
  EXPECT_FALSE(holds(both, user, {}));
  EXPECT_FALSE(holds(both, event, user));
  EXPECT_TRUE(holds(R"({"===":[{"var":["event","none"]},"none"]})", user, {}));
  EXPECT_TRUE(holds(R"({"missing":["users.plan"]})", user, event));
  const auto program = Program::compile(encode_jsonb(R"({"var":""})"), RuleForm::any);
  std::string jsonb;
  const Document whole(user, event);
  lifecycle::condition::write_result(evaluator.evaluate(*program, whole, now), jsonb);
  EXPECT_EQ(canonical(jsonb), R"({"event":{"name":"signed_up"},"user":{"id":7,"plan":"pro"}})");
  const Document half({}, event);
  lifecycle::condition::write_result(evaluator.evaluate(*program, half, now), jsonb);
  EXPECT_EQ(canonical(jsonb), R"({"event":{"name":"signed_up"}})");
}

// Objects of many keys, where entries are ends and lengths in turn.
TEST(JsonLogic, FindsMembersOfLargeObjects) {
  for (const int count : {1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 200}) {
    std::string json = "{";
    for (int i = 0; i < count; ++i) {
      json += (i > 0 ? ",\"" : "\"") + std::string(static_cast<std::size_t>(i % 13), 'k') + std::to_string(i) +
              "\":" + std::to_string(i * 3);
    }
    const std::string data = encode_jsonb(json + "}");
    for (int i = 0; i < count; ++i) {
      const std::string key = std::string(static_cast<std::size_t>(i % 13), 'k') + std::to_string(i);
      EXPECT_EQ(result(encode_jsonb("{\"var\":\"" + key + "\"}"), data), std::to_string(i * 3)) << count;
    }
    EXPECT_EQ(result(encode_jsonb(R"({"var":["k","none"]})"), data), "\"none\"");
    EXPECT_EQ(result(encode_jsonb(R"({"map":[[1],{"var":"k"}]})"), data), "[null]");
  }
}

} // namespace
