// A value while a rule is evaluated: a view of stored jsonb wherever that is possible, so that the usual rule copies
// and allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::condition {

enum class Kind : std::uint8_t {
  missing, // what a path that leads nowhere gives; var makes it the default or null
  null,
  no,
  yes,
  number, // stored: a numeric with its length word
  real,   // computed
  text,
  array,  // stored
  object, // stored
  list,   // an array built by the rule
  record, // an object of two members: {user, event} or {current, accumulator}
};

struct List;
struct Record;

struct Value {
  union {
    const char* bytes;
    double real;
    const List* list;
    const Record* record;
  };
  std::uint32_t size; // of bytes
  Kind kind;

  [[nodiscard]] std::string_view view() const { return {bytes, size}; }
};

static_assert(sizeof(Value) == 16);

struct List {
  const Value* items;
  std::uint32_t count;
};

struct Record {
  std::string_view names[2];
  Value values[2];
};

inline Value of_kind(Kind kind) {
  Value value{};
  value.kind = kind;
  return value;
}

inline Value null_value() { return of_kind(Kind::null); }

inline Value of_boolean(bool truth) { return of_kind(truth ? Kind::yes : Kind::no); }

inline Value of_real(double real) {
  Value value{};
  value.real = real;
  value.kind = Kind::real;
  return value;
}

inline Value of_bytes(Kind kind, std::string_view bytes) {
  Value value{};
  value.bytes = bytes.data();
  value.size = static_cast<std::uint32_t>(bytes.size());
  value.kind = kind;
  return value;
}

inline Value of_text(std::string_view text) { return of_bytes(Kind::text, text); }

inline Value of_list(const List* list) {
  Value value{};
  value.list = list;
  value.kind = Kind::list;
  return value;
}

inline Value of_record(const Record* record) {
  Value value{};
  value.record = record;
  value.kind = Kind::record;
  return value;
}

inline bool is_array(const Value& value) { return value.kind == Kind::array || value.kind == Kind::list; }
inline bool is_number(const Value& value) { return value.kind == Kind::number || value.kind == Kind::real; }
inline bool is_boolean(const Value& value) { return value.kind == Kind::yes || value.kind == Kind::no; }
inline bool is_container(const Value& value) { return value.kind >= Kind::array; }

} // namespace lifecycle::condition
