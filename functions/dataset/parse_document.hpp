#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace lifecycle::dataset {

// Throws Error: 22032 for no JSON, 54000 over lifecycle::limits, 22003 for a number beyond a double.
nlohmann::json parse_document(std::string_view document);

} // namespace lifecycle::dataset
