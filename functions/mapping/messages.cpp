#include "functions/mapping/messages.hpp"

#include "functions/core/error.hpp"
#include "functions/core/utf8.hpp"
#include "functions/mapping/nearest.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

using nlohmann::json;

constexpr std::size_t shown_value = 100;
constexpr std::size_t shown_list = 500;

// Containers are described, not printed: printing recurses as deep as the document.
std::string describe(const json& value) {
  switch (value.type()) {
    case json::value_t::object:
      return value.empty() ? "an empty object" : "an object";
    case json::value_t::array:
      return value.empty() ? "an empty array" : "an array";
    case json::value_t::string:
      return '"' + shorten(value.get_ref<const std::string&>(), shown_value) + '"';
    default:
      return value.dump();
  }
}

std::string pointer_token(std::string_view key) {
  std::string token = "/";
  for (const char c : shorten(key, shown_value)) {
    token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return token;
}

} // namespace

Place Place::member(const std::string& key) const { return {pointer + pointer_token(key), value.at(key)}; }

Place Place::element(std::size_t index) const { return {pointer + '/' + std::to_string(index), value.at(index)}; }

void fail(const char* sqlstate, const Relation& relation, const Place& place, const std::string& what,
          const std::string& hint) {
  const std::string where = place.pointer.empty() ? "The mapping" : place.pointer;
  throw Error(sqlstate, "mapping of " + relation.name + ": " + what, where + " is " + describe(place.value) + '.',
              hint);
}

std::string did_you_mean(std::string_view given, std::span<const std::string_view> names) {
  const std::optional<std::string_view> name = nearest(given, names);
  return name ? "Did you mean \"" + std::string(*name) + "\"? " : "";
}

std::string list(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text.size() + names[i].size() > shown_list) {
      return text + " and " + std::to_string(names.size() - i) + " more";
    }
    text.append(text.empty() ? "" : ", ").append(names[i]);
  }
  return text;
}

} // namespace lifecycle::mapping
