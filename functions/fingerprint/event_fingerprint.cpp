#include "functions/fingerprint/event_fingerprint.hpp"

#include <algorithm>
#include <cstring>

#include "functions/contact/normalize_email.hpp"
#include "functions/fingerprint/event_time.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

char* put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// A key with what is around it, then its value; the keys are few and short.
char* put_text(char* cursor, std::string_view key, std::optional<std::string_view> text, json::OutputBuffer& buffer) {
  const std::size_t size = text ? std::min(text->size(), json::text_piece) : 0;
  cursor = put(buffer.room(cursor, 64 + json::escaped_bound(size)), key);
  if (!text) {
    return put(cursor, "null");
  }
  return json::write_string(cursor, *text, text->data() + text->size(), buffer);
}

char* put_time(char* cursor, std::string_view key, std::optional<std::int64_t> time, json::OutputBuffer& buffer) {
  cursor = put(buffer.room(cursor, 64), key);
  if (!time) {
    return put(cursor, "null");
  }
  *cursor++ = '"';
  cursor = write_event_time(cursor, *time);
  *cursor++ = '"';
  return cursor;
}

} // namespace

Uuid event_fingerprint(json::CanonicalWriter& writer, const EventContent& event, std::string& email) {
  std::optional<std::string_view> contact_email;
  if (event.contact_email && normalize_email(*event.contact_email, email)) {
    contact_email = email;
  }
  json::OutputBuffer& buffer = writer.buffer();
  // In canonical order; the payload is one level down.
  char* cursor = buffer.start();
  cursor = put_text(cursor, R"({"contact_email":)", contact_email, buffer);
  cursor = put_text(cursor, R"(,"event_name":)", event.event_name, buffer);
  cursor = put_text(cursor, R"(,"event_source":)", event.event_source, buffer);
  cursor = put_time(cursor, R"(,"event_timestamp":)", event.event_timestamp, buffer);
  cursor = put_text(cursor, R"(,"event_type":)", event.event_type, buffer);
  cursor = put(buffer.room(cursor, 64), R"(,"payload":)");
  cursor = event.payload ? writer.append(cursor, *event.payload, json::NumberForm::exact, 1) : put(cursor, "null");
  cursor = buffer.room(cursor, 1);
  *cursor++ = '}';
  return fingerprint_text(buffer.finish(cursor));
}

} // namespace lifecycle
