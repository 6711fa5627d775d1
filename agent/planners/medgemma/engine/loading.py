"""Loads a MedGemma by id or folder: what it is and whether it fits is checked before its weights are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from agent.planners.medgemma.engine.cache import CacheShape
from agent.planners.medgemma.engine.errors import ModelUnavailable, NotEnoughMemory, first_line
from agent.planners.medgemma.engine.forward import TextModel
from agent.planners.medgemma.engine.memory import Need, Precision, admit_rows, read_free_memory
from agent.planners.medgemma.engine.quantized import quantize_linears

ARCHITECTURES = ("Gemma3ForCausalLM", "Gemma3ForConditionalGeneration")
_MARKS = ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<unused94>", "<unused95>")
_MOST_WITHOUT_GPU = 1_500_000_000


@dataclass(frozen=True)
class Options:
    """How a model is run."""

    device: str | None = None
    """`cuda`, `cpu`; without it the GPU, and only a small model where there is none."""
    precision: Precision = "full"
    """`full` is bfloat16 on a GPU (float16 gives empty output), float32 elsewhere."""
    context: int = 32_768
    """Tokens a conversation may have."""
    rows: int = 1
    """Texts written at once, at most: fewer where memory is short."""
    rewind: int = 512
    backend: str | None = None
    """What compiles the one-token step: torch.compile's `inductor`, also captured as a CUDA graph, or `none`.
    Without it `inductor` on a GPU, where it takes a minute the first time."""
    snapshot_bytes: int = 4 << 30
    """For the beginnings of prompts that are kept, where there is room beside one conversation."""


@dataclass(frozen=True)
class Loaded:
    """A model that is ready to read."""

    model: TextModel
    tokenizer: Any
    shape: CacheShape
    snapshot_bytes: int


def load_model(name: str, options: Options, free: int | None = None) -> Loaded:
    """The model of this id or folder. Raises ModelUnavailable, NotEnoughMemory.

    `free` are the bytes it may take; without it, what the device has free.
    """
    need, tokenizer = _examine(name, options)
    device = _choose_device(options, need)
    free = read_free_memory(device) if free is None else free
    rows, snapshots = _share_memory(need, options, free, device)
    with _told_plainly(name):
        model = _load_weights(name, options, device)
    text = TextModel.of(model)
    return Loaded(text, tokenizer, _shape_of(text, options, rows), snapshots)


def check_model(name: str, options: Options) -> None:
    """Raise what `load_model` would raise before it reads the weights."""
    need, _ = _examine(name, options)
    device = _choose_device(options, need)
    _share_memory(need, options, read_free_memory(device), device)


def _share_memory(need: Need, options: Options, free: int | None, device: torch.device) -> tuple[int, int]:
    """Conversations at once, and bytes for beginnings of prompts; the latter give way to the first conversation."""
    if free is None:
        return options.rows, options.snapshot_bytes
    admit_rows(need, options.precision, 1, free, str(device))
    snapshots = min(options.snapshot_bytes, free - need.total(options.precision))
    return admit_rows(need, options.precision, options.rows, free - snapshots, str(device)), snapshots


def _examine(name: str, options: Options) -> tuple[Need, Any]:
    """What a model needs, and its tokenizer."""
    _check_packages(options)
    with _told_plainly(name):
        config = _load_config(name)
        tokenizer = _load_tokenizer(name)
    with torch.device("meta"):
        empty = _class_of(config)(config)
    return _measure(name, empty, options), tokenizer


def _shape_of(text: TextModel, options: Options, rows: int) -> CacheShape:
    context = min(options.context, text.config.max_position_embeddings)
    return CacheShape(rows, context, text.config.sliding_window, options.rewind)


def _load_config(name: str) -> Any:
    """The configuration of a folder or id, if it is a Gemma 3's."""
    from transformers import AutoConfig

    folder = Path(name).expanduser()
    if name.startswith(("/", ".", "~")) and not folder.is_dir():
        raise ModelUnavailable(f"there is no folder {name}")
    if folder.is_dir():
        _check_folder(folder)
    config = AutoConfig.from_pretrained(name)
    if not set(config.architectures or ()) & set(ARCHITECTURES):
        told = ", ".join(config.architectures or ()) or config.model_type
        raise ModelUnavailable(f"{name} is a {told}; this planner runs {' and '.join(ARCHITECTURES)}")
    return config


def _check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(f"{folder} holds no model: there is no config.json")
    if not any(path.suffix in {".safetensors", ".bin"} for path in folder.iterdir()):
        raise ModelUnavailable(f"{folder} holds a configuration and no weights: there are no *.safetensors")


def _load_tokenizer(name: str) -> Any:
    """The tokenizer, if it is Gemma's: its marks are single tokens and it knows how turns are written."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(name)
    vocabulary = tokenizer.get_vocab()
    missing = [mark for mark in _MARKS if mark not in vocabulary]
    if missing:
        raise ModelUnavailable(f"the tokenizer of {name} is not Gemma's: it has no {', '.join(missing)}")
    if not tokenizer.chat_template:
        raise ModelUnavailable(f"the tokenizer of {name} has no chat template: chat_template.jinja is missing")
    return tokenizer


def _class_of(config: Any) -> Any:
    import transformers

    return getattr(transformers, next(a for a in config.architectures if a in ARCHITECTURES))


def _measure(name: str, empty: Any, options: Options) -> Need:
    text = TextModel.of(empty)
    shape = _shape_of(text, options, 1)
    width = 2 if options.device != "cpu" and torch.cuda.is_available() else 4
    layers = text.layer_shape()
    row = layers.bytes_a_row(shape) // layers.dtype.itemsize * width
    parameters = sum(p.numel() for p in empty.parameters())
    return Need(name, parameters, text.embed.weight.numel(), row, shape.capacity, width)


def _choose_device(options: Options, need: Need) -> torch.device:
    """Where it runs. A large model is not started on a processor unless that is asked for."""
    if options.device == "cuda" and not torch.cuda.is_available():
        raise ModelUnavailable("there is no CUDA device here, or this PyTorch was built without CUDA")
    if options.device is None and not torch.cuda.is_available() and need.parameters > _MOST_WITHOUT_GPU:
        raise ModelUnavailable(
            f"there is no CUDA device here, and {need.name} has {need.parameters / 1e9:.0f} billion parameters."
            " Run it on a machine with a GPU, or name a server that runs it: --planner URL"
        )
    return torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))


def _load_weights(name: str, options: Options, device: torch.device) -> Any:
    config = _load_config(name)
    given: dict[str, Any] = {"dtype": torch.bfloat16 if device.type == "cuda" else torch.float32}
    if options.precision == "4bit":
        given |= {"quantization_config": _four_bits(), "device_map": str(device)}
    elif options.precision == "full" and device.type == "cuda" and find_spec("accelerate"):
        given["device_map"] = str(device)
    model = _class_of(config).from_pretrained(name, **given).eval()
    if options.precision == "int8":
        for layer in TextModel.of(model).layers:
            quantize_linears(layer, device)
    return model if options.precision == "4bit" else model.to(device)


def _check_packages(options: Options) -> None:
    missing = [package for package in ("bitsandbytes", "accelerate") if not find_spec(package)]
    if missing and options.precision == "4bit":
        raise ModelUnavailable(f"4-bit weights need {' and '.join(missing)}: pip install 'anamnesis-ehr[quantized]'")


def _four_bits() -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)


@contextmanager
def _told_plainly(name: str) -> Iterator[None]:
    """What transformers, the hub and the device raise, as ModelUnavailable or NotEnoughMemory with what can be done."""
    from safetensors import SafetensorError

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise NotEnoughMemory(f"the memory ran out while {name} was loaded: {first_line(error)}") from error
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelUnavailable(_explain(name, error)) from error


def _explain(name: str, error: Exception) -> str:
    """
    >>> _explain("google/medgemma-27b-it", OSError("You are trying to access a gated repo."))[:52]
    'google/medgemma-27b-it is gated. Accept its terms at'
    """
    told, first = str(error), first_line(error)
    if "gated" in told or "401 Client" in told or "403 Client" in told:
        page = f"https://huggingface.co/{name}"
        return f"{name} is gated. Accept its terms at {page}, then log in with `hf auth login`, or name a folder"
    if "connect" in told:
        return f"{name} is not on this machine, and huggingface.co can't be reached: {first}"
    if "valid model identifier" in told or "Repository Not Found" in told or "Repo id must" in told:
        return f"there is no model {name} on huggingface.co, nor a folder of that name"
    return f"{name} can't be loaded: {first}"
