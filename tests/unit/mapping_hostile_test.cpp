#include <array>
#include <cctype>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/mapping_fixture.hpp"

namespace {

using namespace mapping_fixture;

// What is left of an expression once its quoted names and literals are taken out.
std::string without_quoted(std::string_view sql) {
  std::string rest;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char quote = sql[i];
    if (quote != '"' && quote != '\'') {
      rest += quote;
      continue;
    }
    const bool escapes = quote == '\'' && i > 0 && sql[i - 1] == 'E';
    for (++i;; ++i) {
      if (i >= sql.size()) {
        ADD_FAILURE() << "unterminated: " << sql;
        return rest;
      }
      if (escapes && sql[i] == '\\') {
        ++i;
      } else if (sql[i] == quote) {
        if (i + 1 >= sql.size() || sql[i + 1] != quote) {
          break;
        }
        ++i;
      }
    }
  }
  return rest;
}

// Every word outside quotes is one of ours, and parentheses match: no user text got out.
void expect_only_our_words(const std::string& sql) {
  static const std::set<std::string, std::less<>> ours = {
      "s",         "E",         "text",       "bigint",    "numeric",  "boolean",  "uuid",  "timestamptz",
      "timestamp", "date",      "jsonb",      "COLLATE",   "NULLIF",   "COALESCE", "CASE",  "WHEN",
      "IS",        "NOT",       "NULL",       "THEN",      "ELSE",     "END",      "btrim", "left",
      "200",       "lifecycle", "parse_time", "_utc_time", "_payload", "ARRAY"};
  const std::string rest = without_quoted(sql);
  std::string word;
  int depth = 0;
  for (const char c : rest + ' ') {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
      continue;
    }
    ASSERT_TRUE(word.empty() || ours.contains(word)) << '"' << word << "\" in " << sql;
    word.clear();
    ASSERT_NE(std::string_view("()[],.:| ").find(c), std::string_view::npos) << c << " in " << sql;
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    ASSERT_GE(depth, 0) << sql;
  }
  ASSERT_EQ(depth, 0) << sql;
}

TEST(Mapping, NoUserTextLeavesItsQuotes) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {
      "'",       "\"",  "\\",           "\\'", "$$", "$x$",  "--", "/*",   "*/",  ";",  ")", "(", "E'", "::text",
      " OR 1=1", "s.x", "DROP TABLE t", "\n",  "\t", "\x01", "é",  "日本", "u&'", "%s", "{", "}", "a"};
  const auto hostile = [&] {
    std::string text;
    for (unsigned length = 1 + random() % 8; length > 0; --length) {
      text += pieces[random() % pieces.size()];
    }
    return text;
  };
  constexpr std::array<SourceKind, 10> all_kinds = {
      SourceKind::text,        SourceKind::integer,   SourceKind::numeric, SourceKind::boolean, SourceKind::uuid,
      SourceKind::timestamptz, SourceKind::timestamp, SourceKind::date,    SourceKind::jsonb,   SourceKind::other};
  int compiled_count = 0;
  for (int round = 0; round < 1000; ++round) {
    Relation relation{hostile(), {}};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 12; ++i) {
      names.push_back(hostile() + std::to_string(i));
      relation.columns.push_back(
          {names.back(), i < 4 ? SourceKind::text : all_kinds[random() % all_kinds.size()], hostile()});
    }
    const auto term = [&](bool text) -> nlohmann::json {
      const std::string& name = names[text ? random() % 4 : random() % names.size()];
      switch (random() % 4) {
        case 0:
          return {{"constant", hostile()}};
        case 1:
          return {{"column", name}};
        default:
          return name;
      }
    };
    const auto value = [&](bool text) -> nlohmann::json {
      if (random() % 3 != 0) {
        return term(text);
      }
      nlohmann::json several = nlohmann::json::array({names[0]});
      several.push_back(random() % 2 == 0 ? nlohmann::json(names[1]) : nlohmann::json{{"constant", hostile()}});
      return random() % 2 == 0 ? several : nlohmann::json{{"first", several}};
    };
    nlohmann::json mapping = {{"contact_id", value(true)},
                              {"contact_email", value(true)},
                              {"event_type", value(true)},
                              {"event_name", value(random() % 4 != 0)},
                              {"event_timestamp", names[random() % 4]},
                              {"source_record_id", value(true)},
                              {"payload", {{"columns", {{hostile(), names[5]}, {hostile(), names[6]}}}}}};
    try {
      const Compiled result = compile(mapping.dump(), relation, ledger, zone_exists);
      ++compiled_count;
      for (const CompiledColumn& column : result.columns) {
        expect_only_our_words(column.expression);
        expect_only_our_words(column.raw);
      }
    } catch (const Error& error) {
      EXPECT_FALSE(error.detail().empty());
    }
    if (HasFatalFailure()) {
      return;
    }
  }
  EXPECT_GT(compiled_count, 400);
}

// Any JSON at all: an answer or an Error, nothing else (the sanitizers look on).
TEST(Mapping, SurvivesAnyDocument) {
  std::mt19937 random(5);
  const std::vector<std::string> words = {"contact_id",
                                          "contact_email",
                                          "event_type",
                                          "event_name",
                                          "event_timestamp",
                                          "source_record_id",
                                          "payload",
                                          "time_zone",
                                          "change_column",
                                          "column",
                                          "first",
                                          "constant",
                                          "columns",
                                          "id",
                                          "email",
                                          "at",
                                          "day",
                                          "extra",
                                          "UTC",
                                          "*",
                                          "",
                                          "Asia/Tokyo",
                                          "2025-01-01"};
  std::function<nlohmann::json(int)> document = [&](int depth) -> nlohmann::json {
    const unsigned choice = random() % (depth > 4 ? 5 : 9);
    switch (choice) {
      case 0:
        return nullptr;
      case 1:
        return random() % 2 == 0;
      case 2:
        return static_cast<int>(random());
      case 3:
        return 0.5;
      case 4:
        return words[random() % words.size()];
      case 5:
      case 6: {
        nlohmann::json list = nlohmann::json::array();
        for (unsigned length = random() % 4; length > 0; --length) {
          list.push_back(document(depth + 1));
        }
        return list;
      }
      default: {
        nlohmann::json object = nlohmann::json::object();
        for (unsigned length = random() % 4; length > 0; --length) {
          object[words[random() % words.size()]] = document(depth + 1);
        }
        return object;
      }
    }
  };
  const std::string complete = with({{"payload", {"number", "extra"}}, {"event_name", {"name", {{"constant", "x"}}}}});
  for (int i = 0; i < 3'000; ++i) {
    nlohmann::json mapping = nlohmann::json::parse(complete);
    if (i % 2 == 0) {
      mapping[words[random() % 9]] = document(0);
    } else {
      mapping = document(0);
    }
    std::string text = mapping.dump();
    if (i % 3 == 0 && !text.empty()) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    try {
      static_cast<void>(compiled(text));
    } catch (const Error& error) {
      ASSERT_FALSE(std::string(error.what()).empty());
    }
  }
}

} // namespace
