// The code that an index brings along, which is its owner's, while somebody else fills it.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "miscadmin.h"
#include "nodes/execnodes.h"
}

namespace lifecycle::loader {

struct Caller {
  Oid user;
  int security;
};

// As CREATE INDEX does: functions in an index act for the table's owner, whoever fills it.
inline Caller become_owner(Oid owner) {
  Caller caller = {};
  GetUserIdAndSecContext(&caller.user, &caller.security);
  SetUserIdAndSecContext(owner, caller.security | SECURITY_RESTRICTED_OPERATION);
  return caller;
}

inline void become_caller(const Caller& caller) { SetUserIdAndSecContext(caller.user, caller.security); }

// Whether what an index computes may run code that is not the server's or a superuser's: functions in other languages
// than C, or types of users, whose operators and checks nobody sees from here.
bool has_code_of_users(const IndexInfo* info);

} // namespace lifecycle::loader
