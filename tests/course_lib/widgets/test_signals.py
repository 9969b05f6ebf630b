"""The explorer of signals shows what its controls say."""

import numpy as np

from course_lib.viz.signals import deep_stack
from course_lib.widgets.signals import signal_explorer


def parts(box):
    panel, picture = box.children
    *controls, readout = panel.children
    return picture, readout, {c.description: c for c in controls}


def test_scale_activation_depth_and_norm_reach_the_readout_and_the_picture():
    picture, readout, controls = parts(signal_explorer(scale=1.0, activation="relu", depth=20))
    assert picture.png[:4] == b"\x89PNG"
    seen = {picture.png}
    for name, value in (("scale c", 0.1), ("activation", "tanh"), ("layers", 7), ("batch normalisation", True)):
        controls[name].value = value
        assert picture.png not in seen
        seen.add(picture.png)
    want = deep_stack(0.1 / 10, activation="tanh", depth=7, norm=True, width=100, rng=np.random.default_rng(0))
    assert f"activations, layer 7</td><td><b>{want.spreads[-1]:.2e}" in readout.value
    assert f"gradient, first layer</td><td><b>{want.gradients[0]:.2e}" in readout.value


def test_units_that_never_change_are_counted():
    _, readout, _ = parts(signal_explorer(scale=0.01, activation="relu", depth=50))
    assert "units that never change</td><td><b>0%" not in readout.value
    _, readout, _ = parts(signal_explorer(scale=1.4, activation="tanh", depth=4))
    assert "units that never change</td><td><b>0%" in readout.value
