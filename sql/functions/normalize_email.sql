CREATE FUNCTION lifecycle.normalize_email(email text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_normalize_email' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle.normalize_email(text) IS
'The form in which e-mail addresses are compared, indexed and fingerprinted, the same on every locale: Unicode NFC of the full case folding, white space trimmed, the address taken out of "Name <a@b>". Dots and +tags stay: they are part of the address. A list of addresses or anything else that is not one bracketed address stays whole. Null when nothing is left. Normalising twice changes nothing.';
