// PostgreSQL's regular expressions for text.matches.
#pragma once

namespace lifecycle::condition {

// Gives the core its engine; may be called again.
void install_regular_expressions();

} // namespace lifecycle::condition
