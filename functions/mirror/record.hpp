// Values as SQLite stores them: a row's record, and a key of an index as bytes that sort as SQLite orders it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::mirror {

struct Value {
  enum class Form : std::uint8_t { null, integer, real, text, blob } form = Form::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view bytes;
};

// SQLite's variable-length integers; for sizes, types and row numbers.
void append_varint(std::string& out, std::uint64_t value);

// Replaces out by the record of the values.
void write_record(const std::vector<Value>& values, std::string& out);

// Adds a value to a sort key. Keys of values that SQLite's BINARY collation orders the one before the other compare so
// by their bytes. Numbers of one column are all integers or all reals.
void append_key(std::string& key, const Value& value);

// Takes the values out of a sort key again; texts that the key had to escape are kept in storage.
void read_key(std::string_view key, std::size_t count, std::vector<Value>& values, std::vector<std::string>& storage);

} // namespace lifecycle::mirror
