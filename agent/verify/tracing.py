"""Tracing: a number or date that a planner gave to a tool must stand in the question or in what was retrieved."""

from __future__ import annotations

from collections.abc import Sequence

from agent.verify.claims import split_claims
from tools.evidence import Finding


def find_untraced(finding: Finding, asked: str, findings: Sequence[Finding]) -> str | None:
    """What was given to a tool and stands nowhere, as the error a planner reads; None where all is traced."""
    given = [*finding.data.get("given", ()), *finding.data.get("given_dates", ())]
    if not given:
        return None
    texts = (asked, *(f.statement for f in findings), *(e.line for f in findings for e in f.evidence))
    claims = [claim for text in texts for claim in split_claims(text)]
    numbers = {n.value for c in claims for n in c.numbers}
    dates = [d for c in claims for d in c.dates]
    lost = [f"{n:g}" for n in finding.data.get("given", ()) if float(n) not in numbers]
    lost += [d for d in finding.data.get("given_dates", ()) if not any(known.startswith(d) for known in dates)]
    if not lost:
        return None
    return f"{', '.join(lost)} is neither in the question nor in a record retrieved; give that record's handle"
