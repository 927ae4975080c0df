-- date: 2027-01-21 is (now() + interval '2 months')::date
-- The receiving side.
CALL lifecycle.install_warehouse('hq');
