// PostgreSQL's regular expressions for text.matches.
#pragma once

namespace lifecycle::condition {

// Gives the core its engine. Called when the module is loaded.
void install_regular_expressions();

} // namespace lifecycle::condition
