"""The threshold explorer redraws for each of its controls and tells the rates."""

import numpy as np

from course_lib.viz.verification import outcome
from course_lib.widgets.verification import threshold_explorer


def test_picture_and_rates_follow_threshold_and_share():
    rng = np.random.default_rng(0)
    genuine, impostor = np.abs(rng.normal(1, 0.3, 60)), np.abs(rng.normal(2, 0.4, 90))
    controls, told, picture = threshold_explorer(genuine, impostor).children
    threshold, share = controls.children
    assert picture.png[:4] == b"\x89PNG"
    seen = [picture.png]
    for slider, value in ((threshold, 1.1), (share, 0.01)):
        slider.value = value
        assert picture.png not in seen
        seen.append(picture.png)
    now = outcome(genuine, impostor, threshold.value, 0.01)
    for name, rate in now.items():
        assert f"{name} <b>{rate:.1%}</b>" in told.value
