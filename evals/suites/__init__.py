"""The suites: each reads its questions, and what is right, as items."""
