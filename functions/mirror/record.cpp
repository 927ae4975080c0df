#include "functions/mirror/record.hpp"

#include <bit>
#include <cstring>

#include "functions/mirror/page_file.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mirror {
namespace {

// Serial types of SQLite's file format.
constexpr std::uint64_t type_real = 7;
constexpr std::uint64_t type_zero = 8;
constexpr std::uint64_t type_one = 9;
constexpr std::uint64_t type_blob = 12;
constexpr std::uint64_t type_text = 13;
constexpr int integer_sizes[] = {0, 1, 2, 3, 4, 6, 8}; // bytes, by type

// First bytes of a key's values, in SQLite's order of storage classes.
constexpr char key_null = 0;
constexpr char key_integer = 1;
constexpr char key_real = 2;
constexpr char key_text = 3;
constexpr char key_blob = 4;
// Texts end with a zero byte; a zero byte in one is followed by this, which begins no value.
constexpr char escaped = '\xff';
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;

int varint_size(std::uint64_t value) {
  int size = 1;
  while ((value >>= 7U) != 0 && size < 9) {
    ++size;
  }
  return size;
}

std::uint64_t integer_type(std::int64_t value) {
  if (value == 0 || value == 1) {
    return value == 0 ? type_zero : type_one;
  }
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
  std::uint64_t type = 1;
  while (magnitude >> (8U * static_cast<unsigned>(integer_sizes[type]) - 1U) != 0) {
    ++type;
  }
  return type;
}

std::uint64_t type_of(const Value& value) {
  switch (value.form) {
    case Value::Form::integer:
      return integer_type(value.integer);
    case Value::Form::real:
      return type_real;
    case Value::Form::text:
      return type_text + 2 * value.bytes.size();
    case Value::Form::blob:
      return type_blob + 2 * value.bytes.size();
    case Value::Form::null:
      break;
  }
  return 0;
}

void append_big_endian(std::string& out, std::uint64_t value, int size) {
  char bytes[sizeof value];
  put_big_endian(bytes, value, size);
  out.append(bytes, static_cast<std::size_t>(size));
}

void append_body(std::string& out, const Value& value) {
  if (value.form == Value::Form::integer) {
    if (const std::uint64_t type = integer_type(value.integer); type < type_real) {
      append_big_endian(out, static_cast<std::uint64_t>(value.integer), integer_sizes[type]);
    }
  } else if (value.form == Value::Form::real) {
    append_big_endian(out, std::bit_cast<std::uint64_t>(value.real), sizeof value.real);
  } else if (value.form != Value::Form::null) {
    out.append(value.bytes);
  }
}

void append_escaped(std::string& key, std::string_view bytes) {
  for (;;) {
    const std::size_t zero = bytes.find('\0');
    key.append(bytes.substr(0, zero));
    key += '\0';
    if (zero == std::string_view::npos) {
      return;
    }
    key += escaped;
    bytes.remove_prefix(zero + 1);
  }
}

std::uint64_t take_number(std::string_view& key) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = value << 8U | static_cast<unsigned char>(key[i]);
  }
  key.remove_prefix(sizeof value);
  return value;
}

std::string_view take_escaped(std::string_view& key, std::string& storage) {
  std::size_t end = key.find('\0');
  if (end + 1 == key.size() || key[end + 1] != escaped) {
    const std::string_view bytes = key.substr(0, end);
    key.remove_prefix(end + 1);
    return bytes;
  }
  storage.clear();
  for (;;) {
    storage.append(key.substr(0, end));
    key.remove_prefix(end + 1);
    if (key.empty() || key.front() != escaped) {
      return storage;
    }
    storage += '\0';
    key.remove_prefix(1);
    end = key.find('\0');
  }
}

} // namespace

void append_varint(std::string& out, std::uint64_t value) {
  if (value <= 0x7F) {
    out += static_cast<char>(value);
    return;
  }
  char bytes[9];
  int at = 9;
  std::uint64_t rest = value;
  if (varint_size(value) == 9) { // the last of nine bytes has all its bits
    bytes[--at] = static_cast<char>(rest);
    rest >>= 8U;
    while (at > 0) {
      bytes[--at] = static_cast<char>((rest & 0x7FU) | 0x80U);
      rest >>= 7U;
    }
  } else {
    bytes[--at] = static_cast<char>(rest & 0x7FU);
    while ((rest >>= 7U) != 0) {
      bytes[--at] = static_cast<char>((rest & 0x7FU) | 0x80U);
    }
  }
  out.append(bytes + at, static_cast<std::size_t>(9 - at));
}

void write_record(const std::vector<Value>& values, std::string& out) {
  std::size_t types = 0;
  for (const Value& value : values) {
    types += static_cast<std::size_t>(varint_size(type_of(value)));
  }
  // The header's size counts itself.
  std::size_t header = types + 1;
  while (types + static_cast<std::size_t>(varint_size(header)) != header) {
    header = types + static_cast<std::size_t>(varint_size(header));
  }
  out.clear();
  append_varint(out, header);
  for (const Value& value : values) {
    append_varint(out, type_of(value));
  }
  for (const Value& value : values) {
    append_body(out, value);
  }
}

void append_key(std::string& key, const Value& value) {
  switch (value.form) {
    case Value::Form::null:
      key += key_null;
      break;
    case Value::Form::integer:
      key += key_integer;
      append_big_endian(key, static_cast<std::uint64_t>(value.integer) ^ sign_bit, sizeof value.integer);
      break;
    case Value::Form::real: {
      const auto bits = std::bit_cast<std::uint64_t>(value.real == 0 ? 0.0 : value.real); // minus zero equals zero
      key += key_real;
      append_big_endian(key, (bits & sign_bit) != 0 ? ~bits : bits | sign_bit, sizeof bits);
      break;
    }
    case Value::Form::text:
      key += key_text;
      append_escaped(key, value.bytes);
      break;
    case Value::Form::blob:
      key += key_blob;
      append_escaped(key, value.bytes);
      break;
  }
}

void read_key(std::string_view key, std::size_t count, std::vector<Value>& values, std::vector<std::string>& storage) {
  values.resize(count);
  storage.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Value& value = values[i];
    const char kind = key.front();
    key.remove_prefix(1);
    if (kind == key_integer) {
      value.form = Value::Form::integer;
      value.integer = static_cast<std::int64_t>(take_number(key) ^ sign_bit);
    } else if (kind == key_real) {
      const std::uint64_t bits = take_number(key);
      value.form = Value::Form::real;
      value.real = std::bit_cast<double>((bits & sign_bit) != 0 ? bits ^ sign_bit : ~bits);
    } else if (kind == key_null) {
      value.form = Value::Form::null;
    } else {
      value.form = kind == key_text ? Value::Form::text : Value::Form::blob;
      value.bytes = take_escaped(key, storage[i]);
    }
  }
}

} // namespace lifecycle::mirror
