// CloudEvents 1.0 in JSON (structured mode) as an envelope around an event: which of its attributes become the event's
// fields. https://github.com/cloudevents/spec, JSON format 1.0.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/finding.hpp"
#include "functions/json/text_reader.hpp"

namespace lifecycle::ingest {

// How one source uses the envelope. Pointers (RFC 6901) are into the envelope; an empty one means the default: the last
// dotted part of type, subject, time.
struct EnvelopeMapping {
  std::string name_pointer;
  std::string user_pointer;
  std::string time_pointer;
  std::string kept_under; // the property that keeps the other attributes; empty: they are left out
};

class Envelope {
 public:
  // A JSON object with a specversion and without an event_id.
  static bool is_one(const json::TextReader& reader);

  // The `source` attribute; empty where it is none.
  static std::string_view source(const json::TextReader& reader);

  // Makes the event's object among the reader's nodes and returns it; where the envelope itself is wrong, findings()
  // says how. The texts of the new nodes live as long as this does, or until the next call.
  std::uint32_t open(json::TextReader& reader, const EnvelopeMapping& mapping);

  [[nodiscard]] const std::vector<event::Finding>& findings() const { return findings_; }

  // Where within the envelope the thing stands that is at this pointer of the event.
  [[nodiscard]] std::string original_pointer(const std::string& pointer) const;

  void trim();

 private:
  enum Field : std::size_t { event_id, event_name, event_time, user_id, properties, field_count };

  void find(std::string_view attribute, std::string_view detail);
  void find_wrong_type(std::string_view attribute, std::string_view wanted);
  std::string_view required_text(const json::TextReader& reader, std::string_view attribute);
  void check_attributes(const json::TextReader& reader);
  std::uint32_t open_data(json::TextReader& reader);
  bool open_base64(json::TextReader& reader, const json::TextNode& data, std::uint32_t& opened);
  std::uint32_t keep_attributes(json::TextReader& reader, std::uint32_t data, const std::string& under);

  std::vector<event::Finding> findings_;
  std::array<std::string, field_count> pointers_;
  std::string id_;
  std::string decoded_;
  std::string encoded_;
  std::string user_;
  json::TextReader data_reader_;
};

} // namespace lifecycle::ingest
