#include "functions/export/row_checks.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::exporting {
namespace {

ShortText short_text(std::string_view text) { return {json::load_short_block(text.data(), text.size()), text.size()}; }

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

} // namespace

bool ColumnChecks::is_short_enough(std::string_view text) const {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); })) <=
         most_characters;
}

bool ColumnChecks::is_listed(std::string_view text) const {
  if (short_values.empty()) {
    return std::ranges::find(values, text) != values.end();
  }
  if (text.size() >= json::block_size) {
    return false;
  }
  const ShortText wanted = short_text(text);
  return std::ranges::any_of(short_values, [&](const ShortText& value) {
    return value.size == wanted.size && value.block.low == wanted.block.low && value.block.high == wanted.block.high;
  });
}

std::vector<ColumnChecks> read_columns(std::string_view document) {
  std::vector<ColumnChecks> checks;
  try {
    for (const nlohmann::json& column : nlohmann::json::parse(document)) {
      ColumnChecks check;
      check.name = column.at("name").get<std::string>();
      check.required = column.value("required", false);
      check.empty_is_null = column.value("empty_is_null", false);
      check.most_characters = column.value("most_characters", std::size_t{0});
      check.values = column.value("values", std::vector<std::string>());
      if (std::ranges::all_of(check.values, [](const std::string& value) { return value.size() < json::block_size; })) {
        std::ranges::transform(check.values, std::back_inserter(check.short_values), short_text);
      }
      check.searched = column.value("searched", false);
      checks.push_back(std::move(check));
    }
  } catch (const nlohmann::json::exception& problem) {
    throw Error(sqlstate::invalid_parameter_value, "the checks of an export are not as they should be", problem.what());
  }
  return checks;
}

} // namespace lifecycle::exporting
