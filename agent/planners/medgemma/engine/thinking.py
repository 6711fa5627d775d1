"""The thinking of a model before it answers: `<unused94>thought … <unused95>`, with a budget, apart from the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Thinking:
    """Where a text stands: it may open a thought at once, is in it, or answers."""

    opens: int
    closes: int
    budget: int
    """Tokens of thought; nought for a model that is not to think."""
    state: Literal["may", "in", "over"] = "may"
    tokens: list[int] = field(default_factory=list)
    """The thought, without its marks."""

    def __post_init__(self) -> None:
        if self.budget <= 0:
            self.state = "over"

    @property
    def spent(self) -> bool:
        """Whether the thought has to be closed now."""
        return self.state == "in" and len(self.tokens) >= self.budget

    def take(self, token: int) -> bool:
        """Whether a token belongs to the thought, its marks included.

        >>> thinking = Thinking(opens=94, closes=95, budget=9)
        >>> [thinking.take(token) for token in (94, 7, 95, 7)], thinking.tokens
        ([True, True, True, False], [7])
        """
        if self.state == "may":
            self.state = "in" if token == self.opens else "over"
            return self.state == "in"
        if self.state == "in":
            if token == self.closes:
                self.state = "over"
            else:
                self.tokens.append(token)
            return True
        return False
