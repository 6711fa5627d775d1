"""What notes say in words of their own: marital status as "married", smoking as "never smoked"."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.transcript import Transcript

Json = dict[str, Any]
Ask = Callable[..., Awaitable[list[Transcript]]]

pytestmark = pytest.mark.anyio

TEXT = """# Social History
Patient is married. Patient has never smoked.
Patient currently has Medicare. Lives alone in an apartment.

# History
Patient has a history of single seizure.
"""
NOTE = {
    "resourceType": "DocumentReference", "id": "n", "status": "current", "subject": {"reference": "Patient/p"},
    "date": "2020-05-06T10:00:00Z", "type": {"text": "Progress note"},
    "content": [{"attachment": {"contentType": "text/plain", "data": base64.b64encode(TEXT.encode()).decode()}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Marital status per the note of 2020-05-06?", ("married",)),
        ("By the note of 2020-05-06, is the patient married, single, divorced or widowed?", ("married",)),
        ("What marital status does the note of 2020-05-06 give?", ("married",)),
        ("According to the note of 2020-05-06, is she married?", (True,)),
        ("Going by the note of 2020-05-06, does she smoke?", (False,)),
        ("What does the note of 2020-05-06 say about tobacco use?", ("Patient has never smoked.",)),
        ("Who is she insured with according to the note of 2020-05-06?", ("Medicare",)),
        ("Where does she live according to the note of 2020-05-06?", ("Lives alone in an apartment.",)),
        ("Does the note of 2020-05-06 mention alcohol?", (False,)),
        ("Does the note of 2020-05-06 mention her husband?", (False,)),
    ],
)
async def test_what_a_note_says_in_other_words_is_found(
    ask_over: Ask, question: str, values: tuple[object, ...]
) -> None:
    told = (await ask_over([NOTE], question))[-1]
    assert told.answer.values == values, told.answer.text


async def test_a_note_that_is_silent_on_a_habit_does_not_deny_it(ask_over: Ask) -> None:
    told = (await ask_over([NOTE], "According to the note of 2020-05-06, does she drink?"))[-1]
    assert told.answer.status == "abstained", told.answer.text
