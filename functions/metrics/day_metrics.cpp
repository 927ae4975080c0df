#include "functions/metrics/day_metrics.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr std::string_view no_stage = "none";
constexpr std::string_view all_stages = "all";
constexpr std::uint32_t no_stage_number = 0;

std::string_view bytes_of(const DayMetrics::UserId& user) noexcept {
  return {reinterpret_cast<const char*>(user.data()), user.size()};
}

} // namespace

struct DayMetrics::Tally {
  Tally(std::size_t stages, std::size_t names) : by_both(stages * names), by_stage(stages), by_name(names) {}

  static void count(Cell& cell, std::uint64_t person) noexcept {
    ++cell.events;
    if (cell.last_person != person) {
      cell.last_person = person;
      ++cell.people;
    }
  }
  void add(std::uint32_t stage, std::uint32_t name) noexcept {
    count(by_both[stage * by_name.size() + name], person);
    count(by_stage[stage], person);
    count(by_name[name], person);
    count(all, person);
  }

  std::vector<Cell> by_both;
  std::vector<Cell> by_stage;
  std::vector<Cell> by_name;
  Cell all{};
  std::uint64_t person = 0; // the one that is being counted, from 1 on
};

DayMetrics::DayMetrics(std::uint64_t seed, std::int64_t day_begin)
    : day_begin_(day_begin), key_texts_(seed), name_texts_(seed), stage_texts_(seed), user_ids_(seed) {
  stage_texts_.number(no_stage);
}

void DayMetrics::add_event(std::string_view user_key, std::string_view event_name, std::int64_t time) {
  if (events_.size() >= std::numeric_limits<std::uint32_t>::max() - 1) {
    throw Error(sqlstate::program_limit_exceeded, "too many events on one day", "There are more than 4294967294.");
  }
  const std::uint32_t key = key_texts_.number(user_key);
  if (key == first_events_.size()) {
    first_events_.push_back(0);
    key_users_.push_back(0);
    next_keys_.push_back(0);
  }
  events_.push_back({time, name_texts_.number(event_name), first_events_[key]});
  first_events_[key] = static_cast<std::uint32_t>(events_.size());
}

void DayMetrics::name_user(std::string_view user_key, const UserId& user) {
  const std::uint32_t key = key_texts_.number(user_key);
  if (key == first_events_.size()) {
    throw Error(sqlstate::data_corrupted, "a user is named by a key of no event");
  }
  const std::uint32_t number = user_ids_.number(bytes_of(user));
  if (number == users_.size()) {
    users_.push_back({false, {}, {}, 0});
  }
  key_users_[key] = number + 1;
}

DayMetrics::UserId DayMetrics::user(std::uint32_t key) const noexcept {
  UserId id{};
  const std::string_view bytes = user_ids_.text(key_users_[key] - 1);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(id.data()));
  return id;
}

bool DayMetrics::add_stage(const UserId& user, std::string_view stage, std::int64_t since, std::int64_t number) {
  const std::uint32_t place = user_ids_.number(bytes_of(user));
  if (place == users_.size()) {
    users_.push_back({false, {}, {}, 0}); // numbered now, but no key names it
    return false;
  }
  User& known = users_[place];
  const Move move = {since, number, stage_texts_.number(stage)};
  if (since >= day_begin_) {
    known.moves.push_back(move);
  } else if (!known.known_stage || std::tie(since, number) > std::tie(known.before.since, known.before.number)) {
    known.known_stage = true;
    known.before = move;
  }
  return true;
}

bool DayMetrics::has_stage(std::uint32_t key) const noexcept {
  const std::uint32_t user = key_users_[key];
  return user != 0 && (users_[user - 1].known_stage || !users_[user - 1].moves.empty());
}

std::uint32_t DayMetrics::stage_at(const User& user, std::int64_t time) const noexcept {
  const auto later = std::upper_bound(user.moves.begin(), user.moves.end(), time,
                                      [](std::int64_t moment, const Move& move) { return moment < move.since; });
  if (later != user.moves.begin()) {
    return std::prev(later)->stage;
  }
  return user.known_stage ? user.before.stage : no_stage_number;
}

void DayMetrics::tally_person(Tally& tally, const User* user, std::uint32_t key) const {
  for (std::uint32_t event = first_events_[key]; event != 0; event = events_[event - 1].next) {
    const Event& one = events_[event - 1];
    tally.add(user == nullptr ? no_stage_number : stage_at(*user, one.time), one.name);
    if (event % interrupt_interval == 0) {
      poll_interrupts();
    }
  }
}

void DayMetrics::tally_everyone(Tally& tally) {
  for (std::uint32_t key = 0; key < keys(); ++key) {
    if (key_users_[key] == 0) {
      ++tally.person;
      tally_person(tally, nullptr, key);
    } else {
      User& user = users_[key_users_[key] - 1];
      next_keys_[key] = user.first_key;
      user.first_key = key + 1;
    }
  }
  for (User& user : users_) {
    std::sort(user.moves.begin(), user.moves.end(), [](const Move& one, const Move& other) {
      return std::tie(one.since, one.number) < std::tie(other.since, other.number);
    });
    ++tally.person;
    for (std::uint32_t key = user.first_key; key != 0; key = next_keys_[key - 1]) {
      tally_person(tally, &user, key - 1);
    }
    user.first_key = 0;
  }
}

void DayMetrics::put(Figure figure, std::string_view stage, std::string_view name, std::uint64_t value) {
  if (value != 0) {
    rows_.push_back({figure, stage, name, value});
  }
}

void DayMetrics::finish() {
  Tally tally(stage_texts_.size(), name_texts_.size());
  tally_everyone(tally);
  for (std::uint32_t stage = 0; stage < stage_texts_.size(); ++stage) {
    const std::string_view stage_text = stage_texts_.text(stage);
    put(Figure::events_total, stage_text, {}, tally.by_stage[stage].events);
    put(Figure::users_distinct, stage_text, {}, tally.by_stage[stage].people);
    for (std::uint32_t name = 0; name < name_texts_.size(); ++name) {
      const Cell& cell = tally.by_both[std::size_t{stage} * name_texts_.size() + name];
      put(Figure::events_total, stage_text, name_texts_.text(name), cell.events);
      put(Figure::users_distinct, stage_text, name_texts_.text(name), cell.people);
    }
  }
  for (std::uint32_t name = 0; name < name_texts_.size(); ++name) {
    put(Figure::users_distinct, all_stages, name_texts_.text(name), tally.by_name[name].people);
  }
  put(Figure::users_distinct, all_stages, {}, tally.all.people);
}

} // namespace lifecycle
