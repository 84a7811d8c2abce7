"""Several nodes that are one server: events are in one order in a stream of Valkey or Redis."""
