"""Untold: what no record tells, though every word of a question was read; a table of condition and reason."""

from __future__ import annotations

from collections.abc import Callable

from agent.planners.rules.concepts import Span, kinds_of
from agent.planners.rules.kinds import DRUGS, MEASURED, OF_NUMBERS, STAYS
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Compute, Kind, Slot
from tools.concepts.body_parts import places_in
from tools.concepts.known import known_kinds

_LATER = ("after", "next", "later")
_CAME_WITH = (
    r"\b(?:(?:at|on|upon) (?:(?:the|his|her|my|their) )?(?:last |latest |first )?(?:hospital )?admission|home med\w*)\b"
)
_HABITS = frozenset({"alcohol", "smoking", "drug abuse", "exercise"})
_MOMENTARY = frozenset({"intubation", "extubation"})
"""What is done at a moment, and not for as long as someone is in the state that it brings about."""
_PLANS = frozenset({Kind.CARE_PLAN, Kind.CARE_TEAM, Kind.GOAL, Kind.ORDER, Kind.NOTE})
_DID = (
    r"(?:medications?|medicines?|drugs?|pills?) (?:stopped|helped|cured|fixed|controlled) (?:(?:the|his|her|my) )?C\d"
)
_PLACED = r"placed|inserted|put in|removed|pulled(?: out)?|taken out|changed out|exchanged|replaced|placement|insertion"
"""What is done to a line or tube, which is no output of it."""
_TWO_APART = r"between (?:(?:the|his|her|my|their) )?(?:last|first|past|latest|most recent) (?:two|2|three|3)"
_WHEN_MOVED = (
    r"when (?:(?:i|he|she|they|patient) )?(?:(?:was|were|got) )?(?:transferred|moved|admitted|released|discharged)"
)
_EXTREMES = (Compute.MAX, Compute.MIN, Compute.MEAN)
_OF_TWO = r"(?:more|most) recent(?:ly)?|the (?:later|latest|earlier|earliest|first|last|newer|older) (?:one|of the two)"
_FOR_IT = r"for (?:(?:the|his|her|my|their|an?) )?C\d"


def _only_planned(span: Span) -> bool:
    """Whether the chart holds nothing of a name but what is to be done about it."""
    return all(e.kind in _PLANS for e in span.entries)


def _names_nothing(sketch: Sketch) -> bool:
    """Whether what is named is not in the chart and of no kind that is known."""
    absent = [s for s in sketch.named if not s.entries and not known_kinds(s.text) and not kinds_of((s,))]
    return bool(absent) and len(absent) == len(sketch.named)


_HOW_MANY_UNITS = r"how many (?:[a-z]+ )?(?:seconds|minutes|hours|days|weeks|months|years)"
_IN_NUMBERS = (*MEASURED, Kind.SOCIAL_HISTORY, Kind.QUESTIONNAIRE, Kind.REPORT, Kind.MICROBIOLOGY)
_SO_OFTEN = r"(?:times|often|doses|tablets|pills) (?:a|an|per|each|every) (?:day|hour|week|month)"
_IS = Compute.EXISTS
UNTOLD: tuple[tuple[Callable[[Sketch, Kind], bool], str], ...] = (
    (lambda s, kind: s.says(r"(?:(?:more|fewer|less) than|at least|at most) \d+ C\d+") and s.asks[0].compute is _IS,
     "I can't determine whether there are so many: ask how many there are."),
    (lambda s, kind: kind in DRUGS and not s.named and s.asks[0].compute is Compute.CHANGE,
     "I can't determine what was changed: ask which drugs were started or stopped in that time."),
    (lambda s, kind: kind not in STAYS and s.around is None and s.stay is None and s.when is None
     and s.asks[0].compute in (Compute.LIST, Compute.EXISTS, Compute.VALUE) and s.says(_WHEN_MOVED),
     "I can't determine what was so at that moment: ask what was so on a day, or during a stay."),
    (lambda s, kind: s.around is None
     and s.says(r"(?:before|after|until) (?:going|moving|being|getting|leaving|coming)"),
     "I can't determine what is before or after that: name the record or the date that bounds it."),
    (lambda s, kind: kind not in _IN_NUMBERS and any(c.field is Slot.VALUE for c in s.where),
     "I can't determine what the number is to be compared with: I compare the values of what is measured. For others"
     " ask how many there are, or how long each was."),
    (lambda s, kind: s.says(r"(?:what|which) (?:share|proportion|fraction)|(?:share|proportion|fraction) of"),
     "I can't determine a share: ask how many there are, and how many of them are so."),
    (lambda s, kind: s.asks[0].compute is Compute.EXISTS and s.either and s.says(_OF_TWO),
     "I can't determine which of the two is meant: name both as the chart does, and ask which was last or first."),
    (lambda s, kind: s.asks[0].compute is Compute.COUNT and s.says(_HOW_MANY_UNITS),
     "I can't determine that length of time: ask how long it was from one thing to another, or how long a stay was."),
    (lambda s, kind: (s.asks[0].compute is Compute.EXISTS or kind in DRUGS)
     and any(_only_planned(n) and (n.text == "smoking" or (n.text in _HABITS and kind is not Kind.CONDITION))
             for n in s.named),
     "I can't determine this habit: no record in this chart is named so, and none says that there is none."),
    (lambda s, kind: Kind.OUTPUT in s.nouns and bool(s.named)
     and not any(e.kind is Kind.OUTPUT for n in s.named for e in n.entries),
     "I can't determine which of the outputs is meant: ask by the name it is charted under, or of all outputs."),
    (lambda s, kind: kind is Kind.PROCEDURE and s.present and s.asks[0].compute is Compute.EXISTS
     and s.says(r"on C\d+"),
     "I can't determine whether it goes on now: procedures are recorded as they are done. Ask when it was last done."),
    (lambda s, kind: s.says(r"units? of C\d+") and any("transfusion" in n.text for n in s.named),
     "I can't determine how many units: blood is charted by transfusion or volume. Ask when it was given."),
    (lambda s, kind: s.says(_TWO_APART) and s.asks[0].compute not in OF_NUMBERS,
     "I can't determine the time between them: ask when each of them was."),
    (lambda s, kind: kind not in STAYS and (any(n.text in ("longest", "shortest") for n in s.named)
                                            or s.says("longest|shortest") or s.asks[0].over in _EXTREMES),
     "I can tell which is the longest or what is usual of stays and visits only."),
    (lambda s, kind: kind in (Kind.OUTPUT, Kind.INTAKE) and s.says(_PLACED),
     "I can't determine when a line or tube was placed or removed: the chart holds what came out of it and no more."),
    (lambda s, kind: s.beside in _LATER and s.around is None,
     "I can't determine what comes next: I read what is recorded, and nothing that is planned."),
    (lambda s, kind: kind in DRUGS and s.says(_CAME_WITH) and not s.says(r"given|administered|prescribed|ordered"),
     "I can't determine which drugs a patient came in with: orders don't say it. Ask what was active on a day."),
    (lambda s, kind: kind in DRUGS and s.asks[0].compute is Compute.COUNT and s.says(_SO_OFTEN),
     "I can't determine how often that was each day: ask how many doses there were on one day, or how often the order"
     " says."),
    (lambda s, kind: kind in DRUGS and s.says(_DID),
     "I can't determine what a drug did or whether it helped: records say what was given, when and for what."),
    (lambda s, kind: kind in DRUGS and _names_nothing(s) and s.says(r"in(?:to)? C\d"),
     "I can't determine what is meant: nothing in this chart is named so, and a drug is nothing one is in."),
    (lambda s, kind: kind in DRUGS and _names_nothing(s) and s.says(_FOR_IT),
     "I can't determine what is given for that: no problem in this chart is named so."),
    (lambda s, kind: kind is Kind.PROCEDURE and s.asks[0].compute is Compute.DURATION
     and any(n.text in _MOMENTARY for n in s.named),
     "I can't determine how long that lasted: the chart keeps when it was done. Ask when it was done and when undone,"
     " or how long the ventilation went on."),
    (lambda s, kind: kind is Kind.MICROBIOLOGY and any(not n.entries and places_in(n.text) for n in s.named),
     "I can't determine which cultures are of that part of the body: ask by the specimen they are charted under."),
)  # fmt: skip
"""What no record tells, though every word was read."""
