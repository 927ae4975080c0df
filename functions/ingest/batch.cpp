#include "functions/ingest/batch.hpp"

#include <algorithm>
#include <cstring>

#include "functions/core/utc_time.hpp"
#include "functions/ingest/uuid_text.hpp"
#include "functions/json/jsonb_reader.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::ingest {
namespace {

constexpr std::size_t block_bytes = 256UL * 1024;

} // namespace

void Batch::clear() {
  rows_.clear();
  reasons_.clear();
  by_id_.clear();
  // One block is kept for the next batch.
  if (blocks_.size() > 1) {
    blocks_.erase(blocks_.begin() + 1, blocks_.end());
  }
  free_ = blocks_.empty() ? nullptr : blocks_.front().get();
  left_ = blocks_.empty() ? 0 : block_bytes;
  memory_ = 0;
  warned_ = 0;
}

char* Batch::allocate(std::size_t size) {
  size = (size + 7) & ~std::size_t{7};
  memory_ += size;
  if (size > left_) {
    if (size > block_bytes / 4 && !blocks_.empty()) {
      // A large value has a block of its own, and the present one goes on.
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
      return blocks_.back().get();
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(std::max(size, block_bytes)));
    free_ = blocks_.back().get();
    left_ = std::max(size, block_bytes);
  }
  char* const at = free_;
  free_ += size;
  left_ -= size;
  return at;
}

const char* Batch::copy_varlena(std::string_view bytes) {
  const std::size_t size = bytes.size() + sizeof(std::uint32_t);
  char* const at = allocate(size);
  const std::uint32_t length = json::numeric_length_word(size);
  std::memcpy(at, &length, sizeof length);
  std::memcpy(at + sizeof length, bytes.data(), bytes.size());
  return at;
}

void Batch::add_event(const Event& event, std::int64_t received_at, bool warned, bool erased) {
  rows_.push_back({received_at, event.id, event.content, event.time, copy_varlena(event.name), copy_varlena(event.user),
                   copy_varlena(event.properties), 0, Fate::pending, erased});
  warned_ += warned ? 1 : 0;
}

void Batch::add_dead(const std::vector<event::Finding>& findings, std::string_view key, std::int64_t received_at,
                     bool erased) {
  const event::Finding& first = findings.front();
  std::string detail = first.detail;
  if (!first.proposed.empty()) {
    detail += "; use " + event::in_quotes(first.proposed);
  }
  rows_.push_back({received_at,
                   {},
                   {},
                   0,
                   nullptr,
                   nullptr,
                   nullptr,
                   static_cast<std::uint32_t>(reasons_.size()),
                   Fate::dead,
                   erased});
  reasons_.push_back({first.code, first.pointer, std::move(detail), findings_json(findings), std::string(key)});
}

void Batch::sort_by_id() {
  by_id_.clear();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].fate == Fate::pending) {
      by_id_.push_back(i);
    }
  }
  std::sort(by_id_.begin(), by_id_.end(), [this](std::uint32_t left, std::uint32_t right) {
    const int order = std::memcmp(rows_[left].id.data(), rows_[right].id.data(), rows_[left].id.size());
    return order != 0 ? order < 0 : left < right;
  });
}

void Batch::settle(std::size_t first, std::size_t last, const Uuid* stored) {
  const Uuid content = stored != nullptr ? *stored : rows_[by_id_[first]].content;
  for (std::size_t i = first; i < last; ++i) {
    Row& row = rows_[by_id_[i]];
    if (i == first && stored == nullptr) {
      row.fate = Fate::written;
    } else if (row.content == content) {
      row.fate = Fate::repeat;
    } else {
      const std::string id = uuid_text(row.id);
      row.fate = Fate::dead;
      row.findings = static_cast<std::uint32_t>(reasons_.size());
      const event::Finding finding = {
          event::Severity::error,
          false,
          "event_id.reused",
          "/event_id",
          "another event has the event_id " + id + " already; an id is accepted once, whatever the time",
          {}};
      reasons_.push_back({finding.code, finding.pointer, finding.detail, findings_json({finding}), id});
    }
  }
}

std::vector<std::int64_t> Batch::months() const {
  std::vector<std::int64_t> days;
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const Row& row : rows_) {
    const std::int64_t day = day_of(row.time);
    if (row.fate == Fate::written && day != last) {
      const CivilDate date = civil_date(day);
      last = day;
      days.push_back(day - (date.day - 1));
    }
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  for (std::int64_t& day : days) {
    day *= microseconds_per_day;
  }
  return days;
}

std::size_t Batch::count(Fate fate) const {
  return static_cast<std::size_t>(
      std::count_if(rows_.begin(), rows_.end(), [fate](const Row& row) { return row.fate == fate; }));
}

} // namespace lifecycle::ingest
