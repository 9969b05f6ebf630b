"""The pictures of the lessons' text show what their words say; each function is the whole call of one picture cell."""

import ast
import importlib
import inspect
import pkgutil

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from course_lib.topics import loss_runs
from course_lib.topics import perceptron as fire
from course_lib.viz import folds, pictures
from course_lib.viz.pictures import (
    backprop,
    convolutional,
    deep_networks,
    dense,
    digits,
    failing,
    logistic,
    multilayer,
    optimisation,
    perceptron,
    photos,
    recurrent,
    regression,
    search,
    training,
)
from course_lib.viz.style import ORANGE
from course_lib.widgets.deep_folds import STARTS as DEEP
from course_lib.widgets.deep_folds import layers
from course_lib.widgets.folds import STARTS, weights
from grading.lessons.cells import tree_of
from grading.lessons.source import read_lessons
from grading.paths import Folders


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def _ringed(ax):
    """The rings round what a line misclassifies."""
    return next(c for c in ax.collections if c.get_label() == "misclassified")


def titles(many):
    return [ax.get_title(loc="left") or ax.get_title() for ax in np.ravel(many)]


def test_every_function_is_the_picture_of_a_lesson_and_no_other():
    called = set()
    for lesson in read_lessons(Folders().solutions):
        for cell in lesson.cells:
            if cell.role == "picture" and "viz.pictures" in cell.source:
                call = tree_of(cell.source).body[-1].value
                called.add(ast.unparse(call.func))
            elif "viz.pictures import regression" in cell.source and "regression.rates()" in cell.source:
                called.add("regression.rates")  # what a cell says of a picture
    there = set()
    for info in pkgutil.iter_modules(pictures.__path__):
        module = importlib.import_module(f"{pictures.__name__}.{info.name}")
        own = inspect.getmembers(module, inspect.isfunction)
        there |= {f"{info.name}.{n}" for n, f in own if f.__module__ == module.__name__ and not n.startswith("_")}
    assert called == there


def test_the_photograph_is_shown_with_a_window_and_a_threshold():
    figure = photos.zoomed(row=62, column=70, threshold=120)
    assert titles(figure.axes)[:3] == ["the photograph", "the window as numbers", "brighter than 120"]
    assert figure.axes[0].images[0].get_array().shape == (200, 200)


@pytest.mark.parametrize("draw", [photos.one_answer, photos.shifted_taps])
def test_the_photograph_is_filtered_from_a_hundred_pixels(draw):
    shown = draw()
    assert any(image.get_array().shape[0] >= 80 for ax in np.ravel(shown) for image in ax.images)


def test_the_learned_line_makes_no_mistake_and_the_guess_does():
    guess, learned = perceptron.guess_and_learned()
    ringed = [_ringed(ax) for ax in (guess, learned)]
    assert len(ringed[0].get_offsets()) > 0
    assert len(ringed[1].get_offsets()) == 0


def test_a_neuron_adds_up_and_compares():
    assert {"add up", "compare", "$w_d$", "$y$"} <= set(texts(perceptron.neuron()))


def test_distances_along_the_normal_are_those_of_the_points():
    shown = " ".join(texts(perceptron.normal()))
    assert "(2, 6)" in shown
    assert "4" in shown  # (3 * 2 + 4 * 6 - 10) / 5
    assert "score > 0" in shown


def test_a_plane_stands_between_two_classes_in_space():
    ax = perceptron.plane()
    assert ax.name == "3d"
    assert sum(len(c.get_offsets()) for c in ax.collections if hasattr(c, "_offsets3d")) == 24


def test_the_counts_above_three_lines_are_true():
    for ax in perceptron.three_lines():
        wrong = _ringed(ax)
        assert ax.get_title(loc="left").endswith(f": {len(wrong.get_offsets())} wrong")


def test_the_sum_over_all_samples_falls_and_that_over_mistakes_does_not():
    _, everything, mistakes = perceptron.unbounded().lines
    assert np.all(np.diff(everything.get_ydata()) < 0)
    assert np.all(mistakes.get_ydata() >= 0)


def test_learning_ends_without_mistakes():
    found = titles(perceptron.learning())
    assert found[0].startswith("after 1 update:")
    assert found[-1].endswith(": 0 wrong")


def test_two_lines_make_exclusive_or():
    left, right = perceptron.xor()
    assert [t.get_text() for t in left.get_legend().get_texts()][-2:] == ["p OR q", "p NAND q"]
    assert {"01 and 10", "00", "11"} <= set(texts(right))
    hidden = perceptron._hidden_layer(fire.corners(2))
    assert fire.fire(perceptron.BOTH_ON, hidden).astype(int).tolist() == [0, 1, 1, 0]


def test_the_timeline_names_every_event_and_year():
    shown = texts(perceptron.timeline())
    for year, text, _ in perceptron.EVENTS:
        assert str(year) in shown
        assert text in shown


def test_only_the_sigmoid_shows_how_sure_it_is():
    threshold, sure = (ax.images[0].get_array() for ax in logistic.threshold_and_sigmoid())
    between = [np.mean((y > 0.1) & (y < 0.9)) for y in (threshold, sure)]
    assert between[0] < 0.01 < between[1]


def test_a_low_temperature_is_steeper_and_a_bias_moves_the_middle():
    curves = [
        next(x for x in ax.lines if x.get_label() == "sigmoid neuron").get_data() for ax in logistic.three_neurons()
    ]
    assert np.interp(1, *curves[1]) > np.interp(1, *curves[0]) > np.interp(1, *curves[2])
    assert np.interp(2, *curves[2]) == pytest.approx(0.5, abs=1e-3)


def test_the_slopes_drawn_are_those_of_the_losses_drawn():
    left, right = logistic.losses()
    z = left.lines[0].get_xdata()
    for loss, slope in zip(left.lines, right.lines, strict=True):
        np.testing.assert_allclose(np.gradient(loss.get_ydata(), z)[1:-1], slope.get_ydata()[1:-1], atol=1e-3)


def test_descent_falls_with_the_small_rate():
    rows = logistic.descent()
    assert titles(rows[:, 0]) == ["learning rate 1, 20 steps", "learning rate 20, 20 steps"]
    assert np.all(np.diff(rows[0, 1].lines[0].get_ydata()) < 0)


def test_far_points_turn_least_squares_only():
    wrong = [len(_ringed(ax).get_offsets()) for ax in logistic.outliers()]
    assert wrong[0] > wrong[1] == 0


def test_five_features_bend_the_border():
    straight, bent = (ax.images[0].get_array() > 0.5 for ax in logistic.banana())
    changes = [np.abs(np.diff(side.astype(int), axis=1)).sum(axis=1).max() for side in (straight, bent)]
    assert changes[0] <= 1 < changes[1]


def test_the_way_back_is_drawn_to_its_end():
    assert "back to the left" in backprop.whole_way_back().get_title(loc="left")
    shown = [sum(map(bool, texts(ax))) for ax in backprop.three_steps()]
    assert shown[0] < shown[1] <= shown[2]


def test_a_value_used_twice_has_both_gradients_in_the_end():
    early, late = (len(texts(ax)) for ax in backprop.used_twice())
    assert early < late


def test_the_hinge_falls_and_relu_rises():
    hinge, relu = multilayer.hinge_and_relu()
    assert hinge.lines[0].get_ydata()[0] == 4
    assert relu.lines[0].get_ydata()[-1] == 3


def test_every_hyperplane_adds_regions():
    w1, b1, w2 = weights(STARTS["three folds"])
    shown = [t for t in titles(multilayer.one_by_one(w1, b1, w2).axes) if "regions" in t]
    assert shown == [f"{k} hyperplane{'s' * (k > 1)}, {folds.regions(w1[:k], b1[:k])} regions" for k in (1, 2, 3)]


def test_a_folded_surface_and_a_ridge_are_drawn_in_space():
    assert any(ax.name == "3d" for ax in multilayer.folded(*weights(STARTS["three folds"])).axes)
    figure = multilayer.ridge(*weights(STARTS["a ridge"]))
    assert sum(ax.name == "3d" for part in figure.subfigs for ax in part.axes) == 2


def test_each_tent_has_twice_the_pieces():
    for k, ax in enumerate(multilayer.tents(), 1):
        slopes = np.sign(np.diff(ax.lines[0].get_ydata()))
        assert 1 + np.count_nonzero(np.diff(slopes)) == 2**k


def test_races_are_run_on_the_grounds_asked_for():
    many = optimisation.races(("saddle", "ravine"), size=(2.0, 2.0), title="on the {}")
    assert titles(many) == ["on the saddle", "on the ravine"]
    assert [ax.get_legend() is not None for ax in many] == [True, False]


def test_smaller_batches_take_more_and_noisier_steps():
    lengths = [max(len(line.get_xdata()) for line in ax.lines) for ax in optimisation.noise()]
    assert lengths == [4, 25, 193]


def test_momentum_reaches_a_final_speed():
    left, _ = optimisation.particle()
    speeds = {line.get_label(): line.get_ydata()[-1] for line in left.lines}
    assert speeds["$\\mu$ = 0.5"] == pytest.approx(2)
    assert speeds["$\\mu$ = 0.9"] == pytest.approx(10, rel=1e-3)


def test_each_look_ahead_of_nesterov_goes_on_along_the_velocity():
    """From p by a share mu of the old velocity, from the new p by the same share of the new one."""
    ax = optimisation.lookahead()
    p, w, new_p, new_w = (np.ravel(line.get_xydata()) for line in ax.lines)
    np.testing.assert_allclose(new_w - new_p, 0.6 * (new_p - p))
    assert w[0] * (new_p - p)[1] != w[1] * (new_p - p)[0]  # the gradient has turned the velocity


def test_three_places_on_the_way_and_the_tangent_of_the_middle_one():
    ax = backprop.along()
    tangent, places = ax.lines[1], ax.lines[2].get_xydata()
    assert list(places[:, 0] + places[::-1, 0]) == [0, 0, 0]
    slope = np.diff(tangent.get_ydata()) / np.diff(tangent.get_xdata())
    central, ahead = (places[2] - places[0]), (places[2] - places[1])
    assert abs(central[1] / central[0] - slope[0]) < abs(ahead[1] / ahead[0] - slope[0]) / 4


def test_every_schedule_but_the_warm_up_never_rises():
    left, right = optimisation.rates()
    for line in (*left.lines, right.lines[0]):
        assert np.all(np.diff(line.get_ydata()) <= 1e-12)
    assert right.lines[1].get_ydata()[0] < right.lines[1].get_ydata()[10]


def test_signals_are_followed_through_the_stacks():
    assert [len(ax.lines) for ax in training.spread_by_depth()] == [4, 4]
    assert [len(ax.lines) for ax in training.spread_at_first()] == [3, 3]  # Xavier's would give a prediction away
    assert len(training.histograms_by_depth().axes) == 15
    assert training.signal().axes


def test_the_white_cloud_has_unit_variances():
    white = training.whitened()[-1].collections[0].get_offsets()
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(2), atol=0.01)


def test_patches_are_shown_in_four_rows():
    grid = training.patches()
    assert [row[0].get_ylabel() for row in grid] == ["principal axes", "patches", "the same, ZCA", "rows of ZCA"]


def test_dropout_takes_units_and_their_connections():
    whole, thinned = training.dropout()
    assert len(whole.lines) == 4 * 6 + 6 * 6 + 6 * 3
    assert len(thinned.lines) == 4 * 4 + 4 * 4 + 4 * 3


def test_a_digit_is_changed_and_the_mirrored_one_marked():
    many = training.augmented()
    first, mirrored = many[0].images[0].get_array(), many[-1].images[0].get_array()
    np.testing.assert_array_equal(mirrored, first[:, ::-1])
    assert [ax.title.get_color() == "black" for ax in many] == [True] * 5 + [False]


def test_ten_outputs_add_up_to_one():
    _, _, bars = digits.ten_outputs()
    assert sum(bar.get_height() for bar in bars.patches) == pytest.approx(1)


def test_loops_are_counted():
    assert titles(digits.loops()) == ["9: one loop", "6: one loop", "8: two loops", "9: no loop"]


def test_the_vote_shown_is_split():
    assert len(digits.split_vote().axes) == 14


def test_stopping_marks_the_lowest_loss():
    ax = digits.stopping()
    assert ax.lines[0].get_ydata().argmin() == 6
    assert texts(ax) == ["best: these weights are kept", "stop"]


def test_the_titles_count_the_rates_tried():
    for ax, rates in zip(digits.search(), (3, 9), strict=True):
        assert len(np.unique(ax.collections[-1].get_offsets()[:, 0].round(9))) == rates
        assert f"{rates} rates tried" in ax.get_title(loc="left")


def test_a_larger_pool_leaves_smaller_maps():
    sizes = [
        np.ravel(many)[-1].images[0].get_array().shape[0] for many in (digits.stage_maps(), digits.stage_maps(size=4))
    ]
    assert sizes[1] < sizes[0]


def test_one_scene_has_three_kinds_of_answer():
    many = dense.answers()
    assert texts(many[1])[0].split() == ["disc", "square", "triangle"]
    mask, edge = (many[k].images[0].get_array() for k in (2, 3))
    assert set(np.unique(mask)) == {0, 1, 2, 3}
    assert 0 < edge.mean() < 0.4


def test_unpooled_numbers_stand_where_the_switches_say():
    many = dense.switches()
    before, largest, where, back = (ax.images[0].get_array() for ax in many)
    framed = [[p.get_width() for p in ax.patches if p.get_edgecolor() == to_rgba(ORANGE)] for ax in many]
    assert framed == [[2] * 6, [1] * 6, [1] * 6, [2] * 6]
    assert np.array_equal(back.ravel()[where.ravel().astype(int)], largest.ravel())
    assert np.array_equal(before[back > 0], back[back > 0])


def test_pooling_costs_resolution_and_skips_bring_it_back():
    reached = [float(line[2].get_title().split()[-1]) for line in dense.three_sights()]
    assert reached[0] < 0.9
    assert reached[1:] == [1.0, 1.0]


def test_the_unrolled_network_has_a_cell_for_every_letter():
    loop, chain = recurrent.folded_and_unrolled("ab")
    assert {"$h$", "x", "$y$"} <= set(texts(loop))
    assert {"$h_1$", "$h_2$", "a", "b", "$h_0$"} <= set(texts(chain))


def test_without_tanh_gradients_are_powers_and_with_it_smaller():
    linear, squashed = recurrent.eigenvalues()
    for r, line in zip((0.9, 1.0, 1.5), linear.lines, strict=True):
        np.testing.assert_allclose(line.get_ydata(), r ** np.arange(61), rtol=1e-9)
    ends = [[line.get_ydata()[-1] for line in ax.lines] for ax in (linear, squashed)]
    assert all(with_tanh < without for without, with_tanh in zip(*ends, strict=True))
    assert ends[1][2] > 1


def test_gates_as_they_start_and_gates_opened_and_orthogonal_starts_differ_by_orders():
    ends = {line.get_label(): line.get_ydata()[-1] for line in recurrent.gradients_by_cell().lines}
    assert ends["RNN"] < ends["LSTM"] < 1e-8
    assert ends["GRU"] < 1e-8
    assert ends["LSTM, forget bias 1"] > 1e4 * ends["LSTM"]
    assert ends["RNN, orthogonal"] > 1e8 * ends["RNN"]


def test_the_unrolled_cell_has_read_the_word_and_the_gradient_is_back():
    chain, gates, norms = recurrent.unrolled()
    assert [t for t in texts(chain) if len(t) == 1] == list("recurrent")
    assert [t.get_text() for t in gates.get_xticklabels()] == ["input", "forget", "new", "output"]
    assert len(norms.lines[0].get_xdata()) == 10


def test_padding_is_marked_by_dots():
    assert texts(recurrent.names_padded()).count("·") == 5 + 0 + 4 + 2


def test_every_fault_has_a_panel_beside_the_healthy_run():
    many = recurrent.faulty_runs()
    assert titles(many) == ["A", "B", "C", "D"]
    healthy = [ax.lines[0].get_ydata() for ax in many]
    assert all(np.array_equal(line, healthy[0]) for line in healthy)


def test_three_tasks_are_shown_side_by_side():
    shown = regression.opening()
    assert titles(shown.axes)[0] == "where are the joints?"
    assert len(shown.axes) == 6
    assert len(shown.axes[-1].patches) == 3


def test_grey_frames_differ_and_the_first_and_last_are_shown():
    many = regression.two_inputs()
    frames = [ax.images[0].get_array() for ax in many[2:]]
    assert np.array_equal(many[1].images[0].get_array(), frames[-1])
    assert np.abs(frames[0] - frames[-1]).max() > 0.3


def test_the_joints_of_six_hands_lie_on_them():
    for ax in regression.six_hands():
        image, places = ax.images[0].get_array(), ax.lines[-1].get_xydata()
        columns, rows = np.rint(places).astype(int).T
        assert len(places) == 16
        assert len(ax.lines) == 16  # 15 bones, and the joints
        assert np.mean(image[rows, columns] > 0) > 0.9


def test_maps_are_bright_at_their_joints():
    figure, *maps = regression.maps()
    joints = figure.lines[-1].get_xydata()
    for ax, k in zip(maps, (0, 4, 10), strict=True):
        row, column = np.unravel_index(ax.images[0].get_array().argmax(), (16, 16))
        assert np.allclose((column * 4 + 1.5, row * 4 + 1.5), joints[k], atol=2.6)


def test_six_persons_are_shown_five_times():
    assert [t for t in titles(regression.people()) if t] == [f"person {k}" for k in range(1, 7)]


def test_the_threshold_rests_where_both_kinds_overlap():
    left, right = regression.threshold().axes
    assert left.get_title(loc="left").startswith("FAR")
    assert right.get_title(loc="left").startswith("precision")


def test_three_boxes_stand_in_a_chain():
    ax = regression.chain()
    assert [patch.get_x() for patch in ax.patches] == [0, 3, 6]
    assert texts(ax) == ["A: 0.9", "B: 0.8", "C: 0.7"]


def test_the_rates_that_are_told_are_those_of_the_slow_and_the_restless_run():
    assert regression.rates() == (regression.RUNS["C"][0]["rate"], regression.RUNS["B"][0]["rate"])
    assert 10 * regression.rates()[0] < 0.1 < regression.rates()[1]  # small_run's own rate lies well between


def test_each_of_five_runs_shows_its_fault():
    ends = {}
    for ax in regression.five_runs():
        _, training, validation = (line.get_ydata() for line in ax.lines)
        ends[ax.get_title(loc="left")[-1]] = training, validation
    last = {letter: (t[-3:].mean(), v[-3:].mean()) for letter, (t, v) in ends.items()}
    assert last["A"][0] < 0.2 < 0.5 < last["A"][1] < 0.8
    assert ends["B"][1].min() < last["B"][1] - 0.3
    assert last["C"][1] == pytest.approx(last["C"][0], abs=0.08)
    assert ends["C"][0][-1] < ends["C"][0][10] - 0.05
    assert last["D"][1] < last["D"][0] - 0.1
    assert last["E"][0] < 0.6 < 1.2 < last["E"][1]


def test_the_opening_s_digit_is_read_otherwise_after_a_change_within_its_bound():
    image, change, attacked, bars = failing.opening()
    assert image.get_title() == "a 3, read as 3"
    assert attacked.get_title() != "read as 3"
    assert np.abs(change.images[0].get_array()).max() <= 0.15 + 1e-6
    heights = [bar.get_height() for bar in bars.patches]
    assert sum(heights) == pytest.approx(2)


def test_the_hardened_network_s_answer_moves_less():
    plain, hardened = failing.explorer()
    moved = []
    for line in (plain, hardened):
        heights = np.array([bar.get_height() for bar in line[-1].patches])
        moved.append(np.abs(heights[:10] - heights[10:]).sum())
    assert moved[1] < 0.7 * moved[0]


def test_many_short_steps_end_higher_than_one_long_one():
    ax = failing.ball()
    path = ax.lines[0].get_xydata()
    assert np.abs(path - path[0]).max() <= 0.15 + 1e-9
    corner = ax.texts[0].xy
    top = np.array([0.34, 0.58])
    assert np.abs(path[-1] - top).max() < np.abs(corner - top).max()


def test_the_masked_slope_is_zero_until_the_image_is_read_wrongly():
    plain, masked = failing.masked()
    wrong = masked.patches[0].get_x()
    for ax, flat in ((plain, False), (masked, True)):
        way, slope = ax.lines[0].get_data()
        assert np.all(slope[way < wrong - 0.02] == 0) == flat


def test_maps_are_shown_for_the_trained_and_the_random_network():
    grid = failing.sanity()
    names = [line[0].get_ylabel() for line in grid]
    assert names[1:3] == ["gradient, trained", "gradient, random"]
    edges = [[ax.images[0].get_array() for ax in line] for line in grid[-2:]]
    assert np.array_equal(*edges)


def test_each_class_has_an_image_of_its_own_in_both_networks():
    for line in failing.dreams():
        shown = [ax.images[0].get_array() for ax in line]
        assert len({image.tobytes() for image in map(np.asarray, shown)}) == 10


def test_only_animals_carry_the_tag():
    shown = [ax.images[0].get_array() for ax in failing.tagged()]
    tagged = [bool(np.all(image[-4:-2, 2:4] == 1) and np.all(image[-5, 1:5] == 0)) for image in shown]
    assert tagged == [True] * 6 + [False] * 6


def test_the_example_of_the_experiment_says_that_it_is_simulated():
    *pictures_shown, histogram = failing.experiment()
    assert len(pictures_shown) == 60
    assert "simulated, no person" in histogram.get_title(loc="left")
    assert sum(bar.get_height() for bar in histogram.containers[0]) == 60


def test_the_opening_shows_that_a_search_bends_an_even_prior():
    _, tree, bars = search.loop()
    before, after = ([b.get_height() for b in c] for c in bars.containers)
    assert before == [0.25] * 4
    assert max(after) > 0.4
    assert sum(after) == pytest.approx(1)
    assert len(texts(tree)) == 5


def test_the_widget_s_twin_has_as_many_simulations_as_asked():
    _, tree = search.explored(40)
    assert texts(tree)[0].startswith("N 40")
    assert sum(int(t.split("N ")[1].split("\n")[0]) for t in texts(tree)[1:] if t) > 40


def test_a_simulation_has_four_steps_and_its_value_turns_its_sign():
    many = search.four_steps()
    assert titles(many) == ["1. select", "2. expand", "3. evaluate", "4. back up"]
    assert [t for t in texts(many[3]) if t[0] in "+−"] == ["−0.4", "+0.4", "−0.4"]


def test_a_lower_temperature_is_surer():
    heights = [max(b.get_height() for b in ax.patches) for ax in search.temperatures()[:3]]
    assert heights[0] < heights[1] < heights[2]


def test_the_circle_of_learning_has_four_stations():
    assert {"network", "tree search", "self-play", "targets"} <= set(texts(search.cycle()))


def test_four_runs_are_drawn_under_their_letters():
    many = search.lettered(generations=2)
    assert [line.get_label() for line in many[0].lines] == list("ABCD")
    assert titles(many) == list(search.PANELS)


@pytest.mark.parametrize("draw", [optimisation.faults, training.faults, digits.faults])
def test_faulty_runs_stand_under_letters_and_do_not_tell_their_faults(draw):
    many = draw()
    assert titles(many) == list("ABCD")
    for ax in many:
        told = {t.get_text() for t in ax.get_legend().get_texts()}
        assert not {name for name in told if "rate" in name or "dropout" in name or "shuffled" in name}
        assert len(ax.lines) >= 2


def test_the_graph_of_batch_norm_uses_x_and_c_twice():
    ax = training.norm_graph()
    assert {"x", "c", "r", "γ", "β", "y"} <= set(texts(ax))
    arrows = [t for t in ax.texts if getattr(t, "arrow_patch", None) is not None]
    begins = [tuple(t.xyann) for t in arrows]
    assert sorted(begins.count(place) for place in ((0, 0), (2, 0), (4.2, 1))) == [1, 2, 2]
    boxes = {t.get_position(): t.get_bbox_patch() for t in ax.texts if t.get_bbox_patch() is not None}
    assert all(t.arrow_patch.patchB is boxes[tuple(t.xy)] for t in arrows)  # or a head hides under its box


def test_two_layers_are_shown_folded_and_unfolded_with_their_regions():
    figure = multilayer.folded_twice(layers(DEEP["most regions"]), layers(DEEP["a slanting fold"]))
    told = [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes]
    assert told == ["The sheet after the first layer", "11 regions", "The sheet after the first layer", "10 regions"]


def test_every_faulty_loss_stands_beside_the_healthy_one():
    many = multilayer.faulty_losses()
    assert titles(many) == list("ABCDE")
    for ax, fault in zip(many, loss_runs.FAULTS.values(), strict=True):
        healthy, faulty = (line.get_ydata() for line in ax.lines[:2])
        np.testing.assert_allclose(healthy, loss_runs.loss_run())
        np.testing.assert_allclose(faulty, loss_runs.loss_run(fault))


def test_four_faulty_convnets_stand_beside_the_healthy_one():
    many = convolutional.faulty_runs(epochs=2)
    assert titles(many[0]) == list("ABCD")
    for ax, letter in zip(many[0], "ABCD", strict=True):
        assert [line.get_label() for line in ax.lines] == ["healthy", letter]
    shares = [sum(bar.get_height() for bar in patches) for ax in many[1] for patches in ax.containers]
    assert shares == pytest.approx([1] * 8)


def test_pieces_of_digits_are_shown_filter_by_filter():
    figure = convolutional.second_stage(epochs=1)
    shown = [ax for ax in plt.gcf().axes if ax.images]
    assert figure is not None
    assert len(shown) == 45
    assert {ax.images[0].get_array().shape for ax in shown} == {(14, 14)}
    assert sum(title.startswith("filter ") for title in titles(shown)) == 5


def test_four_faulty_deep_runs_show_three_things_each():
    many = deep_networks.faulty_runs(steps=30)
    assert titles(many[0]) == list("ABCD")
    assert [len(ax.lines[0].get_xdata()) for ax in many[:, 0]] == [2, 2, 30]
    assert {ax.get_yscale() for ax in many[[0, 2]].ravel()} == {"log"}
