-- The receiving side.
CALL lifecycle.install_warehouse('hq');
-- mask: 20\d\d-\d\d-\d\d( \d\d:\d\d)?
