"""The command line: one module for each noun. Concrete choices (store, server, planner) are made here."""
