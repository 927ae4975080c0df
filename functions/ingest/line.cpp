#include "functions/ingest/line.hpp"

#include <algorithm>
#include <cstring>

#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/utf8.hpp"
#include "functions/event/fields.hpp"
#include "functions/ingest/event_content.hpp"
#include "functions/json/jsonb_reader.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::ingest {
namespace {

using json::TextNode;
using Kind = TextNode::Kind;

// Of the 36 characters of a valid UUID.
Uuid parse_uuid(std::string_view text) {
  const auto digit = [](char c) -> unsigned {
    return c <= '9' ? static_cast<unsigned>(c - '0') : (static_cast<unsigned>(c) | 0x20U) - 'a' + 10;
  };
  Uuid uuid{};
  std::size_t at = 0;
  for (std::uint8_t& byte : uuid) {
    at += text[at] == '-' ? 1 : 0;
    byte = static_cast<std::uint8_t>(digit(text[at]) << 4U | digit(text[at + 1]));
    at += 2;
  }
  return uuid;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// The value stored last in an object: of a valid event, its properties.
std::string_view last_value(std::string_view object) {
  const json::Container container = json::open_container(object);
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < 2 * container.count; ++i) {
    begin = end;
    end = json::entry_end(json::entry_at(container.entries, i), begin, container.size);
  }
  begin = json::aligned_begin(begin, end);
  return {container.data + begin, end - begin};
}

void put_json_text(std::string& out, std::string_view text) {
  const std::size_t at = out.size();
  out.resize(at + 2 + json::escaped_bound(text.size()));
  char* to = out.data() + at;
  *to++ = '"';
  to = json::write_escaped(to, text.data(), text.size(), text.data() + text.size());
  *to++ = '"';
  out.resize(static_cast<std::size_t>(to - out.data()));
}

} // namespace

bool LineJudge::refuse(std::string code, std::string pointer, std::string detail) {
  findings_.push_back({event::Severity::error, false, std::move(code), std::move(pointer), std::move(detail), {}});
  return false;
}

bool LineJudge::refuse_text() {
  const json::TextProblem& problem = reader_.problem();
  return refuse(json::code_of(problem.fault), problem.pointer, problem.detail);
}

// A root that is no object: the contract says what that is.
bool LineJudge::refuse_root(const TextNode& root, event::Contract& contract, const event::TimeRange& range) {
  const std::uint32_t array[] = {json::layout::array_flag};
  const std::uint32_t scalar[] = {json::layout::array_flag | json::layout::scalar_flag | 1U, json::layout::type_null};
  const bool is_array = root.kind == Kind::array;
  const std::string_view bytes(reinterpret_cast<const char*>(is_array ? array : scalar),
                               is_array ? sizeof array : sizeof scalar);
  findings_ = event::explain_event(contract, bytes, range);
  return false;
}

bool LineJudge::judge(std::string_view line, std::string_view source, SourceBook& book, event::Contract& contract,
                      const event::TimeRange& range, json::CanonicalWriter& writer) {
  findings_.clear();
  key_.clear();
  user_.clear();
  has_warnings_ = false;
  if (line.size() > limits.max_event_bytes) {
    return refuse("line.too_long", "",
                  "the line has " + std::to_string(line.size()) + " bytes, more than " +
                      std::to_string(limits.max_event_bytes) + " (lifecycle_ledger.max_event_bytes)");
  }
  if (is_blank(line)) {
    return refuse("line.empty", "", "the line is empty");
  }
  if (!reader_.read(line)) {
    return refuse_text();
  }
  const TextNode& root = reader_.node(reader_.root());
  if (root.kind != Kind::object) {
    return refuse_root(root, contract, range);
  }
  try {
    return judge_object(source, book, contract, range, writer);
  } catch (const Error& error) {
    // What only the fingerprint finds: a canonical form beyond the limits.
    if (std::string_view(error.sqlstate()) != sqlstate::program_limit_exceeded) {
      throw;
    }
    return refuse("json.too_large", "", error.what());
  }
}

bool LineJudge::judge_object(std::string_view source, SourceBook& book, event::Contract& contract,
                             const event::TimeRange& range, json::CanonicalWriter& writer) {
  std::uint32_t object = reader_.root();
  const bool enveloped = Envelope::is_one(reader_);
  const SourceRules rules = book.rules_of(source.empty() && enveloped ? Envelope::source(reader_) : source);
  if (enveloped) {
    object = envelope_.open(reader_, *rules.envelope);
    if (!envelope_.findings().empty()) {
      findings_ = envelope_.findings();
      return false;
    }
  }
  const TextNode& node = reader_.node(object);
  if (const TextNode* const id = reader_.member(node, "event_id"); id != nullptr && id->kind == Kind::string) {
    constexpr std::size_t longest_key = 200;
    key_ = whole_characters(id->view(), longest_key);
  }
  if (const TextNode* const user = reader_.member(node, "user_id"); user != nullptr && user->kind == Kind::string) {
    user_ = user->view();
  }
  const std::size_t bound = reader_.jsonb_bound(node);
  if (bytes_.size() < bound) {
    bytes_.resize(bound);
  }
  const char* const end = reader_.write_jsonb(node, bytes_.data());
  if (end == nullptr) {
    return refuse("json.too_large", "", "the event is larger than a jsonb can be");
  }
  const std::string_view bytes(bytes_.data(), static_cast<std::size_t>(end - bytes_.data()));
  const event::Verdict verdict = event::judge_event(contract, bytes, range);
  const event::Verdict refusing = event::structure_error | (rules.warns_only ? 0 : event::naming_error);
  if ((verdict & refusing) != 0) [[unlikely]] {
    for (event::Finding& finding : event::explain_event(contract, bytes, range)) {
      if (finding.severity == event::Severity::error && !(rules.warns_only && finding.of_naming)) {
        finding.pointer = enveloped ? envelope_.original_pointer(finding.pointer) : std::move(finding.pointer);
        findings_.push_back(std::move(finding));
      }
    }
    return false;
  }
  has_warnings_ = verdict != event::valid;
  take_fields(node, bytes);
  event_.content = event_content(writer, {event_.name, event_.time, event_.user, event_.properties});
  return true;
}

// Of an object that was found to be an event.
void LineJudge::take_fields(const TextNode& object, std::string_view bytes) {
  event_.id = parse_uuid(reader_.member(object, "event_id")->view());
  event_.time = *event::rfc3339_time(reader_.member(object, "event_time")->view());
  event_.name = reader_.member(object, "event_name")->view();
  event_.user = reader_.member(object, "user_id")->view();
  event_.properties = last_value(bytes);
}

void LineJudge::trim() {
  reader_.trim();
  envelope_.trim();
  if (bytes_.capacity() > json::OutputBuffer::kept_capacity) {
    std::vector<char>().swap(bytes_);
  }
}

const char* sqlstate_of(std::string_view code) {
  if (code == "json.duplicate_key") {
    return "22030";
  }
  if (code == "json.invalid_utf8") {
    return "22021";
  }
  if (code == "json.nul_character" || code == "json.lone_surrogate") {
    return "22P05";
  }
  if (code == "json.number_out_of_range") {
    return "22003";
  }
  if (code == "json.too_deep" || code == "json.too_large" || code == "line.too_long") {
    return "54000";
  }
  if (code == "event_id.reused") {
    return "23505";
  }
  return code.starts_with("json.") || code.starts_with("line.") ? "22P02" : "23514";
}

std::string findings_json(const std::vector<event::Finding>& findings) {
  std::string out = "[";
  for (const event::Finding& finding : findings) {
    out += out.size() == 1 ? R"({"code":)" : R"(,{"code":)";
    put_json_text(out, finding.code);
    out += R"(,"pointer":)";
    put_json_text(out, finding.pointer);
    out += R"(,"detail":)";
    put_json_text(out, finding.detail);
    if (!finding.proposed.empty()) {
      out += R"(,"use":)";
      put_json_text(out, finding.proposed);
    }
    out += '}';
  }
  return out + "]";
}

} // namespace lifecycle::ingest
