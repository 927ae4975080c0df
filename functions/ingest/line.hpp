// Judges one line of the inbox: an event, or what is wrong with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/judge_event.hpp"
#include "functions/fingerprint/fingerprint.hpp"
#include "functions/ingest/envelope.hpp"
#include "functions/json/text_reader.hpp"

namespace lifecycle::ingest {

// An event with its fields in their types. The views hold until the next line is judged, and as long as the line does.
struct Event {
  Uuid id;
  std::int64_t time; // microseconds since 2000-01-01 UTC
  std::string_view name;
  std::string_view user;
  std::string_view properties; // the bytes of a jsonb after its length word
  Uuid content;
};

// What one source's lines are held against.
struct SourceRules {
  bool warns_only; // naming findings do not refuse an event
  const EnvelopeMapping* envelope;
};

// Names the source whose rules apply; asked with the envelope's own source where the inbox gives none.
class SourceBook {
 public:
  virtual ~SourceBook() = default;
  virtual SourceRules rules_of(std::string_view source) = 0;
};

class LineJudge {
 public:
  // True for an event, which event() then is; else findings() says why, and key() is the event_id as far as known.
  bool judge(std::string_view line, std::string_view source, SourceBook& book, event::Contract& contract,
             const event::TimeRange& range, json::CanonicalWriter& writer);

  [[nodiscard]] const Event& event() const { return event_; }
  // Whether an event was taken although a name is not as the contract wants it.
  [[nodiscard]] bool has_warnings() const { return has_warnings_; }
  // All of them errors.
  [[nodiscard]] const std::vector<event::Finding>& findings() const { return findings_; }
  [[nodiscard]] std::string_view key() const { return key_; }
  // The user_id as far as known, also of a line that is refused.
  [[nodiscard]] std::string_view user() const { return user_; }

  // Gives back what an unusually long line has taken. To be called after each line.
  void trim();

 private:
  bool refuse(std::string code, std::string pointer, std::string detail);
  bool refuse_text();
  bool refuse_root(const json::TextNode& root, event::Contract& contract, const event::TimeRange& range);
  bool judge_object(std::string_view source, SourceBook& book, event::Contract& contract, const event::TimeRange& range,
                    json::CanonicalWriter& writer);
  void take_fields(const json::TextNode& object, std::string_view bytes);

  json::TextReader reader_;
  Envelope envelope_;
  Event event_{};
  std::vector<event::Finding> findings_;
  std::string key_;
  std::string user_;
  std::vector<char> bytes_;
  bool has_warnings_ = false;
};

// The SQLSTATE that stands for a finding's code.
const char* sqlstate_of(std::string_view code);

// [{"code": …, "pointer": …, "detail": …, "use": …}, …]
std::string findings_json(const std::vector<event::Finding>& findings);

} // namespace lifecycle::ingest
