"""`anamnesis overview`: what a chart holds."""

from __future__ import annotations

from agent.cli.options import AsOfText, FhirUrl, Patient, StorePlace
from agent.cli.terminal import tell


def overview(
    patient: Patient,
    store: StorePlace = None,
    fhir: FhirUrl = None,
    as_of: AsOfText = None,
) -> None:
    """Say what a patient's chart holds, counted and dated."""
    from agent.cli.failures import run_command

    tell(run_command(_overview(patient, store, fhir, as_of)))


async def _overview(patient: str, store: str | None, fhir: str | None, as_of: str | None) -> str:
    from agent.cli.composition import open_client
    from tools.chart import open_chart
    from tools.overview import build_overview

    async with open_client(store, fhir) as client:
        with client.question():
            chart = await open_chart(client, patient, as_of)
            return (await build_overview(chart)).text
