// _content_hash(text) -> text: XXH3-128 of a text's bytes. It tells another text from the same; no seal against
// forgery.
#include "functions/file/file_hash.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

namespace lifecycle::pg {

LIFECYCLE_FUNCTION(lifecycle_content_hash) {
  const std::string_view content = view(PG_GETARG_TEXT_PP(0));
  PG_RETURN_TEXT_P(guard([&] {
    file::FileHash hash;
    hash.add(content);
    const std::string result = hash.text();
    return call([&] { return make_text(result); });
  }));
}

} // namespace lifecycle::pg
