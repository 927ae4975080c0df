// A contract document: an Open Data Contract Standard 3.1 data contract of one dataset, as far as it says what this
// extension acts upon. Read leniently, so that everything wrong with it can be told at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::dataset {

enum class ColumnType : std::uint8_t {
  text,
  varchar,
  uuid,
  integer,
  bigint,
  numeric,
  boolean,
  timestamptz,
  timestamp,
  date,
  jsonb
};

constexpr bool is_number(ColumnType type) {
  return type == ColumnType::integer || type == ColumnType::bigint || type == ColumnType::numeric;
}

// As physicalType writes it, a length aside.
std::string_view name_of(ColumnType type);

struct Column {
  std::string name;
  std::optional<ColumnType> type; // none where the document's type is not known
  std::size_t max_length = 0;     // of varchar; 0: no limit
  bool required = false;
  bool computed = false; // given by the export, not by a source
  int key_position = 0;  // 0: not in the key
  int partition_position = 0;
  std::vector<std::string> valid_values; // empty: any
};

enum class WriteSemantics : std::uint8_t { append_only, versioned_upsert, insert_if_absent, replace };

struct Problem {
  std::string pointer; // RFC 6901; empty: the whole document
  std::string what;    // a sentence without its full stop
};

struct Contract {
  std::string name;
  std::string version;
  std::optional<WriteSemantics> semantics;
  std::vector<Column> columns;
  std::vector<Problem> problems; // of form and of sense; empty: the contract can be acted upon

  [[nodiscard]] const Column* find(std::string_view column) const;
};

// Throws Error only where there is no document to speak of: 22032 for no JSON, 54000 over lifecycle::limits, 22003 for
// a number beyond a double.
Contract read_contract(std::string_view document);

} // namespace lifecycle::dataset
