"""Composing: the answer as told: the code's own statements, or the planner's words as far as they are borne out."""

from __future__ import annotations

from collections.abc import Sequence

from agent.decision import GiveAnswer
from agent.transcript import Answer
from agent.verify import check_text, holds_value
from tools.evidence import Finding, Value

_NOTHING = "The answer cited nothing that was retrieved, so it was removed."
_REMOVED = "(A claim that the record does not bear out was removed.)"


def compose_answer(
    decision: GiveAnswer, cited: Sequence[Finding], faults: tuple[str, ...], patient_name: str
) -> Answer:
    """What is told of a decision; claims with faults are left out, and that is said."""
    if not cited:
        return Answer(_NOTHING, (), (), "abstained", faults)
    if not all(f.determinable for f in cited):
        return Answer(_tell(decision, cited, patient_name), (), _rests_on(decision, cited), "abstained", faults)
    values = _values(decision, cited)
    return Answer(_tell(decision, cited, patient_name), values, _rests_on(decision, cited), "answered", faults)


def _tell(decision: GiveAnswer, cited: Sequence[Finding], patient_name: str) -> str:
    stated = " ".join(f.statement for f in cited)
    if decision.text is None:
        return stated
    checked = check_text(decision.text, cited, patient_name)
    kept = [c.sentence for c in checked if not c.faults]
    text = " ".join(kept) or stated
    return text if len(kept) == len(checked) else f"{text} {_REMOVED}"


def _values(decision: GiveAnswer, cited: Sequence[Finding]) -> tuple[Value, ...]:
    """The planner's values where all of them are borne out, else those of the findings."""
    if decision.values is not None and all(holds_value(v, cited) for v in decision.values):
        return decision.values
    return tuple(v for f in cited for v in f.values)


def _rests_on(decision: GiveAnswer, cited: Sequence[Finding]) -> tuple[str, ...]:
    """The records cited one by one, and all those of a finding that is cited, or whose words or values are told."""
    records = {e.handle: e.reference for f in cited for e in f.evidence}
    named = [records[h] for h in decision.citations if h in records]
    own_words = decision.text is not None and decision.values is not None
    resting = [r for f in cited if f.handle in decision.citations or not own_words for r in f.rests_on]
    return tuple(dict.fromkeys([*resting, *named]))
