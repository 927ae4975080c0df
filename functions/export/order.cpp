#include "functions/export/order.hpp"

#include <nlohmann/json.hpp>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::exporting {

std::string Order::path(std::int64_t number) const {
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  return directory + "/" + digits + suffix;
}

std::string Order::header() const {
  std::string line;
  if (csv) {
    for (const ColumnChecks& column : columns) {
      // A contract's names need no quotes.
      line.append(line.empty() ? "" : ",").append(column.name);
    }
    line += "\r\n";
  }
  return line;
}

Order read_order(std::string_view document) {
  Order order;
  std::string compression;
  try {
    const nlohmann::json given = nlohmann::json::parse(document);
    order.columns = read_columns(given.at("columns").dump());
    order.time_column = given.at("time_column").get<std::int64_t>();
    order.directory = given.at("directory").get<std::string>();
    order.suffix = given.at("suffix").get<std::string>();
    order.first = given.at("first").get<std::int64_t>();
    order.most_bytes = given.at("most_bytes").get<std::uint64_t>();
    order.csv = given.at("format").get<std::string>() == "csv";
    compression = given.at("compression").get<std::string>();
  } catch (const nlohmann::json::exception& problem) {
    throw Error(sqlstate::invalid_parameter_value, "the order of an export is not as it should be", problem.what());
  }
  order.compression = file::compression_named(compression);
  if (order.time_column < 1 || order.time_column > static_cast<std::int64_t>(order.columns.size())) {
    throw Error(sqlstate::invalid_parameter_value, "the order of an export is not as it should be",
                "There is no column " + std::to_string(order.time_column) + ".");
  }
  return order;
}

} // namespace lifecycle::exporting
