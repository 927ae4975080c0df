// Keeps the core library non-empty of code that belongs to no capability: the interrupt hook and the limits are inline.
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/pure.hpp"
