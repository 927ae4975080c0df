#include "functions/contact/settings_hash_pg.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/guc.h"
#include "utils/guc_tables.h"
}

namespace lifecycle::pg {
namespace {

template <typename Setting>
const Setting* as(const config_generic* setting) {
  return reinterpret_cast<const Setting*>(setting);
}

std::uint64_t mix(std::uint64_t hash, const void* bytes, std::size_t size) {
  return XXH3_64bits_withSeed(bytes, size, hash);
}

template <typename Value>
std::uint64_t mix(std::uint64_t hash, Value value) {
  return mix(hash, &value, sizeof value);
}

std::uint64_t mix_setting(std::uint64_t hash, const config_generic* setting) {
  hash = mix(hash, reinterpret_cast<std::uintptr_t>(setting)); // the name, by its address
  switch (setting->vartype) {
    case PGC_BOOL:
      return mix(hash, *as<config_bool>(setting)->variable);
    case PGC_INT:
      return mix(hash, *as<config_int>(setting)->variable);
    case PGC_REAL:
      return mix(hash, *as<config_real>(setting)->variable);
    case PGC_ENUM:
      return mix(hash, *as<config_enum>(setting)->variable);
    case PGC_STRING: {
      const char* value = *as<config_string>(setting)->variable;
      return value == nullptr ? mix(hash, '\0') : mix(hash, value, std::strlen(value) + 1);
    }
  }
  return hash;
}

} // namespace

std::uint64_t settings_hash() {
#if PG_VERSION_NUM >= 160000
  int count = 0;
  config_generic** settings = get_guc_variables(&count);
#else
  const int count = GetNumConfigOptions();
  config_generic** settings = get_guc_variables();
#endif
  std::uint64_t hash = 0;
  for (int i = 0; i < count; ++i) {
    hash = mix_setting(hash, settings[i]);
  }
#if PG_VERSION_NUM >= 160000
  pfree(settings);
#endif
  return hash;
}

} // namespace lifecycle::pg
