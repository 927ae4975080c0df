// The SQL functions over the contacts of a snapshot. None is strict: a null contact_id or e-mail is an answerable
// question.
#include "functions/contact/contact_cache_pg.hpp"
#include "functions/contact/directory.hpp"
#include "functions/contact/normalize_email.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"
}

namespace pg = lifecycle::pg;
using lifecycle::ContactDirectory;
using lifecycle::ContactOutcome;
using lifecycle::NullableText;

namespace {

NullableText argument(FunctionCallInfo fcinfo, int number) {
  return PG_ARGISNULL(number) ? NullableText() : pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(number)));
}

const ContactDirectory::Resolution& resolve(FunctionCallInfo fcinfo) {
  const NullableText id = argument(fcinfo, 0);
  const NullableText email = argument(fcinfo, 1);
  return pg::resolve_in(pg::contacts_for_call(fcinfo), id, email);
}

// A longer one finds no room in the indexes of the ledger, as a longer record id would not.
constexpr std::size_t longest_id = 1000;

// A text with a short header, ready to return: the names never change, so neither do their bytes.
struct ConstantText {
  char bytes[20];
};

template <std::size_t size>
constexpr ConstantText constant_text(const char (&text)[size]) {
  ConstantText result{};
  constexpr std::size_t length = size; // the header's byte takes the place of the terminating zero
  static_assert(length <= sizeof result.bytes);
#ifdef WORDS_BIGENDIAN
  result.bytes[0] = static_cast<char>(length | 0x80U);
#else
  result.bytes[0] = static_cast<char>((length << 1U) | 1U);
#endif
  for (std::size_t i = 0; i + 1 < size; ++i) {
    result.bytes[i + 1] = text[i];
  }
  return result;
}

// In the order of ContactOutcome.
constexpr ConstantText outcome_names[] = {constant_text("given"), constant_text("matched"), constant_text("orphan"),
                                          constant_text("ambiguous"), constant_text("unknown_contact")};

Datum outcome_name(ContactOutcome outcome) {
  return PointerGetDatum(outcome_names[static_cast<std::size_t>(outcome)].bytes);
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_contact_outcome) { return outcome_name(resolve(fcinfo).outcome); }

LIFECYCLE_FUNCTION(lifecycle_contact_refusal) {
  if (!PG_ARGISNULL(1) && toast_raw_datum_size(PG_GETARG_DATUM(1)) - VARHDRSZ > lifecycle::longest_email) {
    static constexpr ConstantText too_long = constant_text("email_too_long");
    return PointerGetDatum(too_long.bytes);
  }
  const ContactDirectory::Resolution& found = resolve(fcinfo);
  if (found.outcome == ContactOutcome::ambiguous || found.outcome == ContactOutcome::unknown_contact) {
    return outcome_name(found.outcome);
  }
  if (unlikely(found.contact_id != nullptr && VARSIZE_ANY_EXHDR(found.contact_id) > longest_id)) {
    static constexpr ConstantText too_long = constant_text("contact_id_too_long");
    return PointerGetDatum(too_long.bytes);
  }
  PG_RETURN_NULL();
}

LIFECYCLE_FUNCTION(lifecycle_resolved_contact_id) {
  const char* const contact_id = resolve(fcinfo).contact_id;
  if (contact_id == nullptr) {
    PG_RETURN_NULL();
  }
  return PointerGetDatum(contact_id);
}

LIFECYCLE_FUNCTION(lifecycle_resolved_contact_email) {
  if (!PG_ARGISNULL(1)) {
    return PG_GETARG_DATUM(1); // as it came, whoever it belongs to
  }
  const char* const contact_email = resolve(fcinfo).contact_email;
  if (contact_email == nullptr) {
    PG_RETURN_NULL();
  }
  return PointerGetDatum(contact_email);
}

LIFECYCLE_FUNCTION(lifecycle_resolve_contact) {
  TupleDesc row_type = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &row_type) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "lifecycle.resolve_contact() must return a row");
  }
  const ContactDirectory::Resolution& found = resolve(fcinfo);
  Datum values[] = {PointerGetDatum(found.contact_id), PointerGetDatum(found.contact_email),
                    outcome_name(found.outcome)};
  bool nulls[] = {found.contact_id == nullptr, found.contact_email == nullptr, false};
  if (!PG_ARGISNULL(1)) {
    values[1] = PG_GETARG_DATUM(1);
    nulls[1] = false;
  }
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row_type), values, nulls)));
}

LIFECYCLE_FUNCTION(lifecycle_contact_mismatch) {
  const NullableText id = argument(fcinfo, 0);
  const NullableText email = argument(fcinfo, 1);
  pg::SharedContacts* contacts = pg::contacts_for_call(fcinfo);
  PG_RETURN_BOOL(pg::guard([&] { return pg::directory_of(contacts).disagree(id, email); }));
}

LIFECYCLE_FUNCTION(lifecycle_contact_candidates) {
  const NullableText email = argument(fcinfo, 0);
  pg::SharedContacts* contacts = pg::contacts_for_call(fcinfo);
  ArrayType* result = pg::guard([&] {
    const auto ids = pg::directory_of(contacts).candidates(email);
    const std::string_view* const texts = ids.data();
    const std::size_t count = ids.size();
    return pg::call([&] {
      auto* datums = static_cast<Datum*>(palloc(sizeof(Datum) * Max(count, 1)));
      for (std::size_t i = 0; i < count; ++i) {
        datums[i] = PointerGetDatum(pg::make_text(texts[i]));
      }
      return count == 0 ? construct_empty_array(TEXTOID)
                        : construct_array(datums, static_cast<int>(count), TEXTOID, -1, false, TYPALIGN_INT);
    });
  });
  PG_RETURN_ARRAYTYPE_P(result);
}

LIFECYCLE_FUNCTION(lifecycle_contacts_digest) {
  pg::SharedContacts* contacts = pg::contacts_for_call(fcinfo);
  const auto digest = pg::guard([&] { return pg::directory_of(contacts).digest(); });
  auto* result = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  for (int i = 0; i < UUID_LEN; ++i) {
    const std::uint64_t half = i < 8 ? digest.high : digest.low;
    result->data[i] = static_cast<unsigned char>(half >> (56U - 8U * (static_cast<unsigned>(i) % 8U)));
  }
  PG_RETURN_UUID_P(result);
}
