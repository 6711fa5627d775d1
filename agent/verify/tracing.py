"""Tracing: a number or date that a planner gave to a tool must stand in the question or in what was retrieved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent.verify.claims import Claim, split_claims
from tools.evidence import Finding


def find_numbers(texts: Iterable[str]) -> list[float]:
    """The numbers that some texts say.

    >>> find_numbers(["She weighs 70 kg, since 2015."])
    [70.0]
    """
    return [n.value for c in _read(texts) for n in c.numbers]


def find_dates(texts: Iterable[str]) -> list[str]:
    """The dates that some texts say, as ISO 8601.

    >>> find_dates(["from March 3, 2015 on"])
    ['2015-03-03']
    """
    return [d for c in _read(texts) for d in c.dates]


def _read(texts: Iterable[str]) -> Iterator[Claim]:
    return (claim for text in texts for claim in split_claims(text))


def find_untraced(finding: Finding, asked: str, findings: Sequence[Finding]) -> str | None:
    """What was given to a tool and stands nowhere, as the error a planner reads; None where all is traced."""
    given = [*finding.data.get("given", ()), *finding.data.get("given_dates", ())]
    if not given:
        return None
    texts = (asked, *(f.statement for f in findings), *(e.line for f in findings for e in f.evidence))
    numbers, dates = set(find_numbers(texts)), find_dates(texts)
    lost = [f"{n:g}" for n in finding.data.get("given", ()) if float(n) not in numbers]
    lost += [d for d in finding.data.get("given_dates", ()) if not any(known.startswith(d) for known in dates)]
    if not lost:
        return None
    return f"{', '.join(lost)} is neither in the question nor in a record retrieved; give that record's handle"
