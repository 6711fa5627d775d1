"""Unread: the runs of words that no reader took, and the names that they may be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.dropped import LEAVING_OUT
from agent.planners.rules.limits import COUNTED_IN
from agent.planners.rules.vague import without_vague

_OF = r" of (?:an? |the |his |her |my |their )?"
_BECAME = (
    r"onset|develop(?:ed|ing)?|initiat(?:ed|ing|ion)|initial|preceding|following|discovered|detected|recognized"
    r"|next|after|before|later|earlier|previous|prior|pre|post"
    r"|introduc(?:ed|tion)|spotted|ahead|beginning|starting|start|being|put|emerged"
)


def find_runs(text: str) -> list[str]:
    """Runs of words that are in no class of the lexicon."""
    runs: list[tuple[str, list[str]]] = [("|", [])]
    found: list[str] = []
    for word in [*re.findall(r"C\d+|[\w%/.'+-]*[\w%]|[|,;?!.]", text.rstrip(" ?.!")), ""]:
        known = re.fullmatch(rf"C\d+|[|,;?!.]|{LEAVING_OUT}|", word) or word in lexicon.FUNCTION | lexicon.LIGHT
        before, run = runs[-1]
        if not known:
            run.append(word)
            continue
        found.append(" ".join(without_vague(run, before, word)))
        runs.append((word, []))
    return [run for run in found if run]


def _names_in(runs: Sequence[str]) -> list[str]:
    """The runs without what became of the thing named ("asthma onset"); numbers and units of time name nothing."""
    named = (re.sub(rf"^(?:(?:{_BECAME}) )+|(?: (?:{_BECAME}))+$", "", run) for run in runs)
    return [
        run
        for run in named
        if not re.fullmatch(
            rf"[\d ]+|{_BECAME}|not|hours?|weeks?|months?|years?|minutes?|(?:least |most )?[\d.]+(?:"
            rf" {COUNTED_IN})?",
            run,
        )
    ]


def join_names(runs: Sequence[str], text: str) -> list[tuple[str, str]]:
    """Each name that unread words make, and the pattern of how it is said: "fracture of the wrist"."""
    made: list[tuple[str, str]] = []
    for run in (run.replace("_", " ") for run in _names_in(runs)):
        said = re.escape(run).replace(r"\ ", "[ _]")
        if made and re.search(rf"(?<![\w-]){made[-1][1]}{_OF}{said}(?![\w-])", text):
            before, told = made.pop()
            made.append((f"{before} of {run}", f"{told}{_OF}{said}"))
        else:
            made.append((run, said))
    return made
