CREATE PROCEDURE lifecycle._erase_contact(contact_id text)
LANGUAGE plpgsql
AS $$
BEGIN
  CALL lifecycle._erase('contact', contact_id);
END
$$;
COMMENT ON PROCEDURE lifecycle._erase_contact(text) IS 'Internal: what erase_contact() runs, within the frame in which append-only tables can be opened.';
