"""Drafts of orders and of measured values: typed, checked as FHIR, and sent nowhere."""
