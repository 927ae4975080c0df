// The ledger's columns as a mapping's target.
#pragma once

#include <array>

#include "functions/mapping/mapping.hpp"

namespace lifecycle::mapping {

// Ids are compared with other ids: a boolean is none, and a number only where its text is exact.
inline constexpr KindSet id_sources =
    kinds(SourceKind::text, SourceKind::integer, SourceKind::numeric, SourceKind::uuid);

enum LedgerColumn : std::size_t {
  contact_id,
  contact_email,
  event_type,
  event_name,
  event_source,
  event_timestamp,
  source_record_id,
  payload,
  ledger_column_count
};

inline constexpr std::array<Target, ledger_column_count> ledger_columns = {{
    {"contact_id", TargetKind::text, id_sources, false},
    {"contact_email", TargetKind::text, kinds(SourceKind::text), false},
    {"event_type", TargetKind::text, text_sources, true},
    {"event_name", TargetKind::text, text_sources, false},
    {"event_source", TargetKind::text, text_sources, false},
    {"event_timestamp", TargetKind::time, time_sources, true},
    {"source_record_id", TargetKind::text, id_sources, true},
    {"payload", TargetKind::json, json_sources, false},
}};

inline constexpr std::array<std::string_view, 2> ledger_any_of = {"contact_id", "contact_email"};
inline constexpr std::array<std::string_view, 1> ledger_other_keys = {"look_back"}; // register_source reads it

inline constexpr Targets ledger = {ledger_columns, ledger_any_of, ledger_other_keys};

} // namespace lifecycle::mapping
