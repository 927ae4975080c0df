// Reads one term of a mapping, a column or a constant, and checks that it fits the target.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "functions/mapping/mapping.hpp"
#include "functions/mapping/messages.hpp"
#include "functions/mapping/rules.hpp"

namespace lifecycle::mapping {

// The zone that times without one are read in.
struct Zone {
  std::string name = "UTC";
  bool chosen = false; // false: nobody named one
};

class TermReader {
 public:
  TermReader(const Relation& relation, ZoneCheck zone_exists);

  [[nodiscard]] const SourceColumn& source(std::size_t column) const { return relation_.columns[column]; }
  [[nodiscard]] std::span<const std::string_view> column_names() const { return column_names_; }
  [[nodiscard]] std::string columns_hint() const;

  [[nodiscard]] Zone zone(const Place& place) const;

  // The index of the column that a string names.
  [[nodiscard]] std::size_t column(const Place& place) const;
  [[nodiscard]] Term column_term(const Place& place, const Target& target, const Zone& zone);
  [[nodiscard]] Term translated_term(const Place& column, const Place& map, const Target& target);
  [[nodiscard]] Term constant_term(const Place& place, const Target& target, const Zone& zone) const;
  [[nodiscard]] std::size_t change_column(const Place& place, const Zone& zone);

  // Says which columns hold times without a zone that are read as UTC because nobody named one; empty if none do.
  [[nodiscard]] std::string default_zone_warning() const;

 private:
  [[nodiscard]] std::size_t find(const Place& place, const std::string& also) const;
  [[nodiscard]] std::string constant_text(const Place& place, const Target& target) const;
  [[nodiscard]] std::string mend(const Target& target, const SourceColumn& column) const;
  void note_zone(std::size_t column, const Zone& zone);

  const Relation& relation_;
  ZoneCheck zone_exists_;
  std::vector<std::string_view> column_names_;
  std::vector<std::string> read_as_utc_;
};

} // namespace lifecycle::mapping
