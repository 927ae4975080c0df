// What is read out of a rule: why it holds, and what an index can say beforehand.
#include "tests/unit/condition_fixture.hpp"

#include <string>

#include "functions/condition/explain.hpp"
#include "functions/condition/indexable.hpp"

namespace {

using namespace condition_fixture;
using lifecycle::condition::Explanation;
using lifecycle::condition::Leaf;

// "pointer result decisive" for each leaf.
std::string leaves(std::string_view rule, std::string_view data) {
  const std::string rule_bytes = encode_jsonb(rule);
  const std::string data_bytes = encode_jsonb(data);
  const Document document(data_bytes);
  const Explanation explanation(rule_bytes, document, now);
  std::string text;
  for (const Leaf& leaf : explanation.leaves()) {
    text += leaf.pointer + (leaf.result ? " true" : " false") + (leaf.decisive ? " decides; " : "; ");
  }
  return text;
}

TEST(Explain, ShowsTheLeavesAndWhichDecided) {
  EXPECT_EQ(leaves(R"({"==":[{"var":"a"},1]})", R"({"a":1})"), " true decides; ");
  EXPECT_EQ(leaves("true", "{}"), " true decides; ");
  EXPECT_EQ(leaves(R"({"and":[{"var":"a"},{"var":"b"},{"var":"c"}]})", R"({"a":1,"b":0})"),
            "/and/0 true; /and/1 false decides; /and/2 false decides; ");
  EXPECT_EQ(leaves(R"({"and":[{"var":"a"},{"!":{"var":"b"}}]})", R"({"a":1,"b":0})"),
            "/and/0 true decides; /and/1/! false decides; ");
  EXPECT_EQ(leaves(R"({"or":[{"var":"a"},{"!!":[{"var":"b"}]}]})", R"({"a":1})"),
            "/or/0 true decides; /or/1/!!/0 false; ");
  EXPECT_EQ(leaves(R"({"if":[{"var":"a"},{"var":"b"},{"var":"c"},{"var":"d"},{"var":"e"}]})", R"({"c":1,"b":1})"),
            "/if/0 false decides; /if/1 true; /if/2 true decides; /if/3 false decides; /if/4 false; ");
  EXPECT_EQ(leaves(R"({"if":[{"var":"a"},{"var":"b"}]})", "{}"), "/if/0 false decides; /if/1 false; ");
  EXPECT_EQ(leaves(R"({"if":[]})", "{}"), " false decides; ");
}

TEST(Explain, ShowsWhatWasFound) {
  const std::string rule = encode_jsonb(
      R"({"or":[{"<":[{"var":"a"},{"var":["b.c",5]},{"var":"a"}]},{"some":[{"var":"list"},{"==":[{"var":"x"},{"var":""}]}]},{"==":[{"var":""},1]}]})");
  const std::string data = encode_jsonb(R"({"a":7,"list":[{"x":1}]})");
  const Document document(data);
  Explanation explanation(rule, document, now);
  std::string bytes;
  lifecycle::condition::write_result(explanation.to_value(), bytes);
  EXPECT_EQ(canonical(bytes),
            R"([["/or/0",{"<":[{"var":"a"},{"var":["b.c",5]},{"var":"a"}]},[["a",7],["b.c",5]],false,true],)"
            R"(["/or/1",{"some":[{"var":"list"},{"==":[{"var":"x"},{"var":""}]}]},[["list",[{"x":1}]]],false,true],)"
            R"(["/or/2",{"==":[{"var":""},1]},[["",{"a":7,"list":[{"x":1}]}]],false,true]])");
}

TEST(Explain, SaysWhatMatchesSays) {
  for (const char* rule :
       {R"({"and":[{"or":[{"var":"a"},{"var":"b"}]},{"!":{"and":[{"var":"c"},{"var":"d"}]}}]})",
        R"({"if":[{"var":"a"},{"or":[{"var":"b"},{"var":"c"}]},{"var":"d"},{"!":[{"var":"b"}]}]})"}) {
    for (int bits = 0; bits < 16; ++bits) {
      std::string data = "{";
      for (int i = 0; i < 4; ++i) {
        data += std::string(i > 0 ? "," : "") + "\"" + "abcd"[i] + "\":" + ((bits >> i & 1) != 0 ? "1" : "0");
      }
      data += "}";
      // With the deciding leaves alone left as they are and all others turned round, the result stays.
      const std::string rule_bytes = encode_jsonb(rule);
      const std::string data_bytes = encode_jsonb(data);
      const Document document(data_bytes);
      const Explanation explanation(rule_bytes, document, now);
      std::string turned = data;
      for (const Leaf& leaf : explanation.leaves()) {
        if (leaf.decisive) {
          continue;
        }
        const std::size_t at = turned.find("\"" + leaf.found[0].path + "\":") + 4;
        bool also_decisive = false;
        for (const Leaf& other : explanation.leaves()) {
          also_decisive = also_decisive || (other.decisive && other.found[0].path == leaf.found[0].path);
        }
        if (!also_decisive) {
          turned[at] = turned[at] == '0' ? '1' : '0';
        }
      }
      EXPECT_EQ(matches(rule, turned), matches(rule, data)) << rule << data << turned;
    }
  }
}

std::string indexable(std::string_view rule) {
  return lifecycle::condition::indexable_condition(encode_jsonb(rule), "user.attributes", "x").value_or("-");
}

TEST(Indexable, FollowsFromTheRule) {
  EXPECT_EQ(indexable(R"({"===":[{"var":"user.attributes.plan"},"pro"]})"), R"(x @> '{"plan": "pro"}'::jsonb)");
  EXPECT_EQ(indexable(R"({"===":[5.50,{"var":"user.attributes.a.b"}]})"), R"(x @> '{"a": {"b": 5.5}}'::jsonb)");
  EXPECT_EQ(indexable(R"({"==":[{"var":"user.attributes.plan"},"pro"]})"), R"(x @@ '$."plan".** == "pro"'::jsonpath)");
  EXPECT_EQ(indexable(R"({"!":{"!=":[{"var":"user.attributes.plan"},"pro"]}})"),
            R"(x @@ '$."plan".** == "pro"'::jsonpath)");
  EXPECT_EQ(indexable(R"({"and":[{"===":[{"var":"user.attributes.a"},true]},{">":[{"var":"user.age"},1]}]})"),
            R"(x @> '{"a": true}'::jsonb)");
  EXPECT_EQ(
      indexable(R"({"!":{"or":[{"!==":[{"var":"user.attributes.a"},1]},{"!==":[{"var":"user.attributes.b"},2]}]}})"),
      R"((x @> '{"a": 1}'::jsonb AND x @> '{"b": 2}'::jsonb))");
  EXPECT_EQ(indexable(R"({"in":[{"var":"user.attributes.c"},["DE",1,[7]]]})"), "x ? 'c'");
  EXPECT_EQ(indexable(R"({"in":[{"var":"user.attributes.c"},["DE","D'E\\"]]})"),
            R"((x @> '{"c": "DE"}'::jsonb OR x @> E'{"c": "D''E\\\\"}'::jsonb))");
  EXPECT_EQ(indexable(R"({"in":[{"var":"user.attributes.c"},[]]})"), "false");
  EXPECT_EQ(indexable(R"({">":[{"var":"user.attributes.age"},18]})"), "x ? 'age'");
  EXPECT_EQ(indexable(R"({"!":{"missing":["user.attributes.a.b"]}})"), "x ? 'a'");
  EXPECT_EQ(indexable(R"({"some":[{"var":"user.attributes.a"},{"==":[{"var":"user.attributes.b"},1]}]})"), "x ? 'a'");
}

TEST(Indexable, StaysSilentWhereNothingFollows) {
  for (const char* rule : {
           "true",
           R"({"<":[{"var":"user.attributes.age"},18]})",        // null counts as 0
           R"({"===":[{"var":"user.attributes.a"},null]})",      // missing too
           R"({"===":[{"var":["user.attributes.a","x"]},"x"]})", // the default
           R"({"!==":[{"var":"user.attributes.a"},"x"]})",
           R"({"===":[{"var":"user.attributes.0"},"x"]})", // may be an array
           R"({"===":[{"var":"user.attributes.length"},3]})",
           R"({"===":[{"var":"user.attributesx.a"},"x"]})",
           R"({"===":[{"var":"event.attributes.a"},"x"]})",
           R"({"or":[{"===":[{"var":"user.attributes.a"},"x"]},{"var":"user.b"}]})",
           R"({"===":[{"var":{"cat":["user.attributes.a"]}},"x"]})",
           R"({"in":[{"var":"user.attributes.a"},["x",null]]})",
           R"({">":[{"time.now":[]},{"var":"user.attributes.a"}]})",
           R"({"and":[{"missing":["user.attributes.a"]}]})",
           R"({"if":[{"var":"user.x"},{"===":[{"var":"user.attributes.a"},1]},{"var":"user.y"}]})",
       }) {
    EXPECT_EQ(indexable(rule), "-") << rule;
  }
  EXPECT_EQ(indexable("false"), "false");
  // By their keys alone: what is equal to them is not known from the constant.
  for (const char* constant : {"5", "\"5\"", "\"\"", "\"a,b\"", "\"true\"", "\"[object Object]\"", "true"}) {
    const std::string sql = indexable(std::string(R"({"==":[{"var":"user.attributes.a"},)") + constant + "]}");
    EXPECT_EQ(sql, "x ? 'a'") << constant;
  }
  EXPECT_EQ(indexable(R"({"===":[{"var":"user.attributes.a.0"},"x"]})"), "x ? 'a'");
}

} // namespace
