#include "functions/core/error.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Error, CarriesSqlstateDetailAndHint) {
  const lifecycle::Error error(lifecycle::sqlstate::invalid_parameter_value, "bad", "Detail.", "Hint.");
  EXPECT_STREQ(error.sqlstate(), "22023");
  EXPECT_STREQ(error.what(), "bad");
  EXPECT_EQ(error.detail(), "Detail.");
  EXPECT_EQ(error.hint(), "Hint.");
}

} // namespace
