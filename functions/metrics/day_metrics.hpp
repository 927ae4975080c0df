// The figures of one day's events: how many, and of how many people, by the stage each person was in at the time of the
// event and by the event's name.
//
// Fed in this order: the day's events; then which users their keys name; then these users' history up to the day's end.
// An event costs sixteen bytes and one hash probe. Nothing is kept in a set to be counted: one person's events come
// together, and each figure remembers the last person it counted.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "functions/metrics/text_numbers.hpp"

namespace lifecycle {

class DayMetrics {
 public:
  using UserId = std::array<std::uint8_t, 16>;

  enum class Figure : std::uint8_t { events_total, users_distinct };
  struct Row {
    Figure figure;
    std::string_view stage;      // "none" where the person was in none, "all" for people over all stages
    std::string_view event_name; // data() is nullptr: all events
    std::uint64_t value;
  };

  DayMetrics(std::uint64_t seed, std::int64_t day_begin);

  void add_event(std::string_view user_key, std::string_view event_name, std::int64_t time);

  // The different values by which the events name their users.
  [[nodiscard]] std::uint32_t keys() const noexcept { return key_texts_.size(); }
  [[nodiscard]] std::string_view key(std::uint32_t number) const noexcept { return key_texts_.text(number); }
  // Several keys may name one user.
  void name_user(std::string_view user_key, const UserId& user);
  [[nodiscard]] bool is_named(std::uint32_t key) const noexcept { return key_users_[key] != 0; }
  // Only of a key that names one.
  [[nodiscard]] UserId user(std::uint32_t key) const noexcept;
  // A key that named a user by its looks alone is nobody's after all.
  void unname_user(std::uint32_t key) noexcept { key_users_[key] = 0; }

  // An entry of history, in any order; of two at one time the one with the higher number is the later. Entries of users
  // that no key names are ignored. True where one does.
  bool add_stage(const UserId& user, std::string_view stage, std::int64_t since, std::int64_t number);
  [[nodiscard]] bool has_stage(std::uint32_t key) const noexcept;

  // Counts everything, once. The rows come in no particular order.
  void finish();
  [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }

 private:
  struct Event {
    std::int64_t time;
    std::uint32_t name;
    std::uint32_t next; // of the same key; event + 1
  };
  struct Move {
    std::int64_t since;
    std::int64_t number;
    std::uint32_t stage;
  };
  struct User {
    bool known_stage;
    Move before;             // the latest before the day
    std::vector<Move> moves; // on the day
    std::uint32_t first_key; // key + 1
  };
  struct Cell {
    std::uint64_t events;
    std::uint64_t people;
    std::uint64_t last_person;
  };
  struct Tally;

  [[nodiscard]] std::uint32_t stage_at(const User& user, std::int64_t time) const noexcept;
  void tally_person(Tally& tally, const User* user, std::uint32_t key) const;
  void tally_everyone(Tally& tally);
  void put(Figure figure, std::string_view stage, std::string_view name, std::uint64_t value);

  std::int64_t day_begin_;
  TextNumbers key_texts_;
  TextNumbers name_texts_;
  TextNumbers stage_texts_; // 0 is none
  TextNumbers user_ids_;    // their sixteen bytes
  std::vector<Event> events_;
  std::vector<std::uint32_t> first_events_; // of each key: event + 1
  std::vector<std::uint32_t> key_users_;    // of each key: user + 1
  std::vector<std::uint32_t> next_keys_;    // of each key, the next of the same user: key + 1
  std::vector<User> users_;
  std::vector<Row> rows_;
};

} // namespace lifecycle
