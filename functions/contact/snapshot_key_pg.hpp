// What makes two MVCC snapshots of one transaction show the same rows.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/transam.h"
#include "utils/snapshot.h"
}

namespace lifecycle::pg {

// Everything visibility depends on but for what this transaction does itself: the transactions that were running.
// Of a transaction's own rows the command counter tells, which is looked at apart.
class SnapshotKey {
 public:
  explicit SnapshotKey(Snapshot snapshot)
      : xmin_(snapshot->xmin),
        xmax_(snapshot->xmax),
        command_(snapshot->curcid),
        overflowed_(snapshot->suboverflowed),
        in_recovery_(snapshot->takenDuringRecovery),
        running_(snapshot->xip, snapshot->xip + snapshot->xcnt),
        running_subtransactions_(snapshot->subxip, snapshot->subxip + subtransactions(snapshot)) {}

  [[nodiscard]] CommandId command() const { return command_; }

  [[nodiscard]] bool matches(Snapshot snapshot) const {
    return xmin_ == snapshot->xmin && xmax_ == snapshot->xmax && overflowed_ == snapshot->suboverflowed &&
           in_recovery_ == snapshot->takenDuringRecovery && same(running_, snapshot->xip, snapshot->xcnt) &&
           same(running_subtransactions_, snapshot->subxip, subtransactions(snapshot));
  }

  // Whether this later snapshot of this session shows the same rows but for those that `own` transactions wrote:
  // nothing else has been committed in between. Says no where that would be long to find out.
  template <typename IsOwn>
  [[nodiscard]] bool matches_but_for(Snapshot snapshot, IsOwn is_own) const {
    constexpr TransactionId most = 200;
    if (overflowed_ || in_recovery_ || snapshot->suboverflowed || snapshot->takenDuringRecovery ||
        TransactionIdPrecedes(snapshot->xmax, xmax_) || snapshot->xmax - xmax_ > most) {
      return false;
    }
    const auto is_harmless = [&](TransactionId id) {
      return is_running(snapshot->xip, snapshot->xcnt, id) || is_running(snapshot->subxip, snapshot->subxcnt, id) ||
             is_own(id) || !TransactionIdDidCommit(id);
    };
    TransactionId id = xmax_;
    while (id != snapshot->xmax) {
      if (!is_harmless(id)) {
        return false;
      }
      TransactionIdAdvance(id);
    }
    return std::all_of(running_.begin(), running_.end(), is_harmless) &&
           std::all_of(running_subtransactions_.begin(), running_subtransactions_.end(), is_harmless) &&
           were_running(snapshot->xip, snapshot->xcnt) && were_running(snapshot->subxip, snapshot->subxcnt);
  }

 private:
  static bool is_running(const TransactionId* running, std::size_t count, TransactionId id) {
    return std::find(running, running + count, id) != running + count;
  }
  // Of what was begun before this snapshot: false for a snapshot that is older than this one.
  [[nodiscard]] bool were_running(const TransactionId* running, std::size_t count) const {
    return std::all_of(running, running + count, [&](TransactionId id) {
      return TransactionIdFollowsOrEquals(id, xmax_) || is_running(running_.data(), running_.size(), id) ||
             is_running(running_subtransactions_.data(), running_subtransactions_.size(), id);
    });
  }

  // An overflowed list is looked at only in recovery, where it also holds the main transactions.
  static std::size_t subtransactions(Snapshot snapshot) {
    return snapshot->suboverflowed && !snapshot->takenDuringRecovery ? 0 : static_cast<std::size_t>(snapshot->subxcnt);
  }
  static bool same(const std::vector<TransactionId>& ours, const TransactionId* theirs, std::size_t count) {
    return ours.size() == count && (count == 0 || std::memcmp(ours.data(), theirs, count * sizeof(TransactionId)) == 0);
  }

  TransactionId xmin_;
  TransactionId xmax_;
  CommandId command_;
  bool overflowed_;
  bool in_recovery_;
  std::vector<TransactionId> running_;
  std::vector<TransactionId> running_subtransactions_;
};

} // namespace lifecycle::pg
