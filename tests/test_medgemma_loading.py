"""What is said of a model that is absent, gated, broken, of another kind, or too large for the memory that is free."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from agent.planners.medgemma.engine import ModelUnavailable, NotEnoughMemory, Options, check_model
from agent.planners.medgemma.engine.loading import _explain, _told_plainly, load_model
from agent.planners.medgemma.engine.memory import Need, admit_rows

MEDGEMMA_27B = Need("google/medgemma-27b-text-it", 27_009_346_304, 1_409_630_208, 3_436_183_552, 32_768)
ON_CPU = Options(device="cpu", context=1024)


def without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def cut_short(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])


def of_another_kind(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama"}))


def with_another_tokenizer(folder: Path) -> None:
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text().replace("<end_of_turn>", "<|im_end|>"))
    marks = folder / "tokenizer_config.json"
    marks.write_text(marks.read_text().replace("<end_of_turn>", "<|im_end|>"))


def without_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def emptied(folder: Path) -> None:
    (folder / "config.json").unlink()


def unreadable(folder: Path) -> None:
    (folder / "config.json").write_text("{")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (without_weights, "no weights"),
        (cut_short, "can't be loaded"),
        (of_another_kind, "is a LlamaForCausalLM; this planner runs Gemma3ForCausalLM"),
        (with_another_tokenizer, "is not Gemma's: it has no <end_of_turn>"),
        (without_template, "no chat template"),
        (emptied, "there is no config.json"),
        (unreadable, "can't be loaded"),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_a_folder_that_is_no_medgemma_is_refused_with_the_reason(
    small_gemma: Path, tmp_path: Path, broken: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(small_gemma, folder)
    broken(folder)
    with pytest.raises(ModelUnavailable, match=told):
        load_model(str(folder), ON_CPU)


def test_a_folder_that_is_not_there_is_not_asked_of_the_hub() -> None:
    with pytest.raises(ModelUnavailable, match="there is no folder /no/such/model"):
        load_model("/no/such/model", ON_CPU)


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("You are trying to access a gated repo.\nMake sure", "Accept its terms at https://huggingface.co/google/m"),
        ("401 Client Error: Unauthorized for url", "hf auth login"),
        ("google/m is not a local folder and is not a valid model identifier", "there is no model google/m"),
        ("We couldn't connect to 'https://huggingface.co' to load the files", "can't be reached"),
        ("", "can't be loaded: OSError"),
    ],
)
def test_what_the_hub_refuses_is_told_with_what_to_do(raised: str, told: str) -> None:
    assert told in _explain("google/m", OSError(raised))


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
def test_four_bits_without_their_packages_are_told_before_anything_is_read() -> None:
    with pytest.raises(ModelUnavailable, match=r"4-bit weights need bitsandbytes.*anamnesis-ehr\[quantized\]"):
        check_model("google/medgemma-27b-text-it", Options(precision="4bit"))


def test_memory_that_runs_out_on_the_way_is_told() -> None:
    with pytest.raises(NotEnoughMemory, match="ran out while m was loaded: CUDA out of memory"), _told_plainly("m"):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate\nmore")


def test_too_little_memory_is_told_before_the_weights_are_read_with_what_would_fit(small_gemma: Path) -> None:
    with pytest.raises(NotEnoughMemory, match=r"needs 0\.1 GB in float32.*None of these fits"):
        load_model(str(small_gemma), ON_CPU, free=10_000_000)


@pytest.mark.parametrize(
    ("free", "told"),
    [
        (24, "What fits: 4-bit (21.3 GB)."),
        (40, "What fits: int8 (33.0 GB) or 4-bit (21.3 GB)."),
        (16, "None of these fits"),
        (40, "bf16 54.0 GB, int8 28.4 GB, 4-bit 17.2 GB"),
    ],
)
def test_what_would_fit_is_named_with_its_size(free: int, told: str) -> None:
    with pytest.raises(NotEnoughMemory) as refused:
        admit_rows(MEDGEMMA_27B, "full", 1, free * 10**9, "cuda:0")
    assert told in str(refused.value)


@pytest.mark.parametrize(("free", "rows"), [(60, 1), (78, 6), (141, 16), (None, 16)])
def test_as_many_conversations_are_let_in_as_the_memory_holds(free: int | None, rows: int) -> None:
    assert admit_rows(MEDGEMMA_27B, "full", 16, free and free * 10**9, "cuda:0") == rows


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_large_model_is_not_started_without_a_gpu(small_gemma: Path, tmp_path: Path) -> None:
    folder = tmp_path / "large"
    shutil.copytree(small_gemma, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"num_hidden_layers": 62, "hidden_size": 5376, "intermediate_size": 21504, "layer_types": None}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelUnavailable, match=r"no CUDA device here, and .* has 22 billion parameters"):
        load_model(str(folder), Options())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_gpu_asked_for_where_there_is_none_is_told(small_gemma: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no CUDA device"):
        load_model(str(small_gemma), Options(device="cuda"))


def test_a_multimodal_checkpoint_reads_text(tmp_path: Path) -> None:
    from agent.planners.medgemma.engine import Request, open_engine
    from evals.small_gemma import build_small_gemma

    build_small_gemma(tmp_path, multimodal=True)
    engine = open_engine(str(tmp_path), ON_CPU)
    told = engine.submit(Request(tuple(range(400, 500)), longest=5)).result(60)
    engine.close()
    assert len(told.tokens) == 5
