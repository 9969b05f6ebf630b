"""A torch user's first hour: short programs as typed from memory, run with our names and with torch's, end alike.

`R` is `rng=...` on our side and nothing on torch's; `tensor` makes a Tensor there and here.
"""

import numpy as np
import pytest
import torch

import course_lib
from course_lib import Tensor, nn, optim
from course_lib import functional as F

PROGRAMS = """
x = tensor([1., 2.]); x += 1; out = x
w = tensor([1., 2.], requires_grad=True); (w * w).sum().backward(); w.data -= 0.1 * w.grad; out = w
w = tensor([1., 2.], requires_grad=True); (w * w).sum().backward(); w.grad = None; out = w.grad is None
w = tensor([1., 2.], requires_grad=True); (w * w).sum().backward(); (w * w).sum().backward(); out = w.grad
w = tensor([1., 2.], requires_grad=True); loss = w.sum(); loss += 0.1 * (w ** 2).sum(); loss.backward(); out = w.grad
w = tensor([1., 2.], requires_grad=True); n = 0; n += (w * 2).sum(); n += w.sum(); n.backward(); out = w.grad
x = tensor([1., 2.]); x.requires_grad = True; (x * x).sum().backward(); out = x.grad
x = tensor([1., 2.], requires_grad=True); y = x * 2; y.retain_grad(); y.sum().backward(); out = y.grad
x = tensor([1., 2.], requires_grad=True); (x.double() * 2).sum().backward(); out = x.grad
x = tensor([1., 2.], requires_grad=True); out = (x.detach() * 2).requires_grad, x.clone().detach().requires_grad
out = tensor([1., 2.]).sum().item(), tensor([1.], requires_grad=True).detach().cpu().numpy(), tensor(2.5).item()
o = tensor([[1., 2.], [3., 0.]]); out = (o.argmax(dim=1) == tensor([1, 1])).float().mean().item()
p = tensor([[1., 5.], [2., 0.]]).argmax(1); y = tensor([1, 1]); out = (p == y).sum().item() / len(y)
v, i = tensor([[1., 2.], [3., 0.]]).max(1); out = v, i
x = tensor([[1., 5.], [3., 2.]]); out = x.max(), x.min(), x.argmax(), x.max(dim=0).values, x.max(0)[1], x.amax((0, 1))
out = tensor([3, 4]) / 2, tensor([3, -4]) // 2, tensor([1, 2]) * 0.5, 2 ** tensor([3.]), tensor([2.]) ** -1
x = tensor(np.ones((2, 3, 4), np.float32)); out = x.view(x.size(0), -1).shape, x.view(-1, x.shape[-1]).shape
x = tensor(np.ones((2, 3, 4, 4), np.float32)); out = x.mean((2, 3)), x.mean([2, 3]).shape, x.mean(dim=[2, 3]).shape
x = tensor(np.arange(6.).reshape(2, 3)); out = x[[0, 1], [1, 2]], x[:, -1], x[..., 0], x[None].shape, x[x > 2]
x = tensor(np.arange(12.).reshape(4, 3)); out = x[tensor([0, 2])], x[tensor([True, False, True, False])], x[1:3, 0]
x = tensor(np.ones((2, 3))); out = len(x), x.size(0), tuple(x.size()), x.shape[1], x.numel(), x.dim()
x = tensor(np.array([[200, 100]], np.uint8)); out = x.sum() - 400, x.sum(1), x.cumsum(1), x.sum(0) - x.sum()
loss = tensor(0.12345); out = f"{loss:.3f}", f"{loss}", f"{tensor(3)} {tensor(True)}", float(loss), int(tensor(3))
out = bool(tensor([1.]) > 0), bool(tensor(0.)), not tensor([0.]), tensor(1.) in [tensor(1.)]
x = tensor([1., -2.]); out = (x > 0) & (x < 2), ~(x > 0), (x > 0) ^ (x < 2), (x > 0).any().item(), (x > 0).all().item()
x = tensor([1., -2., 9.]); out = x.clamp(min=0), x.clamp(-1, 5), x.clip(max=1), abs(x), -x, +x
x = tensor([[1., 2., 4.]]); out = x.sum(1, keepdim=True), x.std(), x.std(1), x.var(dim=1, correction=0), x.cumsum(1)
out = np.float32(2) * tensor([1., 2.]), tensor([1., 2.]) * np.int64(3), tensor([1., 2.]) / np.sqrt(4)
out = [v.item() for v in tensor([1., 2.])], tensor([[1, 2]]).tolist(), max(tensor([1., 3., 2.])), sum(tensor([1., 2.]))
out = [(a.tolist(), b.item()) for a, b in zip(tensor([[1., 2.], [3., 4.]]), tensor([0, 1]))]
import math; out = math.exp(tensor(1.)), round(tensor(1.234).item(), 2), sorted([tensor(2.), tensor(1.)])[0]
out = tensor([1., 2.]).unsqueeze(1).shape, tensor(np.ones((2, 3, 4))).permute(2, 0, 1).shape, tensor([[1., 2.]]).T.shape
out = tensor([1., 2.]).repeat(2, 1), tensor(np.ones((1, 3, 1))).squeeze().shape, tensor([[1.], [2.]]).expand(-1, 2)
a = tensor([1., 2.]); out = a[:, None] * a, a.norm(), a.dot(a), a @ a, a.softmax(dim=-1), a.sigmoid(), a.square()
x = tensor([1., 2.]); d = {x: 1}; out = d[x], x is None, np.asarray(x), np.array(x)
out = F.one_hot(tensor([0, 2]), 3), F.pad(tensor([[1., 2.]]), (1, 0, 0, 1), value=9.), F.softmax(tensor([[1., 2.]]), -1)
out = F.cross_entropy(tensor([[1., 2.]]), tensor([1])), F.cross_entropy(tensor([[1., 2.]]), tensor([[0.3, 0.7]]))
out = nn.CrossEntropyLoss(weight=tensor([1., 3.]), label_smoothing=0.1)(tensor([[1., 2.], [0., 1.]]), tensor([1, 0]))
out = F.nll_loss(F.log_softmax(tensor([[1., 2.]]), dim=1), tensor([1])), nn.BCEWithLogitsLoss()(tensor([.3]), \
tensor([1.]))
out = nn.MSELoss()(tensor([1.3]), tensor([1])), F.mse_loss(tensor([1., 2.]), tensor([0., 0.]), reduction="sum")
out = nn.MaxPool2d(2)(tensor(np.arange(16.).reshape(1, 1, 4, 4))), F.max_pool2d(tensor(np.arange(4.).reshape(1, 1, \
2, 2)), 2)
out = F.avg_pool2d(tensor(np.arange(25.).reshape(1, 1, 5, 5)), 2, 2, 1), nn.Flatten()(tensor(np.ones((2, 3, 4)))).shape
out = F.interpolate(tensor(np.arange(4.).reshape(1, 1, 2, 2)), scale_factor=2, mode="bilinear", align_corners=False)
out = nn.Conv2d(1, 4, 3, padding=1, **R)(tensor(np.ones((2, 1, 8, 8), np.float32))).shape
out = nn.Conv2d(1, 4, 3, **R)(tensor(np.ones((1, 8, 8), np.float32))).shape
out = nn.ConvTranspose2d(2, 3, 2, stride=2, **R)(tensor(np.ones((1, 2, 4, 4), np.float32))).shape
m = nn.BatchNorm2d(2); m(tensor(np.arange(16.).reshape(2, 2, 2, 2).astype(np.float32))); m.eval(); out = m.running_var
m = nn.Sequential(nn.Dropout(0.5, **R), nn.BatchNorm1d(2)); m.eval(); out = m(tensor([[1., 2.]])), m.training
o, (h, c) = nn.LSTM(3, 4, batch_first=True, **R)(tensor(np.ones((2, 5, 3), np.float32))); \
out = o.shape, h.shape, c.shape
o, h = nn.GRU(3, 4, 2, bidirectional=True, **R)(tensor(np.ones((5, 2, 3), np.float32))); out = o.shape, h.shape
out = nn.LayerNorm(3)(tensor([[1., 2., 4.]])), nn.Embedding(5, 2, **R)(tensor([[1, 2]])).shape
q = tensor(np.ones((1, 2, 3, 4), np.float32)); out = F.scaled_dot_product_attention(q, q, q, is_causal=True)
m = nn.Sequential(nn.Linear(2, 3, **R), nn.ReLU(), nn.Linear(3, 1, **R)); out = list(m.state_dict()), m[:1][0] is m[0]
m = nn.Sequential(nn.Linear(2, 3, **R), nn.ReLU()); m[0] = nn.Linear(2, 5, **R); out = m(tensor([[1., 2.]])).shape
m = nn.Sequential(nn.Linear(2, 3, **R), nn.ReLU()); \
out = nn.Sequential(*list(m.children())[:-1])(tensor([[1., 2.]])).shape
m = nn.ModuleList(); m += [nn.ReLU()]; m.append(nn.Tanh()); m[0] = nn.Tanh(); out = len(m), type(m[0]).__name__
a, b = nn.Linear(2, 2, bias=False, **R), nn.Linear(2, 2, bias=False, **R); b.weight = a.weight; \
out = len({*a.parameters()})
m = nn.Linear(2, 3, **R); \
out = [n for n, p in m.named_parameters()], sum(p.numel() for p in m.parameters() if p.requires_grad)
m = nn.ReLU(); L = []; h = m.register_forward_hook(lambda m, i, o: L.append(1)); m(tensor([1.])); h.remove(); \
m(tensor([1.])); out = L
m = nn.Linear(2, 2, **R); o = optim.SGD([{"params": m.parameters(), "lr": 1e-3}], lr=0.1); \
out = [g["lr"] for g in o.param_groups]
m = nn.Sequential(nn.Linear(2, 2, **R), nn.Linear(2, 1, **R)); m[0].requires_grad_(False); w = m[0].weight.clone(); \
o = optim.SGD(m.parameters(), lr=0.1); m(tensor([[1., 2.]])).sum().backward(); o.step(); \
out = (m[0].weight == w).all().item()
m = nn.Linear(2, 2, **R); o = optim.Adam(m.parameters(), 0.1); m(tensor([[1., 2.]])).sum().backward(); o.step(); \
p = optim.Adam(m.parameters(), 0.1); p.load_state_dict(o.state_dict()); p.zero_grad(set_to_none=True); \
out = m.weight.grad is None
p = nn.Parameter(tensor([1., 2.]), requires_grad=False); out = p.requires_grad
import copy; m = nn.Linear(2, 2, **R); n = copy.deepcopy(m); \
out = bool((m.weight == n.weight).all()), m.weight is n.weight
f = no_grad()(lambda x: x * 2); out = f(tensor([1.], requires_grad=True)).requires_grad
"""


def worded(name):
    """The names of a program, in our library or in torch."""
    ours = name == "ours"
    kind = Tensor if ours else torch.tensor
    names = {"nn": nn, "F": F, "optim": optim, "no_grad": course_lib.no_grad, "R": {"rng": np.random.default_rng(0)}}
    theirs = {"nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim, "no_grad": torch.no_grad, "R": {}}
    return {"np": np, "tensor": kind, **(names if ours else theirs)}


def plain(value):
    """Shapes as tuples, arrays and tensors as NumPy arrays."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, Tensor):
        return value.data
    return value.detach().numpy() if isinstance(value, torch.Tensor) else value


def assert_alike(ours, theirs):
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_alike(a, b)
    elif isinstance(ours, np.ndarray):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    else:
        assert ours == theirs if not isinstance(ours, float) else ours == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("program", PROGRAMS.strip().split("\n"))
def test_a_program_of_torchs_ends_alike_here(program):
    results = []
    for side in ("ours", "theirs"):
        space = worded(side)
        exec(program, space)
        results.append(plain(space["out"]))
    assert_alike(*results)


def test_a_training_loop_as_torch_users_write_it_learns():
    for side in ("ours", "theirs"):
        s, draw = worded(side), np.random.default_rng(0)
        net, crit = (
            s["nn"].Sequential(s["nn"].Linear(2, 8, **s["R"]), s["nn"].Tanh(), s["nn"].Linear(8, 1, **s["R"])),
            None,
        )
        crit, opt = s["nn"].MSELoss(), s["optim"].Adam(net.parameters(), lr=0.05)
        x = draw.standard_normal((32, 2)).astype(np.float32)
        x, y = s["tensor"](x), s["tensor"](x[:, :1] * x[:, 1:])
        net.train()
        for _ in range(150):
            opt.zero_grad()
            loss = crit(net(x), y)
            loss.backward()
            opt.step()
        assert loss.item() < 0.2, side
