# Joins sql/manifest into lifecycle_ledger--VERSION.sql whenever a file of it changes.
set(EXTENSION_SCRIPT ${PROJECT_BINARY_DIR}/lifecycle_ledger--${PROJECT_VERSION}.sql)
set(EXTENSION_CONTROL ${PROJECT_BINARY_DIR}/lifecycle_ledger.control)
configure_file(control/lifecycle_ledger.control.in ${EXTENSION_CONTROL} @ONLY)

file(GLOB_RECURSE SQL_SOURCES CONFIGURE_DEPENDS sql/*)
add_custom_command(
  OUTPUT ${EXTENSION_SCRIPT}
  COMMAND bash ${PROJECT_SOURCE_DIR}/cmake/join-sql ${PROJECT_SOURCE_DIR}/sql ${PROJECT_VERSION} ${EXTENSION_SCRIPT}
  DEPENDS ${SQL_SOURCES} ${PROJECT_SOURCE_DIR}/cmake/join-sql
  COMMENT "joining ${EXTENSION_SCRIPT}" VERBATIM)
add_custom_target(extension_script ALL DEPENDS ${EXTENSION_SCRIPT})

file(GLOB UPGRADE_SCRIPTS CONFIGURE_DEPENDS extension/lifecycle_ledger--*--*.sql)
set(EXTENSION_FILES ${EXTENSION_CONTROL} ${EXTENSION_SCRIPT} ${UPGRADE_SCRIPTS})
