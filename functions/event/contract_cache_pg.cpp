#include "functions/event/contract_cache_pg.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "functions/contact/snapshot_key_pg.hpp"
#include "functions/event/contract_tables_pg.hpp"

extern "C" {
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::pg {

struct CompiledContract {
  CompiledContract(const ContractVersion& read_version, event::RuleSet rules, std::vector<std::string> sources)
      : version(read_version), contract(std::move(rules)), warning_sources(std::move(sources)) {}

  ContractVersion version;
  event::Contract contract;
  std::vector<std::string> warning_sources;

  std::string overlay; // the last one, as jsonb
  std::unique_ptr<event::Contract> overlaid;
};

namespace {

using SharedContract = std::shared_ptr<CompiledContract>;

// Versions in use together are few: a long transaction's and the current one.
constexpr std::size_t most_kept = 3;

std::vector<SharedContract>* kept = nullptr; // newest last; made in a guard, for the backend's life

// Of one function's call state, in fn_extra.
struct Attachment {
  MemoryContextCallback callback;
  struct Held {
    SnapshotKey key;
    SharedContract contract;
  } * held; // null: none yet
};

void drop_attachment(void* argument) {
  auto* const attachment = static_cast<Attachment*>(argument);
  delete attachment->held;
  attachment->held = nullptr;
}

// A version that is not kept yet: reads the tables, as plain data, then compiles.
void compile(const ContractVersion& version, Snapshot snapshot) {
  MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event contract", ALLOCSET_DEFAULT_SIZES);
  MemoryContext around = MemoryContextSwitchTo(work);
  const ContractRows rows = read_contract_rows(snapshot);
  guard([&] {
    event::RuleSet rules;
    std::vector<std::string> sources;
    for (int i = 0; i < rows.count; ++i) {
      add_contract_row(rows.rows[i], rules, sources);
    }
    auto compiled = std::make_shared<CompiledContract>(version, std::move(rules), std::move(sources));
    if (kept->size() == most_kept) {
      kept->erase(kept->begin());
    }
    kept->push_back(std::move(compiled));
  });
  MemoryContextSwitchTo(around);
  MemoryContextDelete(work);
}

Attachment* attachment_of(FmgrInfo* function) {
  if (function->fn_extra == nullptr) {
    auto* const attachment = static_cast<Attachment*>(MemoryContextAllocZero(function->fn_mcxt, sizeof(Attachment)));
    attachment->callback.func = drop_attachment;
    attachment->callback.arg = attachment;
    MemoryContextRegisterResetCallback(function->fn_mcxt, &attachment->callback);
    function->fn_extra = attachment;
  }
  return static_cast<Attachment*>(function->fn_extra);
}

[[gnu::noinline]] CompiledContract* contract_the_long_way(FmgrInfo* function, Snapshot snapshot) {
  if (snapshot == nullptr || snapshot->snapshot_type != SNAPSHOT_MVCC) {
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("events can be judged only inside a statement"),
             errdetail("There is no active snapshot that says which rules are visible.")));
  }
  Attachment* const attachment = attachment_of(function);
  const ContractVersion version = read_contract_version(snapshot);
  const auto is_kept = [&] {
    return guard([&] {
      if (kept == nullptr) {
        kept = new std::vector<SharedContract>();
      }
      const auto found = std::find_if(kept->begin(), kept->end(),
                                      [&](const SharedContract& contract) { return contract->version == version; });
      if (found == kept->end()) {
        return false;
      }
      std::rotate(found, found + 1, kept->end());
      delete std::exchange(attachment->held, nullptr);
      attachment->held = new Attachment::Held{SnapshotKey(snapshot), kept->back()};
      return true;
    });
  };
  if (!is_kept()) {
    compile(version, snapshot);
    is_kept();
  }
  return attachment->held->contract.get();
}

} // namespace

CompiledContract* contract_for_call(FunctionCallInfo fcinfo) {
  Snapshot snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : nullptr;
  const auto* const attachment = static_cast<Attachment*>(fcinfo->flinfo->fn_extra);
  if (likely(attachment != nullptr && attachment->held != nullptr && snapshot != nullptr)) {
    const Attachment::Held& held = *attachment->held;
    if (likely(held.key.command() == snapshot->curcid && held.key.matches(snapshot))) {
      return held.contract.get();
    }
  }
  return contract_the_long_way(fcinfo->flinfo, snapshot);
}

event::Contract& contract_of(CompiledContract* compiled) { return compiled->contract; }

event::Contract* contract_under(CompiledContract* compiled, Jsonb* overlay) {
  if (overlay == nullptr) {
    return &compiled->contract;
  }
  const std::string_view bytes(VARDATA(overlay), VARSIZE(overlay) - VARHDRSZ);
  if (compiled->overlaid == nullptr || compiled->overlay != bytes) {
    const char* const json = JsonbToCString(nullptr, &overlay->root, static_cast<int>(VARSIZE(overlay)));
    guard([&] {
      compiled->overlaid = std::make_unique<event::Contract>(event::overlaid(compiled->contract.rules(), json));
      compiled->overlay = bytes;
    });
  }
  return compiled->overlaid.get();
}

bool warns_only(const CompiledContract* compiled, std::string_view source) {
  const std::vector<std::string>& sources = compiled->warning_sources;
  return std::find(sources.begin(), sources.end(), source) != sources.end();
}

} // namespace lifecycle::pg
