// How a pure core lets its caller stop it: every unbounded loop calls poll_interrupts() at least once per
// interrupt_interval steps. In the server the hook runs CHECK_FOR_INTERRUPTS behind the boundary and throws what it
// raises, so destructors run; elsewhere there is no hook and polling costs one load.
#pragma once

namespace lifecycle {

using InterruptHook = void (*)();

inline InterruptHook interrupt_hook = nullptr;
inline constexpr unsigned interrupt_interval = 1024;

inline void poll_interrupts() {
  if (interrupt_hook != nullptr) {
    interrupt_hook();
  }
}

} // namespace lifecycle
