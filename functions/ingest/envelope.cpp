#include "functions/ingest/envelope.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "functions/event/fields.hpp"
#include "functions/fingerprint/fingerprint.hpp"
#include "functions/ingest/uuid_text.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::ingest {
namespace {

using json::TextNode;
using json::TextReader;
using Kind = TextNode::Kind;

const TextNode& root_of(const TextReader& reader) { return reader.node(reader.root()); }

// An attribute that is set; null means unset in the JSON format.
const TextNode* attribute_of(const TextReader& reader, std::string_view name) {
  const TextNode* const value = reader.member(root_of(reader), name);
  return value == nullptr || value->kind == Kind::null ? nullptr : value;
}

// The value a pointer leads to; null where it leads nowhere.
const TextNode* resolve(const TextReader& reader, std::string_view pointer) {
  const TextNode* node = &root_of(reader);
  while (!pointer.empty() && node != nullptr) {
    pointer.remove_prefix(1); // the slash
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    std::string token;
    for (std::size_t i = 0; i < step.size(); ++i) {
      if (step[i] == '~' && i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1')) {
        token += step[++i] == '0' ? '~' : '/';
      } else {
        token += step[i];
      }
    }
    if (node->kind == Kind::object) {
      node = reader.member(*node, token);
    } else if (node->kind == Kind::array && !token.empty() && token.size() < 9 &&
               std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
               std::stoul(token) < node->size) {
      node = &reader.node(reader.children(*node)[std::stoul(token)]);
    } else {
      node = nullptr;
    }
  }
  return node == nullptr || node->kind == Kind::null ? nullptr : node;
}

// The id of an event that has none of its own: of {"id":…,"source":…}, which fingerprint() gives as well.
std::string derived_id(std::string_view id, std::string_view source) {
  json::OutputBuffer buffer;
  char* cursor = buffer.start();
  const auto put = [&](std::string_view key, std::string_view text) {
    cursor = buffer.room(cursor, key.size() + 2 + json::escaped_bound(std::min(text.size(), json::text_piece)));
    cursor = std::copy(key.begin(), key.end(), cursor);
    cursor = json::write_string(cursor, text, text.data() + text.size(), buffer);
  };
  put(R"({"id":)", id);
  put(R"(,"source":)", source);
  cursor = buffer.room(cursor, 1);
  *cursor++ = '}';
  return uuid_text(fingerprint_text(buffer.finish(cursor)));
}

std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') {
    text.remove_suffix(1);
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    unsigned value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<unsigned>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<unsigned>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0') + 52;
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else {
      return std::nullopt;
    }
    bits = bits << 6U | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFFU);
    }
  }
  return text.size() % 4 == 1 ? std::nullopt : std::optional(std::move(bytes));
}

// application/json, text/json, application/x+json, with or without parameters.
bool is_json_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') {
    type.remove_suffix(1);
  }
  return type.ends_with("/json") || type.ends_with("+json");
}

} // namespace

bool Envelope::is_one(const TextReader& reader) {
  return reader.member(root_of(reader), "specversion") != nullptr &&
         reader.member(root_of(reader), "event_id") == nullptr;
}

std::string_view Envelope::source(const TextReader& reader) {
  const TextNode* const source = attribute_of(reader, "source");
  return source != nullptr && source->kind == Kind::string ? source->view() : std::string_view();
}

void Envelope::find(std::string_view attribute, std::string_view detail) {
  std::string code("cloudevents.");
  code += attribute;
  std::string pointer("/");
  pointer += attribute;
  findings_.push_back({event::Severity::error, false, std::move(code), std::move(pointer), std::string(detail), {}});
}

void Envelope::find_wrong_type(std::string_view attribute, std::string_view wanted) {
  find(attribute, "the attribute " + std::string(attribute) + " must be " + std::string(wanted));
}

std::string_view Envelope::required_text(const TextReader& reader, std::string_view attribute) {
  const TextNode* const value = attribute_of(reader, attribute);
  if (value == nullptr) {
    find(attribute, "the required attribute " + std::string(attribute) + " is missing");
    return {};
  }
  if (value->kind != Kind::string || value->size == 0) {
    find_wrong_type(attribute, "a text that is not empty");
    return {};
  }
  return value->view();
}

void Envelope::check_attributes(const TextReader& reader) {
  const TextNode& version = *reader.member(root_of(reader), "specversion");
  if (version.kind != Kind::string || version.view() != "1.0") {
    find_wrong_type("specversion", "\"1.0\", the one version that is read here");
  }
  for (const std::string_view optional : {"subject", "datacontenttype", "dataschema"}) {
    const TextNode* const value = attribute_of(reader, optional);
    if (value != nullptr && (value->kind != Kind::string || value->size == 0)) {
      find_wrong_type(optional, "a text that is not empty");
    }
  }
}

std::uint32_t Envelope::open(TextReader& reader, const EnvelopeMapping& mapping) {
  findings_.clear();
  pointers_ = {"/id", mapping.name_pointer.empty() ? "/type" : mapping.name_pointer,
               mapping.time_pointer.empty() ? "/time" : mapping.time_pointer,
               mapping.user_pointer.empty() ? "/subject" : mapping.user_pointer, "/data"};
  check_attributes(reader);
  const std::string_view id = required_text(reader, "id");
  const std::string_view source = required_text(reader, "source");
  const std::string_view type = required_text(reader, "type");
  const std::uint32_t data = open_data(reader);
  if (!findings_.empty()) {
    return reader.root();
  }

  std::array<TextReader::Member, field_count> members{};
  std::size_t count = 0;
  const auto add = [&](std::string_view key, std::uint32_t value) { members[count++] = {key, value}; };
  id_ = event::is_uuid_text(id) ? std::string(id) : derived_id(id, source);
  add("event_id", reader.add_text(Kind::string, id_));
  if (mapping.name_pointer.empty()) {
    add("event_name", reader.add_text(Kind::string, type.substr(type.rfind('.') + 1)));
  } else if (const TextNode* const name = resolve(reader, mapping.name_pointer)) {
    add("event_name", reader.index_of(name));
  }
  if (const TextNode* const time = resolve(reader, pointers_[event_time])) {
    add("event_time", reader.index_of(time));
  }
  if (const TextNode* const user = resolve(reader, pointers_[user_id])) {
    // Ids are often numbers where they are data; a user_id is a text.
    user_ = user->kind == Kind::number ? std::string(user->view()) : std::string();
    add("user_id", user->kind == Kind::number ? reader.add_text(Kind::string, user_) : reader.index_of(user));
  }
  add("properties", mapping.kept_under.empty() ? data : keep_attributes(reader, data, mapping.kept_under));
  return reader.add_object(std::span(members).first(count));
}

// The properties: data where it is an object; any other data as the one property `data`.
std::uint32_t Envelope::open_data(TextReader& reader) {
  const TextNode* const data = attribute_of(reader, "data");
  const TextNode* const base64 = attribute_of(reader, "data_base64");
  if (data != nullptr && base64 != nullptr) {
    find("data_base64", "there are both data and data_base64; an event has one of them");
    return reader.root();
  }
  if (base64 != nullptr) {
    pointers_[properties] = "/data_base64";
    std::uint32_t opened = reader.root();
    if (!open_base64(reader, *base64, opened) && findings_.empty()) {
      const TextReader::Member member = {"data_base64", reader.index_of(base64)};
      opened = reader.add_object({&member, 1});
    }
    return opened;
  }
  if (data == nullptr) {
    return reader.add_object({});
  }
  if (data->kind == Kind::object) {
    return reader.index_of(data);
  }
  const TextReader::Member member = {"data", reader.index_of(data)};
  return reader.add_object({&member, 1});
}

// True where the bytes are a JSON object, which becomes the properties. Bytes that say they are JSON must be; others
// are kept as they came.
bool Envelope::open_base64(TextReader& reader, const TextNode& data, std::uint32_t& opened) {
  const TextNode* const type = attribute_of(reader, "datacontenttype");
  if (type != nullptr && !is_json_type(type->view())) {
    return false;
  }
  std::optional<std::string> bytes = data.kind == Kind::string ? decode_base64(data.view()) : std::nullopt;
  if (!bytes) {
    find_wrong_type("data_base64", "a text in base64");
    return false;
  }
  decoded_ = std::move(*bytes);
  if (!data_reader_.read(decoded_)) {
    if (type != nullptr) {
      find("data_base64", "the data are said to be JSON and are not: " + data_reader_.problem().detail);
    }
    return false;
  }
  const TextNode& root = root_of(data_reader_);
  if (root.kind != Kind::object) {
    return false;
  }
  encoded_.resize(data_reader_.jsonb_bound(root));
  const char* const end = data_reader_.write_jsonb(root, encoded_.data());
  if (end == nullptr) {
    find("data_base64", "the data are larger than a jsonb can be");
    return false;
  }
  opened = reader.add_text(Kind::encoded, {encoded_.data(), static_cast<std::size_t>(end - encoded_.data())});
  return true;
}

// The data and, under a key of their own, the attributes that no field of an event takes.
std::uint32_t Envelope::keep_attributes(TextReader& reader, std::uint32_t data, const std::string& under) {
  const std::span<const std::uint32_t> keys = reader.children(root_of(reader));
  std::vector<TextReader::Member> kept;
  for (const std::uint32_t key : keys) {
    const std::string_view name = reader.node(key).view();
    if (name != "specversion" && name != "data" && name != "data_base64") {
      kept.push_back({name, TextReader::value_of(key)});
    }
  }
  const std::uint32_t attributes = reader.add_object(kept);
  std::vector<TextReader::Member> members = {{under, attributes}};
  const TextNode content = reader.node(data);
  if (content.kind == Kind::object) {
    for (const std::uint32_t key : reader.children(content)) {
      const std::string_view name = reader.node(key).view();
      if (name == under) {
        find("data", "the data have a key \"" + under + "\" already, under which this source keeps the attributes");
        return data;
      }
      members.push_back({name, TextReader::value_of(key)});
    }
  } else {
    members.push_back({"data", data});
  }
  return reader.add_object(members);
}

std::string Envelope::original_pointer(const std::string& pointer) const {
  constexpr std::array<std::string_view, field_count> fields = {"/event_id", "/event_name", "/event_time", "/user_id",
                                                                "/properties"};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (pointer.starts_with(fields[i])) {
      return pointers_[i] + pointer.substr(fields[i].size());
    }
  }
  return pointer;
}

void Envelope::trim() {
  data_reader_.trim();
  for (std::string* const text : {&decoded_, &encoded_}) {
    if (text->capacity() > json::OutputBuffer::kept_capacity) {
      std::string().swap(*text);
    }
  }
}

} // namespace lifecycle::ingest
