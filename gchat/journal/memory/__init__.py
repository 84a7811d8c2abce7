"""Nothing outlives the server; the last of what was said is kept in memory."""
