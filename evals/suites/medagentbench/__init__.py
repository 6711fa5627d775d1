"""MedAgentBench's text protocol both ways: our agent plays against a FHIR server, our server stands in for its server.

Its files stay where the user keeps them; the other observations of its server are in its own image and not here.
"""

from evals.suites.medagentbench.items import load_items

__all__ = ["load_items"]
