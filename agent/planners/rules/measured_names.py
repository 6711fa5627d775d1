"""Names of several kinds: a drug that is also measured, an antibiotic that is also tested, what only a stay frames."""

from __future__ import annotations

import re

from agent.planners.rules.concepts import kinds_of
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Compute, Kind
from tools.concepts.known import known_kinds

_DRUGS = frozenset({
    Kind.MEDICATION, Kind.MEDICATION_ORDERED, Kind.MEDICATION_ADMINISTERED, Kind.MEDICATION_DISPENSED,
    Kind.MEDICATION_REPORTED, Kind.INTAKE,
})  # fmt: skip
_SETTINGS = frozenset({Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.WARD_STAY})
_TESTED = r"suscept\w*|resist\w*|sensitiv\w*|tested|results?|levels?|interpret\w*|values?|cultur\w*|grew|organisms?"
_LEVEL = r"levels?|blood|serum|plasma|labs?|values?|measured|checked|drawn|high|low|elevated|normal|abnormal|reading"
GIVEN = r"given|gave|get|got|getting|receiv\w*|t[ao]k\w*|administ\w*|infus\w*|replac\w*|replet\w*|supplement\w*|doses?"
_OF_BODY = frozenset(
    """
    potassium sodium magnesium calcium phosphate phosphorus chloride bicarbonate glucose iron ferritin albumin zinc
    copper lactate cortisol testosterone estradiol progesterone folate thyroxine fibrinogen k na mg ca
    """.split()  # noqa: SIM905
)
"""What is in everyone's blood: its name alone is that of the level."""
_OF_NUMBERS = frozenset({
    Compute.VALUE, Compute.MIN, Compute.MAX, Compute.MEAN, Compute.CHANGE, Compute.TREND, Compute.INCREASED,
    Compute.DECREASED, Compute.CHANGED, Compute.RISE, Compute.FALL, Compute.PERCENT_CHANGE, Compute.NORMAL,
})  # fmt: skip


def named_kinds(sketch: Sketch) -> list[Kind]:
    """The kinds of what is named; an antibiotic's test on what grew is none, unless a test is asked after."""
    kinds = kinds_of(sketch.named)
    others = [e.kind for span in sketch.named for e in span.entries if not _is_susceptibility_test(e.codings)]
    if not _DRUGS & {*others} or sketch.says(_TESTED):
        return kinds
    return [kind for kind in kinds if kind in others]


def _is_susceptibility_test(codings: tuple[object, ...]) -> bool:
    return any(str(getattr(c, "system", "")).endswith("microbiology-antibiotic") for c in codings)


def means_level(sketch: Sketch) -> bool:
    """Whether what laboratories measure is asked after by a name that this chart has only for drugs, or not at all."""
    kinds = {e.kind for span in sketch.named for e in span.entries if not _is_susceptibility_test(e.codings)}
    if not sketch.named or kinds - _DRUGS - {Kind.ORDER} or {*sketch.nouns, *sketch.verbs} & _DRUGS:
        return False
    names = [re.sub(r" levels?$", "", span.text.lower()) for span in sketch.named]
    if not all(Kind.LAB in known_kinds(name) for name in names) or sketch.says(GIVEN):
        return False
    if any(re.search(r" levels?$", span.text.lower()) for span in sketch.named):
        return True
    ask = sketch.asks[0]
    valued = ask.compute in _OF_NUMBERS and ask.slot is None
    of_body = all(name in _OF_BODY for name in names)
    picked = ask.compute is Compute.LIST and ask.slot is None and sketch.picked and of_body
    return valued or picked or bool(sketch.where) or sketch.says(_LEVEL)


def is_framed_by_stay(sketch: Sketch, cues: list[Kind]) -> bool:
    """Whether something known but not in this chart is asked after, and the stay beside it is only where or when."""
    absent = bool(sketch.named) and not any(span.entries for span in sketch.named)
    known = all(known_kinds(span.text) or kinds_of((span,)) for span in sketch.named)
    return absent and known and bool(cues) and {*cues} <= _SETTINGS
