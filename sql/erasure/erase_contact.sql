CREATE PROCEDURE lifecycle.erase_contact(contact_id text)
AS 'MODULE_PATHNAME', 'lifecycle_lawful_call' LANGUAGE C;
COMMENT ON PROCEDURE lifecycle.erase_contact(text) IS
'Forgets a contact, named by its id: as erase_user() does, and together with the user who has the same e-mail address, where nobody else has it. The row in lifecycle.contacts is deleted (emptied where other tables point to it); contacts in a table of your own are left for you to delete, and a notice says so: until then the suppression list keeps them out. Errors as erase_user().';
