// Fails the build where the server's jsonb differs from what the reader assumes. The inside of a numeric is private to
// the server's numeric.c: for that part the tests of canonical_json against the server's own text form stand in.
#include "functions/json/jsonb_layout.hpp"

extern "C" {
#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/numeric.h"
}

namespace layout = lifecycle::json::layout;

static_assert(layout::count_mask == JB_CMASK);
static_assert(layout::scalar_flag == JB_FSCALAR);
static_assert(layout::object_flag == JB_FOBJECT);
static_assert(layout::array_flag == JB_FARRAY);
static_assert(layout::entry_length_mask == JENTRY_OFFLENMASK);
static_assert(layout::entry_type_mask == JENTRY_TYPEMASK);
static_assert(layout::entry_is_end == JENTRY_HAS_OFF);
static_assert(layout::end_stride == JB_OFFSET_STRIDE);
static_assert(layout::type_string == JENTRY_ISSTRING);
static_assert(layout::type_numeric == JENTRY_ISNUMERIC);
static_assert(layout::type_false == JENTRY_ISBOOL_FALSE);
static_assert(layout::type_true == JENTRY_ISBOOL_TRUE);
static_assert(layout::type_null == JENTRY_ISNULL);
static_assert(layout::type_container == JENTRY_ISCONTAINER);
static_assert(sizeof(JEntry) == sizeof(std::uint32_t));
static_assert(offsetof(JsonbContainer, header) == 0 && offsetof(JsonbContainer, children) == sizeof(std::uint32_t));
static_assert(offsetof(Jsonb, root) == VARHDRSZ);
