"""BatchTally: how many lines ended how, and why those that failed did."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.cli.results import Result

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SHOWN = 10


@dataclass
class BatchTally:
    """The lines of one output, those of earlier runs among them."""

    counts: dict[str, int] = field(default_factory=lambda: {"answered": 0, "abstained": 0, "error": 0})
    """By status, of this run."""
    reasons: dict[str, list[str]] = field(default_factory=dict)
    """The ids of the lines that failed in this run, by reason."""
    failed_before: int = 0
    """Lines whose error an earlier run wrote; they are not asked again."""

    def add(self, result: Result) -> None:
        """Count a line's result."""
        self.counts[result.status] += 1
        if result.status == "error":
            self.reasons.setdefault(leave_out_names(result.answer), []).append(result.id or "")

    @property
    def failed(self) -> bool:
        """Whether the output holds an error for any line."""
        return bool(self.counts["error"] or self.failed_before)

    def describe(self) -> list[str]:
        """Counts, then a line for each reason."""
        lines = [", ".join(f"{n} {status}" for status, n in self.counts.items() if n) or "nothing to do"]
        often = sorted(self.reasons.items(), key=lambda item: -len(item[1]))
        lines += [f"  {len(ids)} failed, first {ids[0]}: {reason}" for reason, ids in often[:_SHOWN]]
        if len(often) > _SHOWN:
            lines.append(
                f"  {sum(len(ids) for _, ids in often[_SHOWN:])} failed for {len(often) - _SHOWN} other reasons"
            )
        if self.failed_before:
            lines.append(f"  {self.failed_before} failed in an earlier run; --retry asks them again")
        return lines


def leave_out_names(reason: str) -> str:
    """A reason without what it quotes, so that the same failure of many lines is one reason.

    >>> leave_out_names("UnknownPatient: no patient has the id or identifier 'p-1'; was the record loaded?")
    'UnknownPatient: no patient has the id or identifier …; was the record loaded?'
    """
    return _QUOTED.sub("…", reason)[:300]
