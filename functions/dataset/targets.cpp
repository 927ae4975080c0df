#include "functions/dataset/targets.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {
namespace {

using mapping::kinds;
using mapping::KindSet;
using mapping::SourceKind;
using mapping::TargetKind;

struct Rule {
  TargetKind kind;
  KindSet accepts;
};

// A text is accepted where the values in it can be judged row by row.
Rule rule_of(ColumnType type) {
  switch (type) {
    case ColumnType::uuid:
      return {TargetKind::uuid, kinds(SourceKind::uuid, SourceKind::text)};
    case ColumnType::integer:
    case ColumnType::bigint:
      return {TargetKind::integer, kinds(SourceKind::integer, SourceKind::numeric, SourceKind::text)};
    case ColumnType::numeric:
      return {TargetKind::number,
              kinds(SourceKind::integer, SourceKind::numeric, SourceKind::floating, SourceKind::text)};
    case ColumnType::boolean:
      return {TargetKind::boolean, kinds(SourceKind::boolean)};
    case ColumnType::timestamptz:
    case ColumnType::timestamp:
    case ColumnType::date:
      return {TargetKind::time, mapping::time_sources};
    case ColumnType::jsonb:
      return {TargetKind::json, mapping::json_sources};
    default:
      return {TargetKind::text, mapping::text_sources};
  }
}

} // namespace

std::vector<mapping::Target> targets_of(const Contract& contract) {
  std::vector<mapping::Target> targets;
  for (const Column& column : contract.columns) {
    const Rule rule = rule_of(column.type.value_or(ColumnType::text));
    targets.push_back({column.name, rule.kind, rule.accepts, column.required && !column.computed, column.valid_values});
  }
  return targets;
}

} // namespace lifecycle::dataset
