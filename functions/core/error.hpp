// The one error type that pure cores throw; functions/pg/boundary turns it into an ereport.
// Pure: no PostgreSQL header may be included here.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace lifecycle {

// Five-character SQLSTATEs, as text so that no PostgreSQL header is needed.
namespace sqlstate {
inline constexpr char numeric_value_out_of_range[] = "22003";
inline constexpr char datetime_field_overflow[] = "22008";
inline constexpr char character_not_in_repertoire[] = "22021";
inline constexpr char invalid_parameter_value[] = "22023";
inline constexpr char invalid_json_text[] = "22032";
inline constexpr char invalid_text_representation[] = "22P02";
inline constexpr char check_violation[] = "23514";
inline constexpr char undefined_column[] = "42703";
inline constexpr char datatype_mismatch[] = "42804";
inline constexpr char program_limit_exceeded[] = "54000";
inline constexpr char io_error[] = "58030";
inline constexpr char data_corrupted[] = "XX001";
} // namespace sqlstate

// MESSAGE says what is wrong, DETAIL names the value and its place (a sentence), HINT the mend (a sentence).
class Error : public std::runtime_error {
 public:
  Error(const char* sqlstate, const std::string& message, std::string detail = {}, std::string hint = {})
      : std::runtime_error(message), detail_(std::move(detail)), hint_(std::move(hint)), sqlstate_(sqlstate) {}

  [[nodiscard]] const char* sqlstate() const noexcept { return sqlstate_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  std::string detail_;
  std::string hint_;
  const char* sqlstate_; // a string literal, never freed
};

} // namespace lifecycle
