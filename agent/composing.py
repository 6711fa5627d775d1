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
    text, is_own = _tell(decision, cited, patient_name)
    settled = all(f.determinable for f in cited)
    values = _values(decision, cited) if settled else ()
    resting = _rests_on(decision, cited, whole=not is_own or (settled and values != decision.values))
    return Answer(text, values, resting, "answered" if settled else "abstained", faults)


def _tell(decision: GiveAnswer, cited: Sequence[Finding], patient_name: str) -> tuple[str, bool]:
    """The text, and whether it is the planner's own."""
    stated = " ".join(f.statement for f in cited)
    if decision.text is None:
        return stated, False
    checked = check_text(decision.text, cited, patient_name)
    kept = [c.sentence for c in checked if not c.faults]
    text = " ".join(kept) or stated
    return text if len(kept) == len(checked) else f"{text} {_REMOVED}", bool(kept)


def _values(decision: GiveAnswer, cited: Sequence[Finding]) -> tuple[Value, ...]:
    """The planner's values where all of them are borne out, else those of the findings."""
    if decision.values is not None and all(holds_value(v, cited) for v in decision.values):
        return decision.values
    return tuple(v for f in cited for v in f.values)


def _rests_on(decision: GiveAnswer, cited: Sequence[Finding], whole: bool) -> tuple[str, ...]:
    """The records cited one by one, and all those of a finding that is cited; of every finding where `whole`."""
    records = {e.handle: e.reference for f in cited for e in f.evidence}
    named = [records[h] for h in decision.citations if h in records]
    resting = [r for f in cited if whole or f.handle in decision.citations for r in f.rests_on]
    return tuple(dict.fromkeys([*resting, *named]))
