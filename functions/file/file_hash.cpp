#include "functions/file/file_hash.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <new>

#include "functions/core/pure.hpp"

namespace lifecycle::file {
namespace {

XXH3_state_t* typed(void* state) { return static_cast<XXH3_state_t*>(state); }

} // namespace

FileHash::FileHash() : state_(XXH3_createState()) {
  if (!state_) {
    throw std::bad_alloc();
  }
  XXH3_128bits_reset(typed(state_.get()));
}

void FileHash::add(std::string_view bytes) { XXH3_128bits_update(typed(state_.get()), bytes.data(), bytes.size()); }

std::string FileHash::text() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(typed(state_.get())));
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 0xFU];
  }
  return text;
}

void FileHash::Free::operator()(void* state) const { XXH3_freeState(typed(state)); }

} // namespace lifecycle::file
