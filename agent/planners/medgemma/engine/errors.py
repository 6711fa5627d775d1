"""What the engine raises. Each text says what can be done about it.

EngineError
├── ModelUnavailable     the model is absent, gated, without weights, or no Gemma 3
├── NotEnoughMemory      it does not fit; says what would
├── PromptTooLong        longer than the context
├── GrammarFailed        the grammar can't be compiled, or became too complex on the way
└── StepFailed           the one-token step can't be compiled, or captured
"""


class EngineError(Exception):
    """Anything the engine can't do."""


class ModelUnavailable(EngineError):
    """The model can't be had, or is none that this engine runs."""


class NotEnoughMemory(EngineError):
    """Model and conversations do not fit the memory that is free."""


class PromptTooLong(EngineError):
    """The conversation no longer fits the context."""


class GrammarFailed(EngineError):
    """The schema can't be turned into a grammar, or its parser gave up."""


class StepFailed(EngineError):
    """The one-token step can't be made fast here."""

    def __init__(self, why: str) -> None:
        """`why` goes on from "can't be"."""
        super().__init__(f"the one-token step can't be {why}; `backend=none` runs without, more slowly")


def first_line(error: Exception, longest: int = 200) -> str:
    """The first line of what an error says, or its name.

    >>> first_line(ValueError("no\\nmore")), first_line(OSError())
    ('no', 'OSError')
    """
    told = str(error).strip()
    return told.splitlines()[0][:longest] if told else type(error).__name__
