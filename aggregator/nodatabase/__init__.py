"""A PostgreSQL backend for when no database is named: all works but connecting, which says what to do."""
