"""Micro-benchmarks of what is done for each message, on demand: see CONTRIBUTING.md.

They compare one state of the code with another on the same machine, and nothing else. What users
notice is measured by `loadtest/`.
"""
