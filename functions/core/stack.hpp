// How a pure core that calls itself lets its caller stop it before the stack ends: every level of a recursion that a
// document's or a rule's nesting drives calls check_stack(). In the server the hook raises the server's own error where
// max_stack_depth is exceeded; elsewhere there is no hook and depth limits alone hold.
#pragma once

namespace lifecycle {

using StackHook = void (*)();

inline StackHook stack_hook = nullptr;

inline void check_stack() {
  if (stack_hook != nullptr) {
    stack_hook();
  }
}

} // namespace lifecycle
