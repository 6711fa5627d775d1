"""What the engine raises. Each text says what can be done about it.

EngineError
├── ModelUnavailable     the model is absent, gated, without weights, or no Gemma 3
├── NotEnoughMemory      it does not fit; says what would
├── PromptTooLong        longer than the context
└── GrammarFailed        the grammar can't be compiled, or became too complex on the way
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
