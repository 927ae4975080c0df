# Finds the server through pg_config, as PGXS does: the one given, else Debian's newest that has server headers, else
# the one on the PATH.
set(PG_CONFIG "" CACHE STRING "pg_config of the server to build for")
if(PG_CONFIG)
  find_program(PG_CONFIG_PROGRAM NAMES ${PG_CONFIG} NO_CACHE)
  if(NOT PG_CONFIG_PROGRAM)
    message(FATAL_ERROR "PG_CONFIG=${PG_CONFIG} is not a program")
  endif()
else()
  file(GLOB PG_CONFIG_CANDIDATES /usr/lib/postgresql/*/bin/pg_config)
  list(SORT PG_CONFIG_CANDIDATES COMPARE NATURAL ORDER DESCENDING)
  foreach(CANDIDATE ${PG_CONFIG_CANDIDATES} pg_config)
    execute_process(COMMAND ${CANDIDATE} --includedir-server OUTPUT_VARIABLE HEADERS OUTPUT_STRIP_TRAILING_WHITESPACE
      ERROR_QUIET)
    if(HEADERS AND EXISTS ${HEADERS}/postgres.h)
      set(PG_CONFIG_PROGRAM ${CANDIDATE})
      break()
    endif()
  endforeach()
  if(NOT PG_CONFIG_PROGRAM)
    message(FATAL_ERROR "no PostgreSQL with server headers found: install postgresql-server-dev-15 (or another of 14 "
      "to 18), or name its pg_config by PG_CONFIG=/path/to/pg_config")
  endif()
endif()
# For scripts/server, which must run the server that the module is built for.
file(WRITE ${PROJECT_BINARY_DIR}/pg_config "${PG_CONFIG_PROGRAM}\n")

function(pg_config_value OPTION VARIABLE)
  execute_process(COMMAND ${PG_CONFIG_PROGRAM} ${OPTION} OUTPUT_VARIABLE VALUE OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  set(${VARIABLE} "${VALUE}" PARENT_SCOPE)
endfunction()

pg_config_value(--version PG_VERSION_TEXT)
pg_config_value(--includedir-server PG_INCLUDEDIR_SERVER)
pg_config_value(--includedir PG_INCLUDEDIR)
pg_config_value(--libdir PG_LIBDIR)
pg_config_value(--pkglibdir PG_PKGLIBDIR)
pg_config_value(--sharedir PG_SHAREDIR)
pg_config_value(--bindir PG_BINDIR)

string(REGEX MATCH "[0-9]+" PG_MAJOR "${PG_VERSION_TEXT}")
if(PG_MAJOR LESS 14 OR PG_MAJOR GREATER 18)
  message(FATAL_ERROR "lifecycle_ledger supports PostgreSQL 14 to 18; ${PG_CONFIG_PROGRAM} is of \"${PG_VERSION_TEXT}\"")
endif()
if(NOT EXISTS ${PG_INCLUDEDIR_SERVER}/postgres.h)
  message(FATAL_ERROR "no server headers in ${PG_INCLUDEDIR_SERVER}: install postgresql-server-dev-${PG_MAJOR}")
endif()
if(APPLE AND PG_MAJOR GREATER 15)
  set(PG_DLSUFFIX .dylib)
else()
  set(PG_DLSUFFIX .so)
endif()
message(STATUS "building for ${PG_VERSION_TEXT} (${PG_CONFIG_PROGRAM})")

# Settings of a target that the server loads.
function(server_module TARGET)
  set_target_properties(${TARGET} PROPERTIES PREFIX "" SUFFIX "${PG_DLSUFFIX}")
  # As system headers, so that our warnings stay errors and the server's do not matter.
  target_include_directories(${TARGET} SYSTEM PRIVATE ${PG_INCLUDEDIR_SERVER})
  target_include_directories(${TARGET} PRIVATE ${PROJECT_SOURCE_DIR})
  if(PG_MAJOR LESS 16)
    # Only from 16 on does the server's own header mark what a module must export.
    target_compile_definitions(${TARGET} PRIVATE "PGDLLEXPORT=__attribute__((visibility(\"default\")))")
  endif()
  # Old-style casts live in the server's macros; -fwrapv and -fno-strict-aliasing are what the server is built with.
  target_compile_options(${TARGET} PRIVATE ${WARNINGS} -Wno-old-style-cast -Wno-cast-qual -Wno-register -fwrapv
    -fno-strict-aliasing)
endfunction()
