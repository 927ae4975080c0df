# The version stands once, in project(); the module and the control file take it from there.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
configure_file(extension/version.hpp.in ${PROJECT_BINARY_DIR}/generated/version.hpp @ONLY)
