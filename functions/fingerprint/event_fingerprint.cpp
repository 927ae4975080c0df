#include "functions/fingerprint/event_fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "functions/contact/normalize_email.hpp"
#include "functions/fingerprint/event_time.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

// Text known at compile time, so that its copy is a few moves.
template <std::size_t N>
char* put(char* to, const char (&text)[N]) {
  std::memcpy(to, text, N - 1);
  return to + N - 1;
}

// A member: its key with what stands before and after it, then its value. Bytes past the text may be read up to
// `readable`.
template <std::size_t N>
char* put_text(char* cursor, const char (&key)[N], std::string_view text, const char* readable,
               json::OutputBuffer& buffer) {
  cursor = buffer.room(cursor, N + 2 + json::escaped_bound(std::min(text.size(), json::text_piece)));
  return json::write_string(put(cursor, key), text, readable, buffer);
}

template <std::size_t N>
char* put_null(char* cursor, const char (&key)[N], json::OutputBuffer& buffer) {
  return put(put(buffer.room(cursor, N + 4), key), "null");
}

template <std::size_t N>
char* put_text(char* cursor, const char (&key)[N], const std::optional<std::string_view>& text,
               json::OutputBuffer& buffer) {
  return text ? put_text(cursor, key, *text, text->data() + text->size(), buffer) : put_null(cursor, key, buffer);
}

template <std::size_t N>
char* put_time(char* cursor, const char (&key)[N], const std::optional<std::int64_t>& time,
               json::OutputBuffer& buffer) {
  if (!time) {
    return put_null(cursor, key, buffer);
  }
  cursor = put(buffer.room(cursor, N + event_time_size + 2), key);
  *cursor++ = '"';
  cursor = write_event_time(cursor, *time);
  *cursor++ = '"';
  return cursor;
}

template <std::size_t N>
char* put_email(char* cursor, const char (&key)[N], const std::optional<std::string_view>& raw, std::string& scratch,
                json::OutputBuffer& buffer) {
  if (!raw) {
    return put_null(cursor, key, buffer);
  }
  // Nearly all addresses are short and ASCII: normalised on the stack.
  constexpr std::size_t longest_plain = 240;
  std::array<char, longest_plain + json::block_size> plain; // NOLINT(cppcoreguidelines-pro-type-member-init)
  if (raw->size() <= longest_plain && normalize_plain_email(*raw, plain.data())) {
    return put_text(cursor, key, {plain.data(), raw->size()}, plain.data() + plain.size(), buffer);
  }
  if (!normalize_email(*raw, scratch)) {
    return put_null(cursor, key, buffer);
  }
  return put_text(cursor, key, scratch, scratch.data() + scratch.size(), buffer);
}

} // namespace

Uuid event_fingerprint(json::CanonicalWriter& writer, const EventContent& event, std::string& email) {
  json::OutputBuffer& buffer = writer.buffer();
  // In canonical order; the payload is one level down.
  char* cursor = buffer.start();
  cursor = put_email(cursor, R"({"contact_email":)", event.contact_email, email, buffer);
  cursor = put_text(cursor, R"(,"event_name":)", event.event_name, buffer);
  cursor = put_text(cursor, R"(,"event_source":)", event.event_source, buffer);
  cursor = put_time(cursor, R"(,"event_timestamp":)", event.event_timestamp, buffer);
  cursor = put_text(cursor, R"(,"event_type":)", event.event_type, buffer);
  if (event.payload) {
    cursor = put(buffer.room(cursor, 16), R"(,"payload":)");
    cursor = writer.append(cursor, *event.payload, json::NumberForm::exact, 1);
  } else {
    cursor = put_null(cursor, R"(,"payload":)", buffer);
  }
  cursor = buffer.room(cursor, 1);
  *cursor++ = '}';
  return fingerprint_text(buffer.finish(cursor));
}

} // namespace lifecycle
