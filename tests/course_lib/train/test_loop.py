"""Training goes step by step under the caller's eyes, keeps its best weights and resumes exactly."""

import numpy as np
import pytest

from course_lib import functional as F
from course_lib.data import batches, moons
from course_lib.nn import Linear, Sequential
from course_lib.nn.saving import save
from course_lib.optim import SGD, Adam
from course_lib.optim.schedules import Plateau
from course_lib.train import EarlyStopping, History, accuracy, checkpoint, evaluate, fit, progress, score


@pytest.fixture
def rng():
    return np.random.default_rng(9)


@pytest.fixture
def data(rng):
    x, t = moons(120, rng=rng)
    return x, t


def network(seed=1):
    rng = np.random.default_rng(seed)
    return Sequential(Linear(2, 16, rng=rng), F.relu, Linear(16, 2, rng=rng)).double()


def test_fit_yields_a_falling_loss_and_learns_the_moons(data, rng):
    model = network()
    optimizer = SGD(model.parameters(), lr=0.3, momentum=0.9)
    losses = []
    for _ in range(40):
        losses += fit(model, F.cross_entropy, optimizer, batches(*data, size=20, rng=rng))
    assert len(losses) == 240
    assert np.mean(losses[-6:]) < 0.3 * np.mean(losses[:6])
    assert score(model, batches(*data, size=50), accuracy=accuracy)["accuracy"] > 0.97


def test_the_caller_may_stop_after_any_step(data):
    model = network()
    steps = fit(model, F.cross_entropy, SGD(model.parameters(), lr=0.1), batches(*data, size=10))
    next(steps)
    after_one = model.state_dict()
    steps.close()
    assert all(np.array_equal(a, b) for a, b in zip(after_one.values(), model.state_dict().values(), strict=True))


def test_fit_names_the_step_at_which_the_loss_stops_being_finite(data):
    model = network()
    x = data[0].copy()
    x[25] = np.nan
    with pytest.raises(FloatingPointError, match=r"loss is nan at step 2; lower the learning rate"):
        list(fit(model, F.cross_entropy, SGD(model.parameters(), lr=0.1), batches(x, data[1], size=10)))


def test_before_step_sees_the_gradients_of_this_step(data):
    model = network()
    seen = []
    list(
        fit(
            model,
            F.cross_entropy,
            SGD(model.parameters(), lr=0.0),
            batches(*data, size=60),
            before_step=lambda: seen.append(np.linalg.norm(next(model.parameters()).grad)),
        )
    )
    assert len(seen) == 2
    assert min(seen) > 0


def test_evaluate_leaves_the_mode_as_it_was_and_builds_no_graph(data):
    model = network().train()
    modes = []
    model.register_forward_hook(lambda module, args, out: modes.append((module.training, out.requires_grad)))
    outputs = list(evaluate(model, batches(*data, size=50)))
    assert modes == [(False, False)] * 3
    assert model.training
    assert sum(len(out) for out, _ in outputs) == 120


def test_score_weighs_batches_by_their_size(data):
    model = network()
    whole = score(model, batches(*data, size=120), accuracy=accuracy)
    assert score(model, batches(*data, size=50), accuracy=accuracy) == pytest.approx(whole)


def test_score_without_batches_is_an_error_not_a_nan():
    with pytest.raises(ValueError, match="no batches"):
        score(network(), [], accuracy=accuracy)


def test_history_refuses_a_row_with_other_columns():
    history = History()
    history.add(loss=1.0, accuracy=0.5)
    with pytest.raises(ValueError, match=r"expected \['loss', 'accuracy'\], got \['loss'\]"):
        history.add(loss=0.5)
    assert history["loss"] == [1.0]
    assert len(history) == 1


@pytest.mark.parametrize(("mode", "values"), [("max", [0.1, 0.6, 0.5, 0.6, 0.55]), ("min", [9, 3, 4, 3, float("nan")])])
def test_early_stopping_keeps_the_best_weights(mode, values):
    model = network()
    stopping = EarlyStopping(model, patience=3, mode=mode)
    said = []
    for k, value in enumerate(values):
        next(model.parameters()).data[:] = k
        said.append(stopping.update(value))
    assert said == [False, False, False, False, True]
    stopping.restore()
    assert (next(model.parameters()).data == 1).all()


def test_early_stopping_takes_any_number_for_better_than_none():
    model = network()
    stopping = EarlyStopping(model, patience=2)
    assert [stopping.update(v) for v in (np.nan, 0.3, np.nan, 0.2)] == [False, False, False, True]
    assert (stopping.best, stopping.best_step) == (0.3, 1)
    assert [EarlyStopping(model, patience=1).update(np.nan), stopping.update(np.nan)] == [False, True]


@pytest.mark.parametrize(("out", "t"), [((3, 2), (3, 1)), ((3, 2), (4,)), ((3,), (3,))])
def test_accuracy_never_broadcasts(out, t):
    with pytest.raises(ValueError, match=r"accuracy: needs outputs \(n, classes\) and classes \(n,\), got"):
        accuracy(np.zeros(out), np.zeros(t))


def test_restoring_before_any_update_is_named():
    with pytest.raises(RuntimeError, match="has not been called"):
        EarlyStopping(network()).restore()


@pytest.mark.parametrize("schedule", [lambda: 0.3, lambda: Plateau(0.3, patience=0, cooldown=1)])
def test_a_changed_learning_rate_is_resumed_too(schedule, data, tmp_path):
    def run(model, optimizer, losses):
        for value in losses:
            list(fit(model, F.cross_entropy, optimizer, batches(*data, size=60)))
            lr = optimizer.param_groups[0]["lr"]
            optimizer.lr = lr if isinstance(lr, Plateau) else optimizer.lr / 2
            if isinstance(lr, Plateau):
                lr.report(value)

    losses = (1.0, 1.0, 1.0, 0.5, 0.6, 0.7)
    whole, first, second = network(), network(), network()
    opt, opt_a, opt_b = (SGD(m.parameters(), lr=schedule(), momentum=0.9) for m in (whole, first, second))
    run(whole, opt, losses)
    run(first, opt_a, losses[:3])
    checkpoint.save_run(tmp_path / "run", first, opt_a)
    checkpoint.load_run(tmp_path / "run", second, opt_b)
    run(second, opt_b, losses[3:])
    assert opt_b.lr == opt.lr
    for a, b in zip(whole.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)


def test_a_resumed_run_equals_an_undisturbed_one_to_the_last_bit(data, tmp_path):
    def run(epochs, model, optimizer, rng, history):
        for _ in range(epochs):
            losses = list(fit(model, F.cross_entropy, optimizer, batches(*data, size=32, rng=rng)))
            history.add(loss=np.mean(losses))

    whole, opt, rng, history = network(), None, np.random.default_rng(3), History()
    run(6, whole, SGD(whole.parameters(), lr=lambda step: 0.2 / (1 + step), momentum=0.9), rng, history)

    first, rng_a, history_a = network(), np.random.default_rng(3), History()
    opt = SGD(first.parameters(), lr=lambda step: 0.2 / (1 + step), momentum=0.9)
    run(2, first, opt, rng_a, history_a)
    checkpoint.save_run(tmp_path / "run.npz", first, opt, rng=rng_a, history=history_a)

    second, rng_b = network(seed=77), np.random.default_rng(123)
    opt = SGD(second.parameters(), lr=lambda step: 0.2 / (1 + step), momentum=0.9)
    resumed = checkpoint.load_run(tmp_path / "run.npz", second, opt, rng=rng_b)
    run(4, second, opt, rng_b, resumed)
    assert resumed.columns == history.columns
    for a, b in zip(whole.state_dict().values(), second.state_dict().values(), strict=True):
        assert np.array_equal(a, b)


def test_a_file_that_holds_no_run_is_named(tmp_path):
    model = network()
    path = save(model.state_dict(), tmp_path / "m.npz")
    with pytest.raises(ValueError, match=r"load_run: .*m\.npz holds no training run"):
        checkpoint.load_run(path, model, SGD(model.parameters(), lr=0.1))


def test_another_model_or_optimizer_is_refused(tmp_path):
    model = network()
    opt = SGD(model.parameters(), lr=0.1, momentum=0.9)
    checkpoint.save_run(tmp_path / "run.npz", model, opt, history=History())  # before the first epoch
    small = Sequential(Linear(2, 2, rng=np.random.default_rng(0)))
    with pytest.raises(ValueError, match="load_state_dict"):
        checkpoint.load_run(tmp_path / "run.npz", small, opt)
    with pytest.raises(ValueError, match="load_state_dict: the state must be of Adam, got 'SGD'"):
        checkpoint.load_run(tmp_path / "run.npz", model, Adam(model.parameters()))
    with pytest.raises(ValueError, match="no state for a PCG64"):
        checkpoint.load_run(tmp_path / "run.npz", model, opt, rng=np.random.default_rng(0))


def test_the_progress_bar_passes_everything_through(capsys):
    assert list(progress(range(5), "epochs")) == [0, 1, 2, 3, 4]
    assert "epochs" in capsys.readouterr().err
