"""Times loading and `query_chart` over a folder of FHIR files, through the HTTP client: `python -m evals.bench FOLDER`.

Prints load seconds, peak memory, and the median and 99th percentile of queries on charts just opened (cold: the
records are read by search), on charts already looked at (warm: from what this conversation has read), and of opening
a chart with its overview. Times are of the processor, so that other programs on the machine count less.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import resource
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import httpx
import orjson

from tools.chart import open_chart
from tools.chart_query import ChartQuery, Compute, Kind
from tools.execute.run import run_query
from tools.fhir.client import FhirClient
from tools.garbage_collection import collector_paused
from tools.overview import build_overview
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import Store, open_store

_KINDS = (Kind.CONDITION, Kind.MEDICATION_ORDERED, Kind.OUTPUT, Kind.PROCEDURE, Kind.HOSPITAL_STAY, Kind.MICROBIOLOGY)
_LATE = "2199-12-31T23:59:59"
_COMPUTES = (Compute.COUNT, Compute.EXISTS, Compute.LIST, Compute.TIME)


def main() -> None:
    """Load, query, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.folder is None or not arguments.folder.exists():
        missing = "no folder was named" if arguments.folder is None else f"there is no {arguments.folder}"
        parser.error(f"{missing}; name a folder of FHIR files: make bench FOLDER=PATH")
    gc.set_threshold(50_000, 20, 100)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "bench.sqlite")
        started = time.monotonic()
        load_paths(store, [arguments.folder])
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        types = store.count_types()
        if not types.get("Patient"):
            parser.error(f"{arguments.folder} holds no Patient that can be loaded; `anamnesis load` says why")
        count = sum(types.values())
        print(f"loaded {count} resources in {seconds:.1f} s, peak memory {peak:.0f} MB")
        for name, times in asyncio.run(_time_queries(store, arguments.queries, random.Random(arguments.seed))).items():  # noqa: S311
            p99 = quantiles(times, n=100)[98]
            print(f"{name}: n {len(times)}, p50 {median(times) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms")


async def _time_queries(store: Store, number: int, dice: random.Random) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"query_chart cold": [], "query_chart warm": [], "open with overview": []}
    transport = httpx.ASGITransport(app=build_app(store))
    async with FhirClient("http://store.local/", transport=transport) as client:
        answer = await httpx.AsyncClient(transport=transport).get("http://store.local/Patient?_count=1000&_elements=id")
        patients = [entry["resource"]["id"] for entry in orjson.loads(answer.content)["entry"]]
        for _ in range(number):
            query = ChartQuery(kind=dice.choice(_KINDS), compute=dice.choice(_COMPUTES))
            patient = dice.choice(patients)
            await _time_one(client, patient, query, times)
    return times


async def _time_one(client: FhirClient, patient: str, query: ChartQuery, times: dict[str, list[float]]) -> None:
    """The garbage collector waits meanwhile, as it does while the command line answers a question."""
    with collector_paused():
        chart = await open_chart(client, patient, _LATE)
        for name in ("query_chart cold", "query_chart warm"):
            started = time.process_time()
            await run_query(chart, query, Handles())
            times[name].append(time.process_time() - started)
    with collector_paused():
        started = time.process_time()
        await build_overview(await open_chart(client, patient, _LATE))
        times["open with overview"].append(time.process_time() - started)


if __name__ == "__main__":
    main()
