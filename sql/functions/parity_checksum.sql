CREATE AGGREGATE lifecycle.parity_checksum("row" text) (
  SFUNC = lifecycle._parity_checksum_add,
  STYPE = internal,
  SSPACE = 16,
  FINALFUNC = lifecycle._parity_checksum_result,
  COMBINEFUNC = lifecycle._parity_checksum_combine,
  SERIALFUNC = lifecycle._parity_checksum_serialize,
  DESERIALFUNC = lifecycle._parity_checksum_deserialize,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE lifecycle.parity_checksum(text) IS
'COUNT:SUM over the values in any order: how many there are, and the sum modulo 2^64 of the first eight bytes of each value''s MD5 (of its UTF-8 bytes, most significant byte first), as 16 lower-case hex digits. Of no values: 0:0000000000000000.
A null value is not counted and does not enter; a null within a row is the marker that parity_text() writes. Equal rows count as often as they occur. Any engine with MD5 recomputes it: docs/PARITY.md has the SQL.
An error detector: two sets that differ by accident differ here with probability 1 - 2^-64. No seal against forgery.';
