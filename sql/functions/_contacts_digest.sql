CREATE FUNCTION lifecycle._contacts_digest() RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_contacts_digest' LANGUAGE C STABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION lifecycle._contacts_digest() IS
'Internal: the contacts as resolve_contact sees them, in 128 bits: the sum mod 2^128 of XXH3-128 (seed 0) over the distinct pairs of id and e-mail as stored. Of each pair are hashed the size of the id in bytes (64 bits, little-endian), the id, one byte 1, the e-mail; or one byte 0 for a contact without an e-mail. One of more than 1048576 bytes counts both as itself and as none. The same in any order of rows, another one as soon as a contact comes, goes or changes; all zeros for no contacts.';
