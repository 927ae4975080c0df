#include "functions/ingest/event_content.hpp"

#include <algorithm>
#include <cstring>

#include "functions/fingerprint/event_time.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::ingest {
namespace {

char* put(char* cursor, std::string_view text, json::OutputBuffer& buffer) {
  cursor = buffer.room(cursor, text.size());
  std::memcpy(cursor, text.data(), text.size());
  return cursor + text.size();
}

char* put_string(char* cursor, std::string_view text, json::OutputBuffer& buffer) {
  cursor = buffer.room(cursor, 2 + json::escaped_bound(std::min(text.size(), json::text_piece)));
  return json::write_string(cursor, text, text.data() + text.size(), buffer);
}

} // namespace

Uuid event_content(json::CanonicalWriter& writer, const EventContent& event) {
  json::OutputBuffer& buffer = writer.buffer();
  // In canonical order; the properties are one level down.
  char* cursor = put(buffer.start(), R"({"event_name":)", buffer);
  cursor = put_string(cursor, event.name, buffer);
  cursor = put(cursor, R"(,"event_time":")", buffer);
  cursor = write_event_time(buffer.room(cursor, event_time_size), event.time);
  cursor = put(cursor, R"(","properties":)", buffer);
  cursor = writer.append(cursor, event.properties, json::NumberForm::exact, 1);
  cursor = put(cursor, R"(,"user_id":)", buffer);
  cursor = put_string(cursor, event.user, buffer);
  cursor = put(cursor, "}", buffer);
  return fingerprint_text(buffer.finish(cursor));
}

} // namespace lifecycle::ingest
