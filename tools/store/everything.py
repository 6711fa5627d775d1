"""Which resources belong to one patient's record, and which ones it refers to. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, or_, select
from sqlalchemy.engine import Connection

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
    return tuple(key for kind in _shared_types() for key in Scope(kind).paths(list_parameters(kind)["patient"]))


@cache
def _shared_types() -> tuple[str, ...]:
    """Types that may be about several patients."""
    return tuple(t for t in resource_types() if "patient" in list_parameters(t) and patient_element(t) is None)


def find_linked(store: Store, asked: Everything, compartment: Sequence[int]) -> list[int]:
    """The keys of what these resources refer to and is about no patient: practitioners, places, medications."""
    seen, fresh = set(compartment), set(compartment)
    with store.reading() as connection:
        for _ in range(_ROUNDS):
            fresh = _follow(connection, fresh) - seen
            seen |= fresh
        kept: list[int] = []
        for part in _slices(seen - set(compartment)):
            statement = asked.limit(select(RESOURCE.c.pk).where(RESOURCE.c.pk.in_(part)))
            kept += [row[0] for row in connection.execute(statement)]
    return kept


def _follow(connection: Connection, keys: set[int]) -> set[int]:
    """The keys of what these resources refer to and is about no patient."""
    terms: set[int] = set()
    for part in _slices(keys):
        found = select(TERM_ENTRY.c.term).where(TERM_ENTRY.c.resource.in_(part))
        terms |= {row[0] for row in connection.execute(found)}
    linked: set[int] = set()
    never = (*_NEVER_LINKED, *_shared_types())
    for part in _slices(terms):
        places = select(RESOURCE.c.pk).where(RESOURCE.c.ref.in_(part), RESOURCE.c.patient == 0)
        linked |= {row[0] for row in connection.execute(places.where(RESOURCE.c.type.not_in(never)))}
    return linked


def _slices(keys: set[int], size: int = 5_000) -> list[list[int]]:
    """At most so many keys at once as a statement may hold, in a fixed order."""
    ordered = sorted(keys)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
