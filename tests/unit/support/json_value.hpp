// A JSON tree for tests that keeps numbers as their text. Parsed by nlohmann/json's SAX reader.
#pragma once

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lifecycle::test {

struct JsonMember;

struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool truth = false;
  std::string text; // of a number as it was spelled, of a string its content
  std::vector<JsonValue> items;
  std::vector<JsonMember> members; // as they came

  static JsonValue of_number(std::string text);
  static JsonValue of_string(std::string text);
  static JsonValue of_boolean(bool truth);
  static JsonValue of_array(std::vector<JsonValue> items);
  static JsonValue of_object(std::vector<JsonMember> members);
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

inline JsonValue JsonValue::of_number(std::string text) { return {Kind::number, false, std::move(text), {}, {}}; }
inline JsonValue JsonValue::of_string(std::string text) { return {Kind::string, false, std::move(text), {}, {}}; }
inline JsonValue JsonValue::of_boolean(bool truth) { return {Kind::boolean, truth, {}, {}, {}}; }
inline JsonValue JsonValue::of_array(std::vector<JsonValue> items) {
  return {Kind::array, false, {}, std::move(items), {}};
}
inline JsonValue JsonValue::of_object(std::vector<JsonMember> members) {
  return {Kind::object, false, {}, {}, std::move(members)};
}

class JsonTreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(JsonValue::of_boolean(value)); }
  bool number_integer(number_integer_t value) override { return add(JsonValue::of_number(std::to_string(value))); }
  bool number_unsigned(number_unsigned_t value) override { return add(JsonValue::of_number(std::to_string(value))); }
  // Everything that is no 64-bit integer comes here, with its spelling.
  bool number_float(number_float_t, const string_t& spelled) override { return add(JsonValue::of_number(spelled)); }
  bool string(string_t& value) override { return add(JsonValue::of_string(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonValue::of_object({})); }
  bool key(string_t& value) override {
    keys_.back() = value;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(JsonValue::of_array({})); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    throw std::invalid_argument(error.what());
  }

  JsonValue root;

 private:
  bool open(JsonValue value) {
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(value));
  }
  bool add(JsonValue value) {
    if (open_.empty()) {
      root = std::move(value);
    } else if (open_.back().kind == JsonValue::Kind::array) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.push_back({keys_.back(), std::move(value)});
    }
    return true;
  }

  std::vector<JsonValue> open_;
  std::vector<std::string> keys_;
};

// Throws std::invalid_argument for text that is not JSON, and for numbers that overflow a double.
inline JsonValue parse_json(std::string_view text) {
  JsonTreeBuilder builder;
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder.root);
}

} // namespace lifecycle::test
