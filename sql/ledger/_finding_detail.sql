-- A standard SQL body: parsed once, so no search_path matters, and inlined into the set-wise statements that call it.
CREATE FUNCTION lifecycle._finding_detail(code text, contact_id text, contact_email text, time_text text, event_type text, copies bigint, candidates text)
RETURNS text
LANGUAGE sql STABLE
RETURN CASE code
    WHEN 'ambiguous' THEN format('E-mail "%s" belongs to several contacts: %s. Mend the contacts; the row is tried again by itself.',
      contact_email, candidates)
    WHEN 'unknown_contact' THEN format('Contact id "%s" is not in the contacts. Add the contact or correct the row.', contact_id)
    WHEN 'orphan' THEN CASE WHEN contact_email IS NULL THEN 'The row has neither a contact id nor an e-mail address.'
      ELSE format('No contact has e-mail "%s". The row heals by itself when one appears.', contact_email) END
    WHEN 'contact_mismatch' THEN format('Contact "%s" exists, but its e-mail is not "%s". The contact id was taken.', contact_id, contact_email)
    WHEN 'duplicate_record_id' THEN format('%s rows of the source share this record id; the latest was taken.', copies)
    WHEN 'no_record_id' THEN CASE WHEN copies > 1 THEN format('%s rows of this content have no record id.', copies)
      ELSE 'The row has no record id.' END
    WHEN 'record_id_too_long' THEN 'The record id has more than 1000 bytes. Map another column, or a view with a digest of it.'
    WHEN 'contact_id_too_long' THEN 'The id of the row''s contact has more than 1000 bytes. Give the contact a shorter one; the row is tried again by itself.'
    WHEN 'email_too_long' THEN 'The e-mail address has more than 1048576 bytes: it is none. Correct the row.'
    WHEN 'unfit_json' THEN 'A json column holds what jsonb cannot: \u0000, half a surrogate pair, or a number that is too long. It is kept as text here. Correct the row, or map a view without the column.'
    WHEN 'no_time' THEN 'The event time is missing.'
    WHEN 'invalid_time' THEN format('"%s" is not a time between the years 1 and 9999.', time_text)
    WHEN 'no_event_type' THEN 'The event type is missing.'
    WHEN 'unknown_event_type' THEN format('"%s" is not in lifecycle.event_types. Add it there or correct the row.', event_type)
    WHEN 'payload_over_limit' THEN format(
      'The payload is larger than lifecycle_ledger.max_document_bytes (%s) or deeper than lifecycle_ledger.max_depth (%s). Raise the setting, or map fewer columns to the payload.',
      current_setting('lifecycle_ledger.max_document_bytes'), current_setting('lifecycle_ledger.max_depth'))
    WHEN 'suppressed' THEN 'The row is of somebody who was erased: it is kept out.'
    ELSE code
  END;
COMMENT ON FUNCTION lifecycle._finding_detail(text, text, text, text, text, bigint, text) IS 'Internal: the sentence that a finding says, with its values and the mend. candidates: the contacts that an ambiguous e-mail belongs to.';
