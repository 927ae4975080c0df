// A batch of judged lines on their way into the tables: the events of it with the memory they stand in, and what became
// of each.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "functions/ingest/line.hpp"

namespace lifecycle::ingest {

enum class Fate : std::uint8_t {
  pending, // an event whose key is still to be taken
  written,
  repeat, // its very like was stored before, or stands earlier in the batch
  dead
};

struct Row {
  std::int64_t received_at;
  Uuid id;
  Uuid content;
  std::int64_t time;
  // As texts and jsonb of the server, length words included.
  const char* name;
  const char* user;
  const char* properties;
  std::uint32_t findings; // of a dead row: its place in the batch's reasons
  Fate fate;
  bool erased; // somebody's who was erased: the line itself is not kept, whatever becomes of it
};

struct Reasons {
  std::string code;
  std::string pointer;
  std::string detail;
  std::string json;
  std::string key;
};

class Batch {
 public:
  void clear();

  // Takes a line's verdict over.
  void add_event(const Event& event, std::int64_t received_at, bool warned, bool erased = false);
  void add_dead(const std::vector<event::Finding>& findings, std::string_view key, std::int64_t received_at,
                bool erased = false);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] Row& row(std::size_t index) { return rows_[index]; }
  [[nodiscard]] const Reasons& reasons(const Row& row) const { return reasons_[row.findings]; }
  [[nodiscard]] std::size_t memory() const { return memory_; }
  [[nodiscard]] std::size_t warned() const { return warned_; }

  // The rows that are events, ordered by id and, among equal ids, as they came.
  void sort_by_id();
  [[nodiscard]] const std::vector<std::uint32_t>& by_id() const { return by_id_; }

  // Rows [first, last) of by_id() share an id. `stored` is what event_keys has under it: the first row was stored where
  // that is null. The rest are repeats of it or die.
  void settle(std::size_t first, std::size_t last, const Uuid* stored);

  // The distinct months of the events, as one time of each.
  [[nodiscard]] std::vector<std::int64_t> months() const;

  [[nodiscard]] std::size_t count(Fate fate) const;

 private:
  char* allocate(std::size_t size);
  const char* copy_varlena(std::string_view bytes);

  std::vector<Row> rows_;
  std::deque<Reasons> reasons_;
  std::vector<std::uint32_t> by_id_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
  std::size_t memory_ = 0;
  std::size_t warned_ = 0;
};

} // namespace lifecycle::ingest
