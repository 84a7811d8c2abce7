"""Attacks on a real server, each with what an ordinary user notices of it."""
