// The mapping language (docs/SOURCES.md): says in JSON where each column of a target comes from, and is compiled into
// SQL expressions over the alias s, the source row. What the target's columns are is an input (ledger.hpp has the
// ledger's, functions/dataset those of a contract), so that every target that is filled from user tables shares one
// language.
//
// Checked here is what can be known without reading a row: the form of the document, columns, types, zones. Whatever
// compiles also runs: no expression raises for a value its column can hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::mapping {

// What a source column's type means to a mapping. A domain counts as its base type, an enum as text. Not every value of
// a json can become a jsonb.
enum class SourceKind : std::uint8_t {
  text,
  integer,
  numeric,
  floating,
  boolean,
  uuid,
  timestamptz,
  timestamp,
  date,
  jsonb,
  json,
  other
};

using KindSet = unsigned;

template <typename... Kinds>
constexpr KindSet kinds(Kinds... kind) {
  return ((1U << static_cast<unsigned>(kind)) | ...);
}

struct SourceColumn {
  std::string name;
  SourceKind kind;
  std::string type;        // as SQL writes it, for messages
  bool holds_json = false; // a json, or an array or composite of some
};

struct Relation {
  std::string name; // as SQL writes it, for messages
  std::vector<SourceColumn> columns;
};

// What a target column holds; time is timestamptz, integer is bigint.
enum class TargetKind : std::uint8_t { text, integer, number, boolean, uuid, time, json };

struct Target {
  std::string_view name;
  TargetKind kind;
  KindSet accepts; // source kinds that may be mapped to it
  bool required;
  std::span<const std::string> valid_values = {}; // of a text; empty: any. A single one need not be mapped
};

struct Targets {
  std::span<const Target> columns;
  std::span<const std::string_view> any_of;     // at least one of these must be mapped
  std::span<const std::string_view> other_keys; // keys of the mapping that are the caller's own
};

// What may be mapped to a target of each kind, unless the target asks for less. Only types whose text does not depend
// on a setting become text.
inline constexpr KindSet text_sources =
    kinds(SourceKind::text, SourceKind::integer, SourceKind::numeric, SourceKind::boolean, SourceKind::uuid);
inline constexpr KindSet time_sources =
    kinds(SourceKind::timestamptz, SourceKind::timestamp, SourceKind::date, SourceKind::text);
inline constexpr KindSet json_sources = kinds(SourceKind::jsonb, SourceKind::json);

struct CompiledColumn {
  std::string expression;                  // of the target's type; null also for a value that cannot be read as one
  std::string raw;                         // where that can be: the source value as text, for messages (of documents
                                           // an empty text, null for one that can be read); else empty
  std::optional<std::size_t> plain_column; // the relation's column, where the value is that of exactly one
  std::optional<std::size_t> only_column;  // the same, also where a map gives its values another meaning
};

struct Compiled {
  std::vector<CompiledColumn> columns; // in the order of the targets
  std::optional<std::size_t> change_column;
  std::string change_value; // timestamptz; empty without a change column
  std::vector<bool> used;   // for each column of the relation, whether an expression reads it
  std::vector<std::string> warnings;
};

using ZoneCheck = bool (*)(std::string_view zone);

// Throws Error: 22023 for the document's form, 42703 for an unknown column, 42804 for a wrong type, 42701 for a
// repetition, 54000 where the document is over lifecycle::limits, 22003 for a number beyond a double, 22032 for no
// JSON.
Compiled compile(std::string_view document, const Relation& relation, const Targets& targets, ZoneCheck zone_exists);

} // namespace lifecycle::mapping
