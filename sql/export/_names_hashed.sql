CREATE FUNCTION lifecycle._names_hashed(words text, entities uuid[], salt bytea, addresses bytea[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  address text;
BEGIN
  -- Asked of every row of a table: what most rows have nothing of goes first, and no function is called for what is one expression. Addresses
  -- stand as _names_in() finds them, hashed as by _hashed_address().
  IF words ~* nullif(array_to_string(entities, '|'), '') THEN
    RETURN true;
  END IF;
  IF strpos(words, '@') > 0 AND cardinality(addresses) > 0 THEN
    FOR address IN SELECT m[1] FROM regexp_matches(words, '[^][\s"''<>(){},;:=|\\]+@[^][\s"''<>(){},;:=|\\]+', 'g') m LOOP
      IF sha256(salt || convert_to(lifecycle.normalize_email(rtrim(address, '.')), 'UTF8')) = ANY (addresses) THEN
        RETURN true;
      END IF;
    END LOOP;
  END IF;
  RETURN false;
END
$$;
COMMENT ON FUNCTION lifecycle._names_hashed(text, uuid[], bytea, bytea[]) IS 'Internal: whether a text names one of these entities, or an address with one of these hashes..';
