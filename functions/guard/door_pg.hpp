// The one way through append-only: a flag of this backend, in C, so that no setting and no SQL of a user can set it.
//
// A lawful procedure (lifecycle_lawful_call) makes its inner procedure run within a lawful frame; only within one can
// the door be opened, and it closes with the frame at the latest, on any error, and with the (sub)transaction that
// opened it where that aborts.
#pragma once

#include "functions/pg/boundary.hpp"

namespace lifecycle::guard {

bool door_is_open();

// How many triggers are running, one within the other.
int trigger_depth();

// Whether a lawful procedure of this extension is running.
bool in_lawful_frame();

// To be called in pairs; leaving the outermost frame closes the door.
void enter_lawful_frame();
void leave_lawful_frame();

void open_door();
void close_door();

} // namespace lifecycle::guard
