"""Turns a TensorFlow checkpoint of David Sandberg's FaceNet (Inception-ResNet-v1) into weights for this project.

TensorFlow is needed for this alone, so it stands in an environment of its own (about 1.6 GB on the disk):

    python3 -m venv tf && tf/bin/pip install tensorflow-cpu
    tf/bin/python scripts/convert/facenet_tensorflow.py 20180402-114759/model-20180402-114759.ckpt-275 -o facenet.npz
    attendance-train export-pack facenet.npz -o facenet

Taken are a checkpoint (give its name without .index and .data) or a frozen graph (.pb). Nothing of a graph is run. The
classifier of the training is left out. Checked on random weights:

    tf/bin/python scripts/convert/facenet_tensorflow.py --make-example example      (writes weights, pictures, answers)
    python scripts/convert/facenet_tensorflow.py --compare example                  (needs the training package)
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]

ROOT = "InceptionResnetV1"
_STEM = {
    "conv2d_1a": "Conv2d_1a_3x3",
    "conv2d_2a": "Conv2d_2a_3x3",
    "conv2d_2b": "Conv2d_2b_3x3",
    "conv2d_3b": "Conv2d_3b_1x1",
    "conv2d_4a": "Conv2d_4a_3x3",
    "conv2d_4b": "Conv2d_4b_3x3",
}
_BLOCK_35 = {
    "branch0": "Branch_0/Conv2d_1x1",
    "branch1.0": "Branch_1/Conv2d_0a_1x1",
    "branch1.1": "Branch_1/Conv2d_0b_3x3",
    "branch2.0": "Branch_2/Conv2d_0a_1x1",
    "branch2.1": "Branch_2/Conv2d_0b_3x3",
    "branch2.2": "Branch_2/Conv2d_0c_3x3",
}
_BLOCK_17 = {
    "branch0": "Branch_0/Conv2d_1x1",
    "branch1.0": "Branch_1/Conv2d_0a_1x1",
    "branch1.1": "Branch_1/Conv2d_0b_1x7",
    "branch1.2": "Branch_1/Conv2d_0c_7x1",
}
_BLOCK_8 = {
    "branch0": "Branch_0/Conv2d_1x1",
    "branch1.0": "Branch_1/Conv2d_0a_1x1",
    "branch1.1": "Branch_1/Conv2d_0b_1x3",
    "branch1.2": "Branch_1/Conv2d_0c_3x1",
}
_MIXED_6A = {
    "branch0": "Branch_0/Conv2d_1a_3x3",
    "branch1.0": "Branch_1/Conv2d_0a_1x1",
    "branch1.1": "Branch_1/Conv2d_0b_3x3",
    "branch1.2": "Branch_1/Conv2d_1a_3x3",
}
_MIXED_7A = {
    "branch0.0": "Branch_0/Conv2d_0a_1x1",
    "branch0.1": "Branch_0/Conv2d_1a_3x3",
    "branch1.0": "Branch_1/Conv2d_0a_1x1",
    "branch1.1": "Branch_1/Conv2d_1a_3x3",
    "branch2.0": "Branch_2/Conv2d_0a_1x1",
    "branch2.1": "Branch_2/Conv2d_0b_3x3",
    "branch2.2": "Branch_2/Conv2d_1a_3x3",
}
_REPEATS = (
    ("repeat_1", "Repeat/block35", 5, _BLOCK_35),
    ("repeat_2", "Repeat_1/block17", 10, _BLOCK_17),
    ("repeat_3", "Repeat_2/block8", 5, _BLOCK_8),
)
"""Name here, scope there (numbered from 1), how often, and the convolutions of each."""
_STATISTICS = {"bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


class Unusable(Exception):
    """The file is not what is asked for; the text is for people."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 1 with one sentence when something cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?", help="name of a checkpoint without .index, or a frozen graph (.pb)")
    parser.add_argument("-o", "--output", type=Path, help=".npz file to write")
    parser.add_argument("--make-example", type=Path, metavar="FOLDER", help="write a random network and its answers")
    parser.add_argument(
        "--compare", type=Path, metavar="FOLDER", help="compare the answers with this project's network"
    )
    given = parser.parse_args(arguments)
    try:
        if given.compare:
            return compare(given.compare)
        if given.make_example:
            make_example(given.make_example)
            return 0
        if not given.checkpoint or not given.output:
            parser.error("give a checkpoint and --output, or one of the other options")
        convert(Path(given.checkpoint), given.output)
    except Unusable as err:
        print(err, file=sys.stderr)
        return 1
    return 0


def convert(checkpoint: Path, output: Path) -> None:
    """Write the weights of a checkpoint as .npz.

    Raises:
        Unusable: it cannot be read, or is of another network.
    """
    if output.suffix != ".npz":
        raise Unusable(f"{output} must end in .npz")
    arrays = arrays_of(read_graph(checkpoint) if checkpoint.suffix == ".pb" else read_checkpoint(checkpoint))
    np.savez(output, allow_pickle=False, **dict(arrays))
    print(f"Wrote {output}: {len(arrays)} arrays, embeddings of {len(arrays['last_bn.bias'])} numbers")


def arrays_of(read: Arrays) -> dict[str, NDArray[np.float32]]:
    """Return the arrays under the names of ``attendance_training.backbones.inception_resnet_v1``.

    Args:
        read: by the names of TensorFlow's variables. Convolutions are (height, width, in, out) there, and (out, in,
            height, width) here; the fully connected layer is turned over likewise. Their normalisation has no scale.

    Raises:
        Unusable: one is missing, or is not a finite number.
    """
    found = {name: make(read) for name, make in _sources()}
    for name, value in found.items():
        if not np.isfinite(value).all():
            raise Unusable(f"{name} holds values that are not finite")
    return {name: np.ascontiguousarray(value, np.float32) for name, value in found.items()}


def _sources() -> Iterator[tuple[str, Callable[[Arrays], NDArray[Any]]]]:
    """Yield each array's name here and what makes it of TensorFlow's."""
    for own, theirs in _convolutions():
        yield f"{own}.conv.weight", _kernel(f"{ROOT}/{theirs}/weights")
        yield from _normalisation(f"{own}.bn", f"{ROOT}/{theirs}/BatchNorm")
    for own, theirs in _joints():
        yield f"{own}.conv2d.weight", _kernel(f"{ROOT}/{theirs}/Conv2d_1x1/weights")
        yield f"{own}.conv2d.bias", _plain(f"{ROOT}/{theirs}/Conv2d_1x1/biases")
    yield "last_linear.weight", lambda read: _one(read, f"{ROOT}/Bottleneck/weights").T
    yield from _normalisation("last_bn", f"{ROOT}/Bottleneck/BatchNorm")


def _convolutions() -> Iterator[tuple[str, str]]:
    yield from _STEM.items()
    blocks = [(own, theirs, parts) for own, theirs, parts in _blocks()]
    blocks += [("mixed_6a", "Mixed_6a", _MIXED_6A), ("mixed_7a", "Mixed_7a", _MIXED_7A)]
    for own, theirs, parts in blocks:
        for part, scope in parts.items():
            yield f"{own}.{part}", f"{theirs}/{scope}"


def _joints() -> Iterator[tuple[str, str]]:
    return ((own, theirs) for own, theirs, _ in _blocks())


def _blocks() -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for own, theirs, count, parts in _REPEATS:
        for number in range(count):
            yield f"{own}.{number}", f"{theirs}_{number + 1}", parts
    yield "block8", "Block8", _BLOCK_8


def _normalisation(own: str, theirs: str) -> Iterator[tuple[str, Callable[[Arrays], NDArray[Any]]]]:
    yield f"{own}.weight", lambda read: read.get(f"{theirs}/gamma", np.ones_like(_one(read, f"{theirs}/beta")))
    for name, variable in _STATISTICS.items():
        yield f"{own}.{name}", _plain(f"{theirs}/{variable}")


def _plain(name: str) -> Callable[[Arrays], NDArray[Any]]:
    return lambda read: _one(read, name)


def _kernel(name: str) -> Callable[[Arrays], NDArray[Any]]:
    return lambda read: _one(read, name).transpose(3, 2, 0, 1)


def _one(read: Arrays, name: str) -> NDArray[Any]:
    if name not in read:
        raise Unusable(f"it has no variable {name}: it is of another network than Inception-ResNet-v1")
    return read[name]


# --- what needs TensorFlow ---------------------------------------------------------------------------


def tensorflow() -> Any:
    """Return TensorFlow's first interface; Unusable where it is not installed."""
    try:
        import tensorflow as tf  # noqa: PLC0415 - the other half of this script does without
    except ImportError as err:
        raise Unusable(
            "TensorFlow is not installed here: python3 -m venv tf && tf/bin/pip install tensorflow-cpu"
        ) from err
    return tf.compat.v1


def read_checkpoint(prefix: Path) -> dict[str, NDArray[np.float32]]:
    """Return the network's variables of a checkpoint by name; the classifier and the optimizer's are left out."""
    tf = tensorflow()
    plain = Path(re.sub(r"\.(index|meta|data-\d+-of-\d+)$", "", str(prefix)))
    try:
        reader = tf.train.load_checkpoint(str(plain))
        names = [name for name in reader.get_variable_to_shape_map() if name.startswith(f"{ROOT}/")]
        return {name: reader.get_tensor(name) for name in names}
    except (tf.errors.OpError, ValueError, RuntimeError) as err:
        raise Unusable(f"{plain} is not a readable checkpoint ({type(err).__name__})") from err


def read_graph(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the constants of a frozen graph by name."""
    tf = tensorflow()
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    graph = tf.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except (OSError, DecodeError) as err:
        raise Unusable(f"{path} is not a readable graph ({type(err).__name__})") from err
    constants = (node for node in graph.node if node.op == "Const" and node.name.startswith(f"{ROOT}/"))
    return {node.name: tf.make_ndarray(node.attr["value"].tensor) for node in constants}


def make_example(folder: Path) -> None:
    """Write the checkpoint of a network with random weights, its conversion, and its answers to random pictures.

    The network is built here from the paper's figures in TensorFlow's operations and shares nothing with torch's.
    """
    tf = tensorflow()
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20261129)
    pictures = rng.uniform(-1.0, 1.0, (4, 112, 112, 3)).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.placeholder(tf.float32, (None, 112, 112, 3))
        answer = _Graph(tf, rng).network(given)
        session.run(tf.global_variables_initializer())
        embeddings = session.run(answer, {given: pictures})
        prefix = tf.train.Saver().save(session, str(folder / "model.ckpt"))
    convert(Path(prefix), folder / "weights.npz")
    np.savez(folder / "answers.npz", allow_pickle=False, pictures=pictures, embeddings=embeddings)


class _Graph:
    """Inception-ResNet-v1 in TensorFlow, with the names of the original's variables."""

    def __init__(self, tf: Any, rng: np.random.Generator) -> None:
        self._tf, self._rng = tf, rng

    def network(self, given: Any) -> Any:
        tf = self._tf
        with tf.variable_scope(ROOT):
            x = self._conv(given, 32, "Conv2d_1a_3x3", stride=2, padding="VALID")
            x = self._conv(x, 32, "Conv2d_2a_3x3", padding="VALID")
            x = self._pool(self._conv(x, 64, "Conv2d_2b_3x3"))
            x = self._conv(x, 80, "Conv2d_3b_1x1", padding="VALID")
            x = self._conv(x, 192, "Conv2d_4a_3x3", padding="VALID")
            x = self._conv(x, 256, "Conv2d_4b_3x3", stride=2, padding="VALID")
            for number in range(5):
                x = self._residual(x, f"Repeat/block35_{number + 1}", _BLOCK_35, (32,) * 6, 0.17)
            with tf.variable_scope("Mixed_6a"):
                first = self._conv(x, 384, "Branch_0/Conv2d_1a_3x3", stride=2, padding="VALID")
                second = self._conv(self._conv(x, 192, "Branch_1/Conv2d_0a_1x1"), 192, "Branch_1/Conv2d_0b_3x3")
                second = self._conv(second, 256, "Branch_1/Conv2d_1a_3x3", stride=2, padding="VALID")
                x = tf.concat([first, second, self._pool(x)], 3)
            for number in range(10):
                x = self._residual(x, f"Repeat_1/block17_{number + 1}", _BLOCK_17, (128,) * 4, 0.10)
            with tf.variable_scope("Mixed_7a"):
                ends = []
                for branch, channels in ((0, (256, 384)), (1, (256, 256)), (2, (256, 256, 256))):
                    end = self._conv(x, channels[0], f"Branch_{branch}/Conv2d_0a_1x1")
                    if len(channels) > 2:
                        end = self._conv(end, channels[1], f"Branch_{branch}/Conv2d_0b_3x3")
                    name = f"Branch_{branch}/Conv2d_1a_3x3"
                    ends.append(self._conv(end, channels[-1], name, stride=2, padding="VALID"))
                x = tf.concat([*ends, self._pool(x)], 3)
            for number in range(5):
                x = self._residual(x, f"Repeat_2/block8_{number + 1}", _BLOCK_8, (192,) * 4, 0.20)
            x = tf.reduce_mean(self._residual(x, "Block8", _BLOCK_8, (192,) * 4, 1.0, is_last=True), (1, 2))
            with tf.variable_scope("Bottleneck"):
                return self._normalised(tf.matmul(x, self._weights((1792, 512))))

    def _residual(
        self,
        x: Any,
        scope: str,
        parts: Mapping[str, str],
        channels: tuple[int, ...],
        scale: float,
        *,
        is_last: bool = False,
    ) -> Any:
        tf = self._tf
        ends: dict[str, Any] = {}
        with tf.variable_scope(scope):
            for name, count in zip(parts.values(), channels, strict=True):
                branch = name.split("/")[0]
                ends[branch] = self._conv(ends.get(branch, x), count, name)
            up = self._conv(tf.concat(list(ends.values()), 3), x.shape[3], "Conv2d_1x1", is_plain=True)
        x = x + scale * up
        return x if is_last else tf.nn.relu(x)

    def _conv(
        self, x: Any, channels: int, name: str, *, stride: int = 1, padding: str = "SAME", is_plain: bool = False
    ) -> Any:
        tf = self._tf
        height, width = (int(side) for side in name.rsplit("_", 1)[1].split("x"))
        with tf.variable_scope(name):
            out = tf.nn.conv2d(x, self._weights((height, width, int(x.shape[3]), int(channels))), stride, padding)
            if is_plain:
                return out + self._variable("biases", self._rng.normal(0, 0.1, int(channels)))
            return tf.nn.relu(self._normalised(out))

    def _pool(self, x: Any) -> Any:
        return self._tf.nn.max_pool2d(x, 3, 2, "VALID")

    def _normalised(self, x: Any) -> Any:
        size = int(x.shape[-1])
        with self._tf.variable_scope("BatchNorm"):
            beta = self._variable("beta", self._rng.normal(0, 0.2, size))
            mean = self._variable("moving_mean", self._rng.normal(0, 0.2, size))
            variance = self._variable("moving_variance", self._rng.uniform(0.5, 1.5, size))
        return (x - mean) / self._tf.sqrt(variance + 1e-3) + beta

    def _weights(self, shape: tuple[int, ...]) -> Any:
        return self._variable("weights", self._rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape))

    def _variable(self, name: str, value: NDArray[np.float64]) -> Any:
        return self._tf.get_variable(name, initializer=value.astype(np.float32))


# --- what needs the training package -----------------------------------------------------------------


def compare(folder: Path) -> int:
    """Print how far this project's network is from TensorFlow's answers; exit code 1 when it is too far."""
    import torch  # noqa: PLC0415 - not in TensorFlow's environment

    from attendance_training.runs.network_weights import open_network  # noqa: PLC0415

    with np.load(folder / "answers.npz", allow_pickle=False) as answers:
        pictures, theirs = answers["pictures"], answers["embeddings"]
    found = open_network(folder / "weights.npz")
    with torch.inference_mode():
        ours = found.network(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy())).numpy()
    cosine = (ours * theirs).sum(1) / (np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1))
    worst = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
    print(f"smallest cosine {cosine.min():.8f}, largest difference {worst:.1e} of the largest number")
    return 0 if cosine.min() >= 0.99999 and worst <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
