"""Which resources belong to one patient's record, and which ones it refers to. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, or_, select

from tools.fhir.parameters import list_parameters, resource_types
from tools.store.conditions import Scope, match_updated
from tools.store.indexing import patient_element
from tools.store.store import Store
from tools.store.tables import RESOURCE, TERM_ENTRY
from tools.store.terms import text_key

_ROUNDS = 2
"""A prescription refers to a Medication, and that to its ingredients."""
_NEVER_LINKED = ("Patient", "Group", "List")
"""They may speak of other patients."""


@dataclass(frozen=True, slots=True)
class Everything:
    """What an `$everything` asks for, and the place in it."""

    patient: str
    types: tuple[str, ...]
    """Empty: all."""
    since: str | None
    size: int
    offset: int = 0

    def limit(self, statement: Select[int]) -> Select[int]:
        """Only the types and the time asked for, in a fixed order."""
        if self.types:
            statement = statement.where(RESOURCE.c.type.in_(self.types))
        if self.since:
            statement = statement.where(match_updated([f"ge{self.since}"]))
        return statement.order_by(RESOURCE.c.type != "Patient", RESOURCE.c.type, RESOURCE.c.fhir_id)


def find_compartment(store: Store, asked: Everything) -> list[int]:
    """The keys of the patient and of all that is about the patient."""
    key = text_key(f"Patient/{asked.patient}")
    shared = select(TERM_ENTRY.c.resource).where(TERM_ENTRY.c.path.in_(_shared_paths()), TERM_ENTRY.c.term == key)
    statement = select(RESOURCE.c.pk).where(or_(RESOURCE.c.patient == key, RESOURCE.c.pk.in_(shared)))
    with store.reading() as connection:
        return [row[0] for row in connection.execute(asked.limit(statement))]


@cache
def _shared_paths() -> tuple[int, ...]:
    """Where types that may be about several patients name them: `Appointment.participant.actor` …"""
    paths: list[int] = []
    for kind in resource_types():
        parameter = list_parameters(kind).get("patient")
        if parameter and patient_element(kind) is None:
            paths += Scope(kind).paths(parameter)
    return tuple(paths)


def find_linked(store: Store, asked: Everything, compartment: Sequence[int]) -> list[int]:
    """The keys of what these resources refer to and is about no patient: practitioners, places, medications."""
    with store.reading() as connection:
        seen = set(compartment)
        fresh: Iterable[int] = compartment
        for _ in range(_ROUNDS):
            terms: set[int] = set()
            for part in _slices(sorted(fresh)):
                found = select(TERM_ENTRY.c.term).where(TERM_ENTRY.c.resource.in_(part))
                terms |= {row[0] for row in connection.execute(found)}
            linked: set[int] = set()
            for part in _slices(sorted(terms)):
                places = select(RESOURCE.c.pk).where(RESOURCE.c.ref.in_(part), RESOURCE.c.patient == 0)
                places = places.where(RESOURCE.c.type.not_in(_NEVER_LINKED))
                linked |= {row[0] for row in connection.execute(places)}
            fresh = linked - seen
            seen |= linked
        keys = sorted(seen - set(compartment))
        kept: list[int] = []
        for part in _slices(keys):
            statement = asked.limit(select(RESOURCE.c.pk).where(RESOURCE.c.pk.in_(part)))
            kept += [row[0] for row in connection.execute(statement)]
        return kept


def _slices(keys: Sequence[int], size: int = 5_000) -> list[Sequence[int]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]
