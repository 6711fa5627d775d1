"""The records of one concept, and the names by which they, and no others of the chart, can be asked for."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from evals.suites.chartqa.concepts import contains, lower_first, shorten, strip_tag, to_words
from evals.suites.chartqa.raw import Chart, Json
from evals.suites.chartqa.record import to_codes, to_names

Names = Mapping[str, tuple[str, ...]]
Found = tuple[list[Json], frozenset[str], list[str]]
_ODD = re.compile(
    r"unspecified|not elsewhere|without mention|\bNEC\b|\bNOS\b|initial encounter|verbal numeric|NHIS|narrative|panel"
    r"|cause of death|loinc code|\bnote$|^total score$|sexual|hospitalizations|chief complaint|[;:>]|^closed$"
    r"|^(other|personal|family|long|encounter|need|presence|acquired|late)\b",
    re.IGNORECASE,
)
"""What is in official names, and nobody says or asks for."""
_QUALIFIERS = {"oral", "body", "total"}


@dataclass(frozen=True)
class Group:
    """Records that share a code or a name."""

    records: tuple[Json, ...]
    codes: frozenset[str]
    names: tuple[str, ...]
    asked: tuple[str, ...]
    """The names that mean these records and no other group's."""


def group_records(
    records: Sequence[Json], concept: Callable[[Json], Json | None], everyday: Names, broad: bool = False
) -> list[Group]:
    """The concepts of some records of one kind; those that can't be named apart have no name to ask for.

    `broad`: an everyday name may be a word of another concept's name (hemoglobin, hemoglobin A1c).
    """
    found = _merge((r, to_codes(concept(r)), to_names(concept(r))) for r in records)
    plain = [Group(tuple(rs), codes, tuple(names), ()) for rs, codes, names in found if names]
    return [Group(g.records, g.codes, g.names, _asked(g, plain, everyday, broad)) for g in plain]


def _merge(rows: Iterable[tuple[Json, frozenset[str], tuple[str, ...]]]) -> list[Found]:
    merged: list[Found] = []
    place: dict[str, int] = {}
    for record, codes, names in rows:
        keys = [*codes, *(strip_tag(n).casefold() for n in names)]
        at = next((place[k] for k in keys if k in place), len(merged))
        if at == len(merged):
            merged.append(([], frozenset(), []))
        held, known, said = merged[at]
        held.append(record)
        merged[at] = (held, known | codes, [*said, *(n for n in names if n not in said)])
        place.update((k, at) for k in keys if k not in place)
    return merged


def _asked(group: Group, groups: Sequence[Group], everyday: Names, broad: bool) -> tuple[str, ...]:
    others = [g for g in groups if g is not group]
    other_names = [o for g in others for o in g.names]
    other_common = {n for g in others for code in g.codes for n in everyday.get(code, ())}
    known = [everyday[code] for code in sorted(group.codes) if code in everyday]
    common = [n for n in (known[0] if known else ()) if all(n in names for names in known) and n not in other_common]
    said = {strip_tag(n).casefold() for n in group.names}
    if len(said) > 1 and not broad:
        return ()
    official = [] if len(said) > 1 else [lower_first(form) for n in group.names for form in (shorten(n), strip_tag(n))]
    apart = [n for n in common if not any(_same_matter(o, n) if broad else contains(o, n) for o in other_names)]
    clear = [n for n in official if not any(contains(o, n) or _same_matter(o, n) for o in other_names)]
    apart += [n for n in clear if is_sayable(n)]
    return tuple(dict.fromkeys(apart))


def is_sayable(name: str) -> bool:
    """Whether somebody would say it so.

    >>> is_sayable("chronic sinusitis"), is_sayable("Unspecified whatever, not elsewhere classified")
    (True, False)
    """
    shouted = name.isupper() and len(name) > 12
    return len(name) <= 60 and not _ODD.search(name) and not shouted


def _same_matter(official: str, everyday: str) -> bool:
    return _core(shorten(official)) == _core(everyday)


@lru_cache(maxsize=1 << 14)
def _core(name: str) -> frozenset[str]:
    """The words that tell what is measured."""
    words = to_words(name) - _QUALIFIERS
    return frozenset({"heart", "rate"}) if words == {"pulse"} else words


def choose_groups(groups: Sequence[Group], dice: random.Random) -> Iterator[tuple[Group, str]]:
    """Groups in any order, each with one of its names."""
    for group in dice.sample(list(groups), len(groups)):
        if group.asked:
            yield group, dice.choice(group.asked)


def code_of(record: Json) -> Json | None:
    """The concept of what has a `code`."""
    code = record.get("code")
    return code if isinstance(code, dict) else None


def observations(chart: Chart) -> list[Json]:
    """What was measured; not what came in or out by which tube, nor what a culture grew."""
    found = chart.of("Observation")
    return [o for o in found if o.get("status") in {"final", "amended", "corrected"} and not _is_charted_item(o)]


def _is_charted_item(record: Json) -> bool:
    systems = [str(c.get("system", "")) for c in (code_of(record) or {}).get("coding", ())]
    return any(s.endswith(("d-items", "microbiology-organism", "microbiology-antibiotic")) for s in systems)
