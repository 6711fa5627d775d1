"""Case: one thing asked of one kind, and what of it the tables of settling look at."""

from __future__ import annotations

from dataclasses import dataclass

from agent.planners.rules.asks import Ask
from agent.planners.rules.kinds import DRUGS, STAYS, TREATED
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Compute, Kind, Slot


@dataclass(frozen=True)
class Case:
    """One thing asked of one kind."""

    sketch: Sketch
    ask: Ask
    kind: Kind
    about: bool
    """Whether something is named."""

    @property
    def compute(self) -> Compute:
        """What is computed, as asked."""
        return self.ask.compute

    @property
    def slot(self) -> Slot | None:
        """The attribute asked for, under the name that the kind has for it."""
        return _OWN_NAMES.get((self.ask.slot, self.kind), self.ask.slot)

    @property
    def lists(self) -> bool:
        """Whether the records are asked for, and nothing of them."""
        return self.compute is Compute.LIST and self.slot is None

    @property
    def of_drugs(self) -> bool:
        """Whether it is asked of drugs."""
        return self.kind in DRUGS

    @property
    def names_the_record(self) -> bool:
        """Whether one thing is named and is what is asked of, and not what it was for."""
        kinds = {e.kind for s in self.sketch.named for e in s.entries}
        return len(self.sketch.named) == 1 and not (self.of_drugs and kinds and kinds <= TREATED)

    @property
    def has_been_in(self) -> bool:
        """Whether it is asked how long a stay has gone on, which is one that still goes on."""
        return self.ask.first and self.kind in STAYS and self.sketch.says("how long ha(?:s|ve)")

    @property
    def has_had(self) -> bool:
        """Whether it is asked how long a problem has gone on."""
        return self.ask.first and self.kind is Kind.CONDITION and self.sketch.says("how long ha(?:s|ve)")

    @property
    def plain(self) -> bool:
        """Whether nothing confines the question."""
        said = self.sketch
        return said.when is None and said.stay is None and said.around is None and not said.where


_OWN_NAMES: dict[tuple[Slot | None, Kind], Slot | None] = {
    **{(Slot.PERFORMER, kind): Slot.PRESCRIBER for kind in (*DRUGS, Kind.ORDER)},
    **{(Slot.PRESCRIBER, kind): Slot.PERFORMER for kind in STAYS},
    (Slot.PRESCRIBER, Kind.NOTE): Slot.PERFORMER,
    **{(Slot.BODY_SITE, kind): Slot.LOCATION for kind in STAYS},
    (Slot.SPECIMEN, Kind.SPECIMEN): None,
}
"""What a kind calls an attribute that others call something else."""
