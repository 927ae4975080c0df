// The tables of the event contract, read under a snapshot. Server code: it may ereport and holds plain data only. The
// contract binds whoever writes events, as a constraint does, so reading it asks for no privilege.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/rule_set.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/snapshot.h"
#include "utils/uuid.h"
}

namespace lifecycle::pg {

struct ContractVersion {
  pg_uuid_t value;

  bool operator==(const ContractVersion& other) const { return std::memcmp(&value, &other.value, sizeof value) == 0; }
};

ContractVersion read_contract_version(Snapshot snapshot);

enum class ContractTable : char { verbs, words, rules, sources };

// An enabled row; columns that are null have no data.
struct ContractRow {
  ContractTable table;
  std::string_view columns[5];
  bool flag;
};

struct ContractRows {
  ContractRow* rows;
  int count;
};

// In the current memory context.
ContractRows read_contract_rows(Snapshot snapshot);

// Inside a guard: the row as one of the rule set, or a source that is warned only.
void add_contract_row(const ContractRow& row, event::RuleSet& rules, std::vector<std::string>& warning_sources);

} // namespace lifecycle::pg
