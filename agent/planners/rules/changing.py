"""Changing: a question that names nothing new, as a change of the query before it; a table of condition and effect."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agent.planners.planner import Turn
from agent.planners.rules.asks import Ask
from agent.planners.rules.compose import Parsed, compose_query
from agent.planners.rules.concepts import names_a_class
from agent.planners.rules.kinds import DRUGS, MEASURED, OF_NUMBERS, STAYS
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Anchor, ChartQuery, Compute, Condition, Kind, Pick, Slot
from tools.concepts.body_parts import PAIRED, SIDED

_EARLIER = ("before", "previous", "prior", "preceding", "earlier")
_IDENTITY = (Slot.REASON, Slot.PRESCRIBER, Slot.PERFORMER, Slot.CATEGORY, Slot.SPECIMEN)
"""What tells which things are meant, and stays when their state or time is asked anew."""


_WAYS = (
    Compute.INCREASED, Compute.DECREASED, Compute.CHANGED, Compute.IMPROVED, Compute.WORSENED, Compute.TREND,
)  # fmt: skip
"""Which way something went, of which it may be asked how far."""


@dataclass(frozen=True)
class Change:
    """A question that names nothing new, and the turn that it changes."""

    sketch: Sketch
    last: ChartQuery
    turn: Turn

    @property
    def ask(self) -> Ask:
        """What is asked, as the kind of the turn before has it."""
        ask, sketch = self.sketch.asks[0], self.sketch
        if ask.compute is Compute.COUNT and self.last.kind in DRUGS and sketch.says("how (?:often|frequently)"):
            return Ask(Compute.LIST, Slot.FREQUENCY)
        return ask

    @property
    def query(self) -> ChartQuery:
        """What the question says, asked of the kind of the turn before."""
        return compose_query(self.sketch, _fit(self.ask, self.last), self.last.kind)

    @property
    def computes(self) -> Compute:
        """What is computed."""
        return self.ask.compute

    @property
    def of_them(self) -> bool:
        """Whether it points to several records that were told."""
        return self.sketch.says("them|those|these")

    @property
    def told_several(self) -> bool:
        """Whether the turn before told of more records than one that were not singled out."""
        pick = self.last.pick
        return len(self.turn.citations) > 1 and (pick.which == "all" or pick.n > 1)

    @property
    def of_several(self) -> bool:
        """Whether one of several records that were told is meant."""
        return self.of_them or self.told_several

    @property
    def of_last_one(self) -> bool:
        """Whether it is asked of the one record told, as it is now."""
        return self.sketch.present and self.last.pick.which == "last" and bool(self.turn.citations)

    @property
    def confined(self) -> bool:
        """Whether the question says a time, a place, a state or a value of its own."""
        said = self.sketch
        return bool(self.query.when or self.query.where or said.picked or self.query.around or self.query.during)

    @property
    def new_scope(self) -> bool:
        """Whether it is asked of another time or stay."""
        return bool(self.sketch.when or self.sketch.stay or self.sketch.around)

    @property
    def other_side(self) -> bool:
        """Whether the other side of the record that bounded the turn before is asked: "and after?"."""
        sides = {"before", "after"}
        told = self.last.around
        return (
            told is not None and {told.relation, self.sketch.beside} == sides and not self.sketch.says("that|it|ones?")
        )

    @property
    def as_it_is_now(self) -> bool:
        """Whether what was asked of another time is asked of now: "and now?"."""
        other = self.last.when or self.last.around or self.last.during
        only = self.sketch.states == ("active",) and self.ask == Ask(Compute.LIST)
        return bool(other) and only and self.last.kind in MEASURED and not self.sketch.when

    @property
    def other_bound(self) -> bool:
        """Whether only the bound of a comparison is another: "and over 150?", after how often it was over 130."""
        compared = any(c.field is Slot.VALUE for c in self.last.where)
        return compared and self.ask == Ask(Compute.LIST) and any(c.field is Slot.VALUE for c in self.query.where)


_CHANGES: tuple[tuple[str, Callable[[Change], bool], Callable[[Change], ChartQuery]], ...] = (
    ("and after: the other side of what bounded the turn before",
     lambda c: c.other_side, lambda c: _turn_around(c.last, str(c.sketch.beside))),
    ("and now: the latest of what was asked of another time",
     lambda c: c.as_it_is_now,
     lambda c: c.last.model_copy(update={"when": None, "around": None, "during": None, "among": None,
                                         "pick": Pick(which="last"), "where": _identity(c.last)})),
    ("and over 150: the same, compared with another number",
     lambda c: c.other_bound and not c.of_them, lambda c: _compare_anew(c)),
    ("when, after whether it is over: its end",
     lambda c: c.ask == Ask(Compute.TIME) and c.last.compute is Compute.EXISTS and c.last.kind is Kind.CONDITION
     and any(w.field is Slot.STATUS and w.value == "resolved" for w in c.last.where),
     lambda c: _of_told(c).model_copy(update={"field": Slot.END})),
    ("how much, after which way it went: how far",
     lambda c: c.last.compute in _WAYS and c.ask.slot is Slot.DOSE and not c.confined,
     lambda c: c.last.model_copy(update={"compute": Compute.CHANGE})),
    ("when it was stopped, of doses given: the last of them",
     lambda c: c.last.kind is Kind.MEDICATION_ADMINISTERED and c.computes is Compute.TIME and c.sketch.says_ended,
     lambda c: c.last.model_copy(update={"compute": Compute.TIME, "pick": Pick(which="last"), "field": None})),
    ("what else that day: the others on the day of what was told",
     lambda c: c.sketch.says("else") and c.sketch.says("(?:that|the same) day") and bool(c.last.about),
     lambda c: _others_that_day(c)),
    ("the one before: records earlier than those told",
     lambda c: c.sketch.beside in _EARLIER or (c.sketch.picked and c.sketch.pick.skip > 0),
     lambda c: _beside(c.last, "before_previous_answer", "last", c.ask)),
    ("the one after: records later than those told",
     lambda c: c.sketch.beside is not None, lambda c: _beside(c.last, "after_previous_answer", "first", c.ask)),
    ("what something showed is said by its report",
     lambda c: c.last.kind is Kind.PROCEDURE and c.sketch.asks_finding,
     lambda c: c.query.model_copy(update={"kind": Kind.REPORT, "about": c.last.about})),
    ("is it so: of the one record told",
     lambda c: c.computes is Compute.EXISTS and bool(c.query.where) and c.of_last_one,
     lambda c: c.query.model_copy(update={"about": c.last.about, "among": "previous_answer"})),
    ("since when: the first record of it, in whatever state",
     lambda c: (c.ask.first or (c.computes is Compute.TIME and c.sketch.says_began)) and c.last.kind not in STAYS,
     lambda c: c.query.model_copy(
         update={"about": _told_drugs(c) or c.last.about, "not_about": c.last.not_about, "where": _measured(c.last),
                 "pick": Pick(which="first")}
     )),
    ("the highest of those: of the records told",
     lambda c: c.computes in OF_NUMBERS and c.of_them, lambda c: _of_told(c)),
    ("the highest, how many, was it ever: asked anew of the same",
     lambda c: c.computes in OF_NUMBERS or (c.computes is Compute.COUNT and not c.of_them)
     or (c.computes is Compute.EXISTS and c.confined and not c.of_them),
     lambda c: _rescope(c)),
    ("the first, where one record was told: asked anew of the same",
     lambda c: c.sketch.picked and not c.of_several
     and c.computes in (Compute.LIST, Compute.VALUE, Compute.TIME),
     lambda c: _rescope(c)),
    ("another time or stay: asked anew of the same",
     lambda c: c.new_scope and not c.of_them, lambda c: _rescope(c)),
    ("everything else: of the records told", lambda c: True, lambda c: _of_told(c)),
)  # fmt: skip
"""How a question changes the query before it: when, and to what. The first row that holds decides."""


def change_query(change: Change) -> Parsed:
    """The last query with what the question says put in its place."""
    state_of_one = change.computes is Compute.EXISTS and change.sketch.picked and change.sketch.states
    if state_of_one and change.told_several:
        return Parsed(reason="I can't determine which one is meant: several were told. Ask by its name.")
    if site := next((c.value for c in change.query.where if c.field is Slot.BODY_SITE and c.value != SIDED), None):
        return _of_side(change, site)
    return Parsed((next(effect(change) for _, holds, effect in _CHANGES if holds(change)),))


def _told_drugs(change: Change) -> tuple[str, ...]:
    """The drugs that were told of a class: since when is asked of them, not of the class."""
    last, told = change.last, change.turn.values
    of_class = last.kind in DRUGS and last.field is None and any(names_a_class(a) for a in last.about)
    names = tuple(dict.fromkeys(v for v in told if isinstance(v, str)))
    return names if of_class and last.compute is Compute.LIST and len(names) == len(told) else ()


def _identity(last: ChartQuery) -> tuple[Condition, ...]:
    return tuple(c for c in last.where if c.field in _IDENTITY)


def _measured(last: ChartQuery) -> tuple[Condition, ...]:
    """What tells which things are meant, and the values they were to have: "ever under 60?", "when first?"."""
    return (*_identity(last), *(c for c in last.where if c.field is Slot.VALUE))


def _of_told(change: Change) -> ChartQuery:
    """Something else of the records that were told."""
    sketch, last, turn, query = change.sketch, change.last, change.turn, change.query
    field = query.field or (last.field if not says_what(sketch) or _of_reaction(change) else None)
    among = "previous_answer" if turn.citations else last.among
    update: dict[str, Any] = {"compute": query.compute, "field": field, "unit": query.unit, "among": among}
    contrary = turn.values in ((), (False,))
    said = {c.field for c in query.where}
    kept = (c for c in last.where if not contrary or (not among and c.field is not Slot.STATUS))
    update["where"] = (*(c for c in kept if c.field not in said), *query.where)
    update["pick"] = sketch.pick if sketch.picked else Pick() if among else last.pick
    if among:
        update |= {"when": None, "during": None, "around": None, "not_about": ()}
    return last.model_copy(update=update)


def _of_side(change: Change, side: str) -> Parsed:
    """ "And the left one?": asked of that side of the part of the body that was told of."""
    last, told = change.last, " ".join(map(str, (*change.last.about, *change.turn.values)))
    part = re.search(rf"\b{PAIRED}\b", told.lower())
    if part is None:
        return Parsed(reason="I can't determine which part of the body is meant. Name it.")
    kept = tuple(c for c in (*_identity(last), *change.query.where) if c.field is not Slot.BODY_SITE)
    where = (*kept, Condition(field=Slot.BODY_SITE, value=f"{side} {part[0]}"))
    about = () if change.sketch.says_surgery else last.about
    return Parsed((change.query.model_copy(update={"about": about, "where": where}),))


def _of_reaction(change: Change) -> bool:
    """ "When?" after what happened asks when that happened, and not since when the allergy is known."""
    return change.last.field is Slot.REACTION and change.computes is Compute.TIME


def _rescope(change: Change) -> ChartQuery:
    """What the turn before was about, asked anew in another scope."""
    query, last, ask = change.query, change.last, change.ask
    kept: dict[str, Any] = {"about": last.about, "not_about": last.not_about}
    if query.field is None and ask == Ask(Compute.LIST) and last.compute is Compute.LIST:
        kept["field"] = last.field
    kept["where"] = tuple(dict.fromkeys((*query.where, *_identity(last))))
    if query.compute in (Compute.TIME, Compute.COUNT) and last.compute is Compute.EXISTS and not compares(query):
        kept["where"] = tuple(dict.fromkeys((*query.where, *_measured(last))))
    if query.compute is Compute.LIST and last.compute is not Compute.LIST and ask == Ask(Compute.LIST):
        kept["compute"] = last.compute
        kept["where"] = tuple(dict.fromkeys((*query.where, *_measured(last))))
    return query.model_copy(update=kept)


def compares(query: ChartQuery) -> bool:
    """Whether a question sets a value against a number of its own."""
    return any(c.field is Slot.VALUE for c in query.where)


def _others_that_day(change: Change) -> ChartQuery:
    last = change.last
    pick = "first" if last.pick.which == "first" else "last"
    around = Anchor.model_validate({"relation": "same_day", "kind": last.kind, "about": last.about, "pick": pick})
    return change.query.model_copy(update={"about": (), "not_about": last.about, "around": around})


def _turn_around(last: ChartQuery, side: str) -> ChartQuery:
    """The same before instead of after, or the other way round; the nearest of several."""
    around = last.around.model_copy(update={"relation": side}) if last.around else None
    which = {"first": "last", "last": "first"}.get(last.pick.which, "first" if side == "after" else "last")
    return last.model_copy(update={"around": around, "among": None, "pick": Pick.model_validate({"which": which})})


def _compare_anew(change: Change) -> ChartQuery:
    others = tuple(c for c in change.last.where if c.field is not Slot.VALUE)
    when = change.query.when or change.last.when
    return change.last.model_copy(update={"where": (*others, *change.query.where), "when": when, "among": None})


def _beside(last: ChartQuery, among: str, which: str, ask: Ask) -> ChartQuery:
    """The record before or after the one told, of the same thing, whatever its state."""
    attribute = {"compute": ask.compute, "field": ask.slot} if ask != Ask(Compute.LIST) else {}
    kept = (
        Compute.LIST if last.compute in (*OF_NUMBERS, Compute.NORMAL, Compute.EXISTS, Compute.COUNT) else last.compute
    )
    return last.model_copy(
        update={"among": among, "pick": Pick(which=which), "where": (), "when": None, "compute": kept, **attribute}
    )


def _fit(ask: Ask, last: ChartQuery) -> Ask:
    """Who prescribed, and who did or recorded, are one question of different kinds."""
    if ask.slot in (Slot.PERFORMER, Slot.PRESCRIBER):
        ordered = last.kind in (*DRUGS, Kind.ORDER) or (
            ask.slot is Slot.PRESCRIBER and last.kind in (Kind.IMAGING, Kind.REPORT)
        )
        return Ask(ask.compute, Slot.PRESCRIBER if ordered else Slot.PERFORMER)
    return ask


def says_what(sketch: Sketch) -> bool:
    """Whether the question itself says what is asked, and not only of what."""
    ask = sketch.asks[0]
    return ask.compute not in (Compute.LIST,) or ask.slot is not None
