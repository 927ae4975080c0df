// What makes two MVCC snapshots of one transaction show the same rows.
#pragma once

#include <cstring>
#include <vector>

#include "functions/pg/boundary.hpp"

extern "C" {
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

 private:
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
