// A relation with a column of every kind, and mappings of it, for the tests of the mapping language.
#pragma once

#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "functions/core/error.hpp"
#include "functions/mapping/ledger.hpp"

namespace mapping_fixture {

using namespace lifecycle::mapping;
using lifecycle::Error;

inline const std::set<std::string, std::less<>> zones = {"UTC", "Europe/London", "Asia/Tokyo"};

inline bool zone_exists(std::string_view zone) { return zones.contains(zone); }

inline const Relation forms = {"public.forms",
                               {{"id", SourceKind::uuid, "uuid"},
                                {"number", SourceKind::integer, "bigint"},
                                {"amount", SourceKind::numeric, "numeric"},
                                {"done", SourceKind::boolean, "boolean"},
                                {"email", SourceKind::text, "text"},
                                {"name", SourceKind::text, "character varying(40)"},
                                {"at", SourceKind::timestamptz, "timestamp with time zone"},
                                {"local_at", SourceKind::timestamp, "timestamp without time zone"},
                                {"day", SourceKind::date, "date"},
                                {"extra", SourceKind::jsonb, "jsonb"},
                                {"place", SourceKind::other, "point"}}};

inline Compiled compiled(std::string_view mapping, const Relation& relation = forms) {
  return compile(mapping, relation, ledger, zone_exists);
}

// A mapping that is complete but for what `members` add or replace.
inline std::string with(const nlohmann::json& members = nlohmann::json::object()) {
  nlohmann::json mapping = {{"contact_email", "email"},
                            {"event_type", {{"constant", "form"}}},
                            {"event_timestamp", "at"},
                            {"source_record_id", "id"}};
  mapping.update(members);
  return mapping.dump();
}

} // namespace mapping_fixture
