"""Trained weights in a file, under a checksum: one command makes them, on a GPU or a small one anywhere, and one call
puts them back into a network, which then names photographs.

    python -m course_lib.torch_models.trained resnet20.npz --set cifar10 --epochs 60
"""

import argparse
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course_lib.data import datasets
from course_lib.files import write_atomically
from course_lib.torch_models import bridge, resnets
from course_lib.torch_models.training import right, train_step

FACTS = "facts"  # the name of the JSON text beside the arrays


def write_trained(path: Path, model: Any, facts: dict) -> str:
    """Write the state of a torch module and `facts`, a dict for JSON, to `path` (.npz); returns the file's sha256.

    First beside it, then renamed: the file is there whole or not at all. Equal states and facts give equal files.
    """
    state = {name: t.detach().cpu().numpy() for name, t in model.state_dict().items()}
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {**state, FACTS: np.array(json.dumps(facts))}
    np.savez(buffer, **arrays)
    write_atomically(Path(path), buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def read_trained(path: Path, model: Any, checksum: str | None) -> dict:
    """Put the weights of `path` into a torch module, on its device; returns the facts that were written with them.

    Nothing is read from a file whose sha256 is not `checksum`, and nothing in it can be run. Raises FileNotFoundError,
    and ValueError for another file or another network; the module is then as it was.
    """
    state, facts = _opened(path, checksum)
    own = {name: tuple(t.shape) for name, t in model.state_dict().items()}
    odd = sorted(
        n for n in own.keys() | state.keys() if n not in own or n not in state or own[n] != tuple(state[n].shape)
    )
    if odd:
        raise ValueError(f"read_trained: {path} holds another network: {odd[0]} and {len(odd) - 1} more do not fit")
    model.load_state_dict(state)
    return facts


def _opened(path: Path, checksum: str | None) -> tuple[dict[str, Any], dict]:
    if not Path(path).is_file():
        raise FileNotFoundError(f"read_trained: there is no file {path}; `{__spec__.name}` makes one")
    content = Path(path).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != checksum:
        raise ValueError(
            f"read_trained: {path} has the checksum {found[:12]}..., not {str(checksum)[:12]}...; fetch it again"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        state = {name: torch.from_numpy(arrays[name]) for name in arrays.files if name != FACTS}
        return state, json.loads(str(arrays[FACTS]))


def rebuilt(path: Path, checksum: str | None) -> tuple[Any, dict]:
    """The network that the command wrote to `path`, from the file alone, in evaluation mode, and the facts about it.

    Raises as `read_trained` does.
    """
    net = network(_opened(path, checksum)[1])
    facts = read_trained(path, net, checksum)
    return net.eval(), facts


def named(net: Any, images: np.ndarray, facts: Any, best: int = 3) -> list[list[tuple[str, float]]]:
    """What `net` calls each of the uint8 images (n, c, side, side): its `best` likeliest names with probabilities."""
    where = next(net.parameters()).device
    with torch.no_grad():
        p, rows = net(ready(images, facts).to(where)).softmax(1).topk(best)
    names = facts["names"]
    return [[(names[k], q) for k, q in zip(*pair, strict=True)] for pair in zip(rows.tolist(), p.tolist(), strict=True)]


def framed(photograph: np.ndarray, side: int) -> np.ndarray:
    """The square in the middle of a uint8 photograph (h, w, 3), averaged to `side` pixels: uint8 (3, side, side).

    Raises ValueError for anything else, and for a photograph that is smaller than `side`.
    """
    if (
        photograph.ndim != 3
        or photograph.shape[2] != 3
        or photograph.dtype != np.uint8
        or min(photograph.shape[:2]) < side
    ):
        raise ValueError(
            f"framed: expected a photograph (h, w, 3) of bytes, h and w at least {side}; "
            f"got {photograph.shape} of {photograph.dtype}"
        )
    h, w, _ = photograph.shape
    k = min(h, w)
    square = photograph[(h - k) // 2 : (h - k) // 2 + k, (w - k) // 2 : (w - k) // 2 + k].transpose(2, 0, 1)
    small = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(square.astype(np.float32)), side)
    return small.round().numpy().astype(np.uint8)


def ready(images: np.ndarray, facts: Any) -> Any:
    """uint8 images (n, c, h, w) as the network saw them: float32, less `facts["mean"]`, over `facts["std"]`."""
    mean, std = (np.array(facts[name], np.float32)[:, None, None] for name in ("mean", "std"))
    return torch.from_numpy((images.astype(np.float32) - mean) / std)


def shifted(x: np.ndarray, pixels: Any, dice: Any) -> Any:
    """Every image of x (n, c, h, w) moved by up to `pixels`, its mirrored border coming in; half of them mirrored."""
    n, _, h, w = x.shape
    down, right_ = (torch.randint(2 * pixels + 1, (n, 1), generator=dice, device=x.device) for _ in range(2))
    rows, columns = (torch.arange(k, device=x.device) + move for k, move in ((h, down), (w, right_)))
    flip = torch.rand(n, 1, generator=dice, device=x.device) < 0.5
    columns = torch.where(flip & (x.shape[1] == 3), columns.flip(1), columns)  # letters and digits are not mirrored
    padded = torch.nn.functional.pad(x, (pixels,) * 4, mode="reflect")
    every = torch.arange(n, device=x.device)[:, None, None]
    return padded[every, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def trained(
    data: Any, depth: int, width: int, epochs: int, where: Any, *, size: int = 128, rate: float = 0.1, seed: int = 0
) -> Any:
    """A ResNet for small images trained on a Dataset, and the facts about it: a dict."""
    torch.manual_seed(seed)
    channels, pixels = data.x_train.shape[1], max(1, data.x_train.shape[2] // 8)
    facts = {"depth": depth, "width": width, "classes": len(data.classes), "channels": channels, "set": data.name}
    facts |= {"names": [str(name) for name in data.classes], "side": data.x_train.shape[2]}
    facts |= {"mean": data.x_train.mean((0, 2, 3)).tolist(), "std": data.x_train.std((0, 2, 3)).tolist()}
    x, x_test = (ready(images, facts).to(where) for images in (data.x_train, data.x_test))
    t, t_test = (torch.from_numpy(labels).to(where) for labels in (data.t_train, data.t_test))
    net = network(facts).to(where)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps, dice = len(x) // size, torch.Generator(where).manual_seed(seed)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * steps, cycle_momentum=False)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=dice, device=where)[: steps * size].split(size):
            train_step(net, optimizer, shifted(x[rows], pixels, dice), t[rows], 0.0, mixed=where.type == "cuda")
            cycle.step()
    return net, facts | {"epochs": epochs, "seed": seed, "right": right(net, x_test, t_test)}


def network(facts: Any) -> Any:
    """The untrained network that `facts` describe."""
    kind = {"classes": facts["classes"], "in_channels": facts["channels"]}
    return resnets.zero_last_scales(resnets.CifarResNet(facts["depth"], facts["width"], **kind))


def main(arguments: Any = None) -> None:
    """Train, write the file, and say how good the network is and what the checksum is."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.torch_models.trained", description=__doc__)
    parser.add_argument("path", type=Path, help="the file to write, .npz")
    parser.add_argument("--set", default="cifar10", help="digits, mnist, fashion_mnist or cifar10")
    parser.add_argument("--depth", type=int, default=20, help="layers: 6n + 2")
    parser.add_argument("--width", type=int, default=16, help="channels of the first stage")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--device", default=None, help="a torch device; the best one there is if not given")
    options = parser.parse_args(arguments)
    where = bridge.device(options.device)
    data = datasets.load(options.set)
    net, facts = trained(data, options.depth, options.width, options.epochs, where, size=options.batch)
    checksum = write_trained(options.path, net, facts)
    print(
        f"{options.path}: {facts['right']:.2%} of the test images of {facts['set']} right, on {bridge.describe(where)}"
    )
    print(f"sha256 {checksum}")


if __name__ == "__main__":
    main()
