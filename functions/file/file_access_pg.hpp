// What functions on the server's files ask of their caller, and show of themselves. Server code: called outside guard.
#pragma once

#include "functions/pg/boundary.hpp"

namespace lifecycle::file {

// Raises insufficient_privilege unless the caller is a member of pg_write_server_files, or pg_read_server_files.
void require_file_writer();
void require_file_reader();

// The process shows in pg_stat_progress_copy as writing a file.
void start_progress();

} // namespace lifecycle::file
