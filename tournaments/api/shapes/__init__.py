"""What goes in and out, field by field. Nothing leaves that is not named here; the schema is made of it."""
