// What an export is to do: the contract's columns with their checks, and the files to write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/export/row_checks.hpp"
#include "functions/file/compression.hpp"

namespace lifecycle::exporting {

struct Order {
  std::vector<ColumnChecks> columns;
  std::int64_t time_column = 0; // the place of the contract's timeColumn, from 1
  std::string directory;
  std::string suffix;           // of files, behind their number
  std::int64_t first = 0;       // number of the first file
  std::uint64_t most_bytes = 0; // of a file before it is packed; a row goes in before it is asked
  file::Compression compression = file::Compression::none;
  bool csv = false;

  // DIRECTORY/NNNNNNNN and the suffix.
  [[nodiscard]] std::string path(std::int64_t number) const;
  // CSV's first line; nothing of other formats.
  [[nodiscard]] std::string header() const;
};

// A JSON object: {"columns": as read_columns() wants them, "time_column": 20, "directory": "/srv/export/runs",
// "suffix": ".csv.gz", "first": 1, "most_bytes": 8388608, "compression": "gzip", "format": "csv"}.
// Raises invalid_parameter_value for anything else.
Order read_order(std::string_view document);

} // namespace lifecycle::exporting
