"""Roofline, noise scale, loss scaling, power laws, batch sizes: against values known in advance and fake clocks."""

import itertools

import numpy as np
import pytest

from course_lib.topics import batch_sizes, loss_scaling, noise_scale, power_law, roofline, scaling_runs, worker_runs


@pytest.fixture
def rng():
    return np.random.default_rng(18)


def test_work_is_counted_as_written_on_paper():
    layer = roofline.convolution(2, 3, 8, 6, 5, 3, padding=1)
    assert layer.operations == 2 * 2 * 5 * 8 * 6 * 27
    assert layer.bytes == 4 * (2 * 3 * 48 + 5 * 27 + 2 * 5 * 48)
    assert roofline.linear(2, 3, 5).intensity == 60 / (4 * (6 + 15 + 10))
    assert roofline.elementwise(10).bytes == 80


def test_the_roof_is_a_slope_and_then_flat():
    assert roofline.attainable([1, 10, 100], 2.0, 50.0).tolist() == [2.0, 20.0, 50.0]


def test_the_shortest_run_after_the_first_counts():
    ticks = iter([0.0, 3.0, 5.0, 6.0, 10.0, 12.0])
    runs = itertools.count()
    assert roofline.best_seconds(lambda: next(runs), repeats=3, clock=lambda: next(ticks)) == 1.0
    assert next(runs) == 4
    assert roofline.measure_bandwidth(1 << 16, repeats=2) > 1e6
    assert roofline.measure_peak(32, repeats=2) > 1e6


def test_the_noise_scale_from_workers_is_that_of_all_samples(rng):
    true = rng.normal(size=30)
    samples = true + 3 * rng.normal(size=(8000, 30))
    exact = noise_scale.exact_noise_scale(samples)
    drawn = samples[rng.integers(0, 8000, (1500, 4, 5))].mean(2)
    assert noise_scale.noise_scale(drawn, 5) == pytest.approx(exact, rel=0.1)
    assert exact == pytest.approx(270 / (true @ true), rel=0.1)
    with pytest.raises(ValueError, match="2 or more workers"):
        noise_scale.noise_scale(drawn[:, :1], 5)
    with pytest.raises(ValueError, match="noise hides the gradient"):
        noise_scale.noise_scale(np.array([[[1.0], [-1.0]]]), 5)
    assert noise_scale.steps_needed([10, 1e9], 10, 7).tolist() == pytest.approx([14, 7])


def test_loss_scaling_saves_what_underflows_and_backs_off_from_overflow(rng):
    scale = loss_scaling.LossScale(2.0**10, patience=2)
    assert scale.unscale([np.array([np.inf], np.float16)]) is None
    assert scale.scale == 2.0**9
    plain = scale.unscale([np.array([512.0, 3 * 2.0**-24], np.float16)])[0]
    assert plain.dtype == np.float32
    assert plain.tolist() == [1.0, 3 * 2.0**-33]
    scale.unscale([np.zeros(1, np.float16)])
    assert (scale.scale, scale.good) == (2.0**10, 0)
    x = 1e-4 * rng.normal(size=(50, 4))
    t = x @ np.array([3.0, -2.0, 1.0, 4.0])
    exact = x.T @ (x @ np.zeros(4) - t) / 50
    lost, kept = (loss_scaling.half_gradient(x, t, np.zeros(4), s).astype(float) / s for s in (1.0, 16384.0))
    assert np.abs(kept - exact).max() < 0.02 * np.abs(exact).max()
    assert np.abs(lost - exact).max() > 0.2 * np.abs(exact).max()


def test_power_laws_are_found_again():
    x = np.array([10.0, 30, 100, 300, 1000])
    assert power_law.fit_power(x, 5 * x**-0.4) == pytest.approx((5, 0.4))
    floor, a, b = power_law.fit_floor(x, 0.2 + 5 * x**-0.7)
    assert (floor, a, b) == pytest.approx((0.2, 5, 0.7), rel=0.05)
    with pytest.raises(ValueError, match="two or more different"):
        power_law.fit_power([1.0, 1.0], [2.0, 3.0])


def test_a_wider_student_and_more_samples_leave_less_loss():
    ends = [scaling_runs.learn(width, None, 300)[-1][1] for width in (2, 16)]
    assert ends[1] < 0.6 * ends[0]
    few, many = (min(loss for _, loss in scaling_runs.learn(16, n, 300, every=50)) for n in (30, 1000))
    assert many < 0.8 * few
    assert [step for step, _ in scaling_runs.learn(2, 50, 100, every=40)] == [40, 80, 100]
    assert scaling_runs.weights(4) == 33
    values = scaling_runs.teacher(np.random.default_rng(0).normal(size=(4000, 6)))
    assert 0.7 < values.var() < 1.3


def test_the_meter_waits_before_both_readings():
    said = []
    clock = iter([10.0, 12.0])

    def read():
        said.append("clock")
        return next(clock)

    speed = batch_sizes.speed(lambda: said.append("step"), lambda: said.append("wait"), read, 6, 2, 1)
    assert speed == 6.0
    assert said == ["step", "wait", "clock", "step", "step", "wait", "clock"]


def test_a_table_of_batch_sizes_is_measured():
    x, t, *_ = worker_runs.digit_sets(128)
    x = x.astype(np.float32)
    seen = []
    rows = batch_sizes.measure(x, t, sizes=(16, 64), rates=(0.1, 0.5), seeds=2, tell=seen.append)
    assert tuple(seen) == rows
    assert [r.batch for r in rows] == [16, 64]
    assert all(np.isfinite(r.steps) and r.throughput > 0 and r.seconds > 0 for r in rows)
    assert rows[1].memory > rows[0].memory
    assert batch_sizes.steps_to(x, t, 16, 1e4, 0) == np.inf


def test_the_recorded_table_shows_what_the_lesson_says():
    rows = batch_sizes.RECORDED
    fastest = min(rows, key=lambda r: r.seconds)
    assert rows[0].batch < fastest.batch < rows[-1].batch
    assert min(rows, key=lambda r: r.steps) == rows[-1]
    assert rows[-1].throughput > 10 * rows[0].throughput
    assert rows[-1].memory > 5 * rows[0].memory
    assert rows[-1].rate > 4 * rows[0].rate
