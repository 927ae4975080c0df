// A UUID in RFC 9562's text form.
#pragma once

#include <string>

#include "functions/fingerprint/fingerprint.hpp"
#include "functions/row/scalar_text.hpp"

namespace lifecycle::ingest {

inline std::string uuid_text(const Uuid& uuid) {
  constexpr std::size_t size = 36;
  std::string text(size, '\0');
  row::write_uuid(reinterpret_cast<const char*>(uuid.data()), text.data());
  return text;
}

} // namespace lifecycle::ingest
