"""Checks a set of resources: structure, ids, references, dates in order. `python -m fhir_fixtures.checker PATH…`.

The hand-made Bundles are held to all of it; the generator's patients as well.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.store.errors import InvalidResource
from tools.store.validation import check_structure

Json = dict[str, Any]


def check_resources(resources: Sequence[Json]) -> list[str]:
    """What is wrong, a line each; empty where nothing is."""
    known = [f"{r.get('resourceType')}/{r.get('id')}" for r in resources]
    faults = [f"{name}: the id is used twice" for name, n in sorted(Counter(known).items()) if n > 1]
    there = set(known)
    for name, resource in zip(known, resources, strict=True):
        faults += [f"{name}: {fault}" for fault in _check_one(resource, there)]
    return faults


def _check_one(resource: Json, known: set[str]) -> Iterator[str]:
    try:
        check_structure(resource)
    except InvalidResource as error:
        yield str(error)
    for reference in _references(resource):
        if not reference.startswith(("#", "urn:", "http")) and reference.split("?")[0] not in known:
            yield f"refers to {reference}, which is not there"
    for period in _periods(resource):
        try:
            if parse_fhir_time(period["start"]).instant_low > parse_fhir_time(period["end"]).instant_high:
                yield f"ends before it starts: {period}"
        except FhirDateError as error:
            yield str(error)


def _walk(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)


def _references(resource: Json) -> Iterator[str]:
    return (part["reference"] for part in _walk(resource) if isinstance(part.get("reference"), str))


def _periods(resource: Json) -> Iterator[Json]:
    return (p for p in _walk(resource) if isinstance(p.get("start"), str) and isinstance(p.get("end"), str))


def read_resources(paths: Iterable[Path]) -> list[Json]:
    """The resources of Bundles and NDJSON files, compressed or not."""
    found: list[Json] = []
    for path in paths:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if ".ndjson" in path.suffixes:
            found += [orjson.loads(line) for line in content.splitlines() if line.strip()]
        else:
            found += [entry["resource"] for entry in orjson.loads(content)["entry"]]
    return found


def main() -> int:
    """Print the faults; exit status 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    faults = check_resources(read_resources(parser.parse_args().paths))
    print("\n".join(faults) or "nothing wrong")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
