-- The receiving side.
CALL lifecycle.install_warehouse('hq');
