"""Everything is kept in an SQLite file before it is shown."""
