"""The chart's truth for grading: raw JSON read plainly, sharing nothing with what answers. Knows nothing of tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One result."""

    value: float
    time: str
    """As the chart writes it."""
    at: datetime
    reference: str


class Truth:
    """Patients by number, and their results by code."""

    def __init__(self, resources: Iterable[Json]) -> None:
        self._born: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._results: dict[tuple[str, str], list[Measured]] = defaultdict(list)
        for resource in resources:
            if resource["resourceType"] == "Patient":
                self._ids |= {i["value"]: resource["id"] for i in resource["identifier"]}
                self._born |= {i["value"]: resource["birthDate"] for i in resource["identifier"]}
            elif resource["resourceType"] == "Observation":
                self._add(resource)

    def _add(self, observation: Json) -> None:
        time = observation["effectiveDateTime"]
        value, reference = observation["valueQuantity"]["value"], f"Observation/{observation['id']}"
        measured = Measured(value, time, datetime.fromisoformat(time), reference)
        patient = observation["subject"]["reference"].partition("/")[2]
        for coding in observation["code"]["coding"]:
            self._results[patient, coding["code"]].append(measured)

    def reference_of(self, patient: str) -> str | None:
        """The Patient who bears a number."""
        return f"Patient/{self._ids[patient]}" if patient in self._ids else None

    def age(self, patient: str, now: datetime) -> int:
        """Whole years."""
        born = date.fromisoformat(self._born[patient])
        return now.year - born.year - ((now.month, now.day) < (born.month, born.day))

    def results(self, patient: str, code: str, since: datetime | None = None) -> list[Measured]:
        """The results of a code, from a moment on, oldest first."""
        found = self._results.get((patient, code), [])
        return sorted((m for m in found if since is None or m.at >= since), key=lambda m: m.at)

    def latest(self, patient: str, code: str, since: datetime | None = None) -> Measured | None:
        """The last result of a code."""
        found = self.results(patient, code, since)
        return found[-1] if found else None

    def mean(self, patient: str, code: str, hours: int, now: datetime) -> float | None:
        """The mean of a code's results within the last hours."""
        found = self.results(patient, code, now - timedelta(hours=hours))
        return sum(m.value for m in found) / len(found) if found else None
