"""Writes and reads the state of a training run: numbers and JSON in safetensors, no code.

Layout in safetensors: the tensors ``model/<name>``, ``average/<name>`` and ``optimizer/<parameter>/<name>``; in the
header's metadata, as JSON, ``param_groups``, ``progress`` and ``config``, and the CRC-32 of all tensors' bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from attendance.errors import Reason
from attendance.file_kinds import FileKind, other_kind
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.atomic_file import replace_file

State = dict[str, Any]
"""``model``, ``average``: tensors by name; ``optimizer``: as torch gives it; ``progress``, ``config``: JSON values."""

Progress = TypeVar("Progress")

FORMAT = "attendance-distillation-1"
_JSON_PARTS = ("progress", "config")
_MEAN, _SQUARES = "exp_avg", "exp_avg_sq"
"""AdamW's names of its two moments in torch."""


def write_state(path: Path, state: State) -> None:
    """Write the state of a run, complete or not at all.

    Args:
        path: the file; an existing one is replaced.
        state: see ``State``.

    Raises:
        StorageError: DiskFull, ReadOnlyStorage or itself; the file that was there before is unchanged.
    """
    replace_file(path, _pack(state))


def read_state(path: Path) -> State:
    """Read what ``write_state`` wrote.

    Raises:
        CheckpointUnusable: absent, damaged, or not the state of a run.
    """
    other = other_kind(path, FileKind.STATE)
    if other is not None:
        raise CheckpointUnusable(path=path, reason=other)
    try:
        return _unpack(path)
    except (
        safetensors.SafetensorError,
        RuntimeError,
        LookupError,
        TypeError,
        ValueError,
        OSError,
    ) as err:
        raise CheckpointUnusable(
            path=path, reason=Reason("it cannot be resumed ({error})", error=type(err).__name__)
        ) from err


def write_run(
    path: Path, *, model: nn.Module, average: nn.Module, optimizer: Optimizer, progress: Any, config: Any
) -> None:
    """Write the state of a run; beside it the configuration as JSON, for people.

    Args:
        path: the file; ``.json`` takes the place of its suffix for the configuration.
        model: the trained network.
        average: the running mean of its weights.
        optimizer: of the network.
        progress: dataclass of plain values.
        config: likewise.

    Raises:
        StorageError: DiskFull, ReadOnlyStorage or itself; the file that was there before is unchanged.
    """
    state = {
        "model": model.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "progress": asdict(progress),
        "config": asdict(config),
    }
    write_state(path, state)
    replace_file(path.with_suffix(".json"), (json.dumps(state["config"], indent=2) + "\n").encode())


def restore_run(
    state: State, path: Path, *, model: nn.Module, average: nn.Module, optimizer: Optimizer, progress: type[Progress]
) -> Progress:
    """Put a state into network, running mean and optimizer.

    Args:
        state: from ``read_state``.
        path: where it came from, for the message.
        model: changed in place, as are the next two.
        average: the running mean.
        optimizer: of ``model``.
        progress: the class of the progress.

    Returns:
        The progress of the run.

    Raises:
        CheckpointUnusable: of another network.
    """
    try:
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        found = progress(**state["progress"])
    except (RuntimeError, KeyError, TypeError, ValueError) as err:
        raise CheckpointUnusable(
            path=path, reason=Reason("it cannot be resumed ({error})", error=type(err).__name__)
        ) from err
    order_moments(optimizer)
    return found


def order_moments(optimizer: Optimizer) -> None:
    """Lay loaded moments out as in a run that was never stopped: another memory order may round differently."""
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if value.shape == parameter.shape:
                values[name] = torch.empty_like(parameter).copy_(value)


def compact(state: State) -> State:
    """Return what another run needs to begin from this one, in little more than a third of the bytes.

    The weights are the running mean's, which is what was exported. Of the optimizer only the mean squared gradients
    stay, as bfloat16: they set the size of every weight's step. The mean gradient is that of the last ten steps or
    so and comes back as fast.

    Args:
        state: from ``read_state``.
    """
    moments = {
        parameter: {"step": values["step"], _SQUARES: values[_SQUARES].bfloat16()}
        for parameter, values in state["optimizer"]["state"].items()
    }
    optimizer = {**state["optimizer"], "state": moments}
    return {**state, "model": averaged_model(state), "average": {}, "optimizer": optimizer}


def averaged_model(state: State) -> dict[str, Tensor]:
    """Return the running mean of the weights by parameter name, from a whole or a compacted state."""
    prefix = "module."  # of torch.optim.swa_utils.AveragedModel
    averaged = {name.removeprefix(prefix): value for name, value in state["average"].items() if name.startswith(prefix)}
    # A fine-tuning keeps its best network there, as it is; a compacted state has it in place of the model.
    return averaged or dict(state["average"]) or dict(state["model"])


def restore_moments(state: State) -> dict[int, dict[str, Tensor]]:
    """Return the optimizer's values of each parameter as AdamW wants them; what ``compact`` left out becomes zero."""
    return {
        parameter: {_MEAN: torch.zeros_like(values[_SQUARES]), **values}
        for parameter, values in state["optimizer"]["state"].items()
    }


def _pack(state: State) -> bytes:
    tensors: dict[str, Tensor] = {}
    for part in ("model", "average"):
        tensors |= {f"{part}/{name}": value for name, value in state[part].items()}
    for parameter, values in state["optimizer"]["state"].items():
        tensors |= {f"optimizer/{parameter}/{name}": value for name, value in values.items()}
    # safetensors takes contiguous tensors only; the network's are channels-last.
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    metadata = {part: json.dumps(state[part]) for part in _JSON_PARTS}
    metadata |= {"param_groups": json.dumps(state["optimizer"]["param_groups"])}
    return safetensors.torch.save(tensors, metadata | {"format": FORMAT, "crc32": _checksum(tensors)})


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    """Return the CRC-32 of all names and bytes: safetensors itself takes a flipped bit for another number."""
    total = 0
    for name in sorted(tensors):
        plain = tensors[name].contiguous().reshape(-1).view(torch.uint8).numpy()
        total = zlib.crc32(plain.tobytes(), zlib.crc32(name.encode(), total))
    return f"{total:08x}"


def _unpack(path: Path) -> State:
    state: State = {"model": {}, "average": {}, "optimizer": {"state": {}}}
    with safetensors.safe_open(str(path), framework="pt") as file:
        metadata = file.metadata() or {}
        if metadata.get("format") != FORMAT:
            raise ValueError("another format")
        # A copy: the file is mapped into memory, and Windows cannot replace a mapped file.
        tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118 - not a mapping
        if metadata.get("crc32") != _checksum(tensors):
            raise ValueError("damaged")
        for key, value in tensors.items():
            part, _, name = key.partition("/")
            if part == "optimizer":
                parameter, _, name = name.partition("/")
                state[part]["state"].setdefault(int(parameter), {})[name] = value
            else:
                state[part][name] = value
    for part in _JSON_PARTS:
        state[part] = json.loads(metadata[part])
    state["optimizer"]["param_groups"] = [
        {**group, "betas": tuple(group["betas"])} if "betas" in group else group  # SGD has none
        for group in json.loads(metadata["param_groups"])
    ]
    return state
