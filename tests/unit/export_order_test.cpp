#include "functions/export/order.hpp"

#include <gtest/gtest.h>

#include "functions/core/error.hpp"

namespace lifecycle::exporting {
namespace {

const std::string document =
    R"({"columns": [{"name": "id"}, {"name": "at", "required": true}], "time_column": 2, "directory": "/d", "first": 9,
        "suffix": ".csv.gz", "format": "csv", "compression": "gzip", "most_bytes": 100})";

std::string with(std::string text, const std::string& what, const std::string& instead) {
  return text.replace(text.find(what), what.size(), instead);
}

TEST(ExportOrder, IsReadFromADocument) {
  const Order order = read_order(document);
  ASSERT_EQ(order.columns.size(), 2U);
  EXPECT_TRUE(order.columns[1].required);
  EXPECT_EQ(order.time_column, 2);
  EXPECT_EQ(order.first, 9);
  EXPECT_EQ(order.most_bytes, 100U);
  EXPECT_EQ(order.compression, file::Compression::gzip);
  EXPECT_EQ(order.header(), "id,at\r\n");
  EXPECT_EQ(order.path(9), "/d/00000009.csv.gz");
  EXPECT_EQ(order.path(1234567890), "/d/1234567890.csv.gz");
  EXPECT_EQ(read_order(with(document, R"("csv")", R"("ndjson")")).header(), "");
}

TEST(ExportOrder, AnythingElseIsRefused) {
  EXPECT_THROW(read_order(""), Error);
  EXPECT_THROW(read_order("{}"), Error);
  EXPECT_THROW(read_order(with(document, R"("time_column": 2)", R"("time_column": 3)")), Error);
  EXPECT_THROW(read_order(with(document, R"("time_column": 2)", R"("time_column": 0)")), Error);
  EXPECT_THROW(read_order(with(document, R"("gzip")", R"("rar")")), Error);
  EXPECT_THROW(read_order(with(document, R"("name": "id")", R"("named": "id")")), Error);
  EXPECT_THROW(read_order(with(document, "9,", "\"9\",")), Error);
}

} // namespace
} // namespace lifecycle::exporting
