"""Lesson 15: its answers agree with the library and with scikit-learn, and what it says of its runs holds with room."""

import ast
import hashlib
import threading
import time
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from scipy.io import savemat
from sklearn import metrics

from course_lib import Tensor, nn
from course_lib import functional as F
from course_lib.data import datasets, hands
from course_lib.data.faces import faces, persons
from course_lib.data.scenes import poses
from course_lib.data.streets import streets
from course_lib.topics import detection, pose, verification
from course_lib.topics.popularity import popularity, r_squared
from course_lib.torch_models import bridge
from tests.solutions.reference import answers, lesson

LESSON = lesson("15_regression_and_verification")
NAMES = {"np": np, "F": F, "nn": nn, "Tensor": Tensor, "poses": poses, "time": time}
NAMES |= {"pose": pose, "verification": verification, "detection": detection}


@pytest.fixture(scope="module")
def own():
    """The reference answers; the open exercise's regressor is trained by the way."""
    return answers(LESSON, **NAMES)


@pytest.fixture
def rng():
    return np.random.default_rng(150)


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = ["pose_error", "hard_loss", "read_curves", "open_pose", "semi_hard", "roc", "equal_error", "fair_accuracy"]
    wanted += ["slide", "nms", "average_precision"]
    assert [e.id for e in LESSON.exercises if not e.predict] == wanted
    assert sum(e.predict for e in LESSON.exercises) == 2


def test_pose_answers_are_the_library_s(own, rng):
    joints, guess, seen = rng.uniform(0, 20, (4, 5, 2)), rng.uniform(-1, 1, (4, 5, 2)), rng.random((4, 5)) < 0.7
    assert np.allclose(own["pose_error"](guess, joints, seen, 20, 7.0), pose.pose_error(guess, joints, seen, 20, 7.0))
    y, t = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    for mine, library in zip(own["hard_loss"](y, t, 2), pose.hard_loss(y, t, 2), strict=True):
        assert np.allclose(mine, library)


def test_triplets_and_their_loss_are_the_library_s(own, rng):
    e, who = rng.normal(size=(12, 2)), rng.integers(0, 4, 12)
    apart = verification.distances(e, e)
    triplets = own["semi_hard"](apart, who, 0.7)
    assert np.array_equal(triplets, verification.semi_hard(apart, who, 0.7))
    for mine, library in zip(
        own["triplet_loss"](e, triplets, 0.7), verification.triplet_loss(e, triplets, 0.7), strict=True
    ):
        assert np.allclose(mine, library)


def test_rates_are_the_library_s_and_scikit_learn_s(own, rng):
    kind = rng.random(50) < 0.5
    score = np.round(rng.normal(size=50) + kind, 1)
    false, true, area = own["roc"](score, kind)
    want = metrics.roc_curve(kind, score, drop_intermediate=False)
    assert np.allclose(false, want[0])
    assert np.allclose(true, want[1])
    assert area == pytest.approx(metrics.roc_auc_score(kind, score))
    pairs = rng.normal(1, 0.5, 16), rng.normal(2, 0.5, 32)
    assert own["equal_error"](*pairs) == verification.equal_error_rate(*pairs)


@pytest.mark.parametrize("seed", range(300))
def test_of_equally_good_thresholds_the_smallest_is_taken_whatever_rounding_says(own, seed):
    rng = np.random.default_rng(seed)
    genuine, impostor = rng.integers(1, 8, rng.integers(3, 7)) * 1.0, rng.integers(2, 10, rng.integers(3, 7)) * 1.0
    gaps = {}
    for t in sorted({*genuine, *impostor}):
        far, frr = Fraction(int((impostor <= t).sum()), len(impostor)), Fraction(int((genuine > t).sum()), len(genuine))
        gaps[t] = abs(far - frr), float(far + frr) / 2
    best = min(gaps, key=lambda t: (gaps[t][0], t))
    for answer in (own["equal_error"], verification.equal_error_rate):
        rate, threshold = answer(genuine, impostor)
        assert threshold == best
        assert rate == pytest.approx(gaps[best][1])


def test_the_given_program_flatters_and_the_repaired_one_does_not(own):
    given = dict(NAMES)
    exec(LESSON.exercise("fair_accuracy").given.source, given)
    kind, hard = [], []
    for seed in range(10):  # embeddings that know nothing: fair is 0.5
        rng = np.random.default_rng(seed)
        old, new, who = rng.normal(size=(24, 3)), rng.normal(size=(24, 3)), np.repeat(np.arange(8), 3)
        kind.append(given["fair_accuracy"](old, who, new, who)[1])
        hard.append(own["fair_accuracy"](old, who, new, who)[1])
    assert np.mean(hard) == pytest.approx(0.5, abs=0.06)
    assert np.mean(kind) > 0.6


def test_detection_answers_are_the_library_s(own, rng):
    corner = rng.uniform(0, 12, (20, 2))
    boxes, scores = np.concatenate([corner, corner + rng.uniform(5, 9, (20, 2))], axis=1), rng.permutation(20) / 20
    truths = boxes[:6] + rng.normal(size=(6, 4)) * 0.5
    assert np.allclose(own["box_iou"](boxes, truths), detection.box_iou(boxes, truths))
    assert own["nms"](boxes, scores, 0.4) == detection.nms(boxes, scores, 0.4).tolist()
    right = own["mark"](boxes, scores, truths, 0.5)
    assert np.array_equal(right, detection.mark(boxes, scores, truths, 0.5))
    assert own["average_precision"](scores, right, 6) == pytest.approx(detection.average_precision(scores, right, 6))


def test_one_run_gives_the_scores_of_all_windows(own, rng):
    f, c, k, h, w, m = 2, 3, 3, 2, 4, 2
    kernel, bias = rng.normal(size=(f, c, k, k)), rng.normal(size=f)
    weight, offset = rng.normal(size=(m, f * h * w)), rng.normal(size=m)
    x = rng.normal(size=(2, c, 11, 14))
    got = own["slide"](x, kernel, bias, weight, offset, (f, h, w))
    tall, wide = 2 * h + k - 1, 2 * w + k - 1
    assert got.shape == (2, m, (11 - tall) // 2 + 1, (14 - wide) // 2 + 1)
    for i, j in np.ndindex(got.shape[2:]):
        window = x[:, :, 2 * i : 2 * i + tall, 2 * j : 2 * j + wide]
        maps = F.max_pool2d(F.relu(F.conv2d(window, kernel, bias)), 2).data
        assert np.allclose(got[:, :, i, j], maps.reshape(2, -1) @ weight.T + offset)


@pytest.mark.parametrize("seed", range(3))
def test_the_open_exercise_s_answer_clears_its_steps_with_room(own, seed):
    depth, _, joints = poses(300, size=24, rng=np.random.default_rng(seed))
    error = np.square(own["locate"](depth) - joints[:, 0]).mean()
    still = np.square(joints[:, 0].mean(0) - joints[:, 0]).mean()
    assert error < 0.75 < 0.85
    assert still > 2.2
    assert sum(p.data.size for p in own["net"].parameters()) <= 15_000


@pytest.mark.parametrize("seed", range(3))
def test_the_repaired_settings_clear_their_bound_with_room(own, seed):
    rng = np.random.default_rng(seed)
    train, (x, y) = pose.small_set(600, rng=rng), pose.small_set(200, rng=rng)
    net = pose.small_run(*train, **own["repaired"], rng=rng)[1]
    assert np.square(pose.predict(net, x) - y).mean() < 0.39 < 0.42


def test_the_ceiling_of_the_prediction_is_that_of_the_formula(own):
    rng = np.random.default_rng(0)
    signal = rng.normal(0, np.sqrt(3), 200_000)
    assert own["ceiling"] == round(100 * r_squared(signal, signal + rng.normal(0, np.sqrt(2), 200_000)))
    row = np.array([[0.0, 0, 12, 8], [3, 0, 15, 8], [6, 0, 18, 8]])
    assert np.allclose(detection.box_iou(row, row)[0], [1, 0.6, 1 / 3])
    assert own["stay"] == len(detection.nms(row, np.array([0.9, 0.8, 0.7]), 0.5))


def test_a_training_score_above_the_ceiling_is_luck_by_heart():
    rng = np.random.default_rng(0)
    x, y, expected = popularity(700, rng=rng)
    x = ((x - 0.35) / 0.25).astype(np.float32)
    net = pose.pose_net(1, 24, outputs=1, drop=0.0, rng=rng)
    t = ((y[:200, None] - y.mean()) / y.std()).astype(np.float32)
    pose.train_pose(net, x[:200], t, steps=250, rate=0.02, rng=rng)
    p = pose.predict(net, x)[:, 0] * y.std() + y.mean()
    ceiling = r_squared(expected[200:], y[200:])
    assert r_squared(p[200:], y[200:]) < ceiling - 0.1 < ceiling + 0.1 < r_squared(p[:200], y[:200])


def test_joints_are_found_from_depth_better_than_from_grey():
    rng = np.random.default_rng(0)
    depth, grey, joints = poses(450, size=24, rng=rng)
    targets = joints[:, 0].reshape(450, 22)
    errors = {}
    for name, x in {"depth": (depth - 0.2) / 0.3, "grey": (grey - 0.5) / 0.3}.items():
        net = pose.pose_net(1, 24, rng=np.random.default_rng(1))
        y = ((targets - targets.mean(0)) / targets.std(0)).astype(np.float32)
        pose.train_pose(net, x[:250], y[:250], steps=250, rate=0.1, rng=np.random.default_rng(2))
        errors[name] = np.square(pose.predict(net, x[250:]) - y[250:]).mean()
    assert errors["depth"] < 0.65 * errors["grey"]


def test_faces_of_strangers_are_told_apart_after_a_short_training():
    defined, rng = dict(NAMES), np.random.default_rng(0)
    from course_lib import optim

    defined |= {"optim": optim, "faces": faces}
    cell = next(c for c in LESSON.cells if c.kind == "code" and "def learn_faces" in c.source)
    exec(cell.source, defined)
    x, who = defined["photographs"](persons(60, rng=rng), 8, rng)
    x_new, who_new = defined["photographs"](persons(25, rng=rng), 5, rng)
    *_, (net, _) = defined["learn_faces"](x, who, steps=100, rng=rng)
    learned = verification.pair_distances(pose.predict(net, x_new), who_new)
    raw = verification.pair_distances(x_new.reshape(len(x_new), -1), who_new)
    assert verification.equal_error_rate(*learned)[0] < 0.25 < 0.33 < verification.equal_error_rate(*raw)[0]


def test_suppression_loses_people_or_keeps_doubles():
    rng = np.random.default_rng(3)
    _, truths = streets(80, rng=rng)
    recall, doubles = {}, {}
    for overlap in (0.05, 0.3, 0.7):  # a perfect detector that finds everybody three times
        found = kept = people = 0
        for boxes in truths:
            finds = np.concatenate([boxes, boxes + np.array([3, 0, 3, 0]), boxes + np.array([0, 5, 0, 5])])
            scores = np.concatenate([3 + rng.random(len(boxes)), rng.random(2 * len(boxes))])
            rows = detection.nms(finds, scores, overlap)
            right = detection.mark(finds[rows], scores[rows], boxes, 0.5)
            found, kept, people = found + right.sum(), kept + len(rows), people + len(boxes)
        recall[overlap], doubles[overlap] = found / people, (kept - found) / people
    assert recall[0.05] < recall[0.3] - 0.05
    assert doubles[0.7] > doubles[0.3] + 0.5


def test_the_twin_in_torch_computes_the_same_embeddings_and_triplets(rng):
    defined = {}
    exec(next(c for c in LESSON.cells if c.role == "gpu" and "class FaceTwin" in c.source).source, defined)
    net, x = verification.FaceNet(rng=rng), rng.normal(size=(20, 1, 24, 24)).astype(np.float32)
    twin = bridge.to_torch(net, defined["FaceTwin"]()).eval()
    with torch.no_grad():
        theirs = twin(torch.from_numpy(x)).numpy()
    e = pose.predict(net, x)
    assert np.abs(theirs - e).max() < 1e-4
    apart, who = verification.distances(e, e) ** 2, np.arange(20) % 6
    want = verification.semi_hard(apart, who, 0.1)
    got = defined["triplets_at_once"](torch.from_numpy(apart), torch.from_numpy(who), 0.1)
    assert len(want) > 5
    assert np.array_equal(got.numpy(), want)


def test_the_twin_in_torch_draws_the_same_maps_and_has_the_same_loss(rng):
    defined = {"torch": torch}
    source = next(c for c in LESSON.cells if c.role == "gpu" and "class HeatTwin" in c.source).source
    exec(source.partition("\nif torch:")[0], defined)
    net, x = pose.HeatNet(1, rng=rng), rng.normal(size=(6, 1, 24, 24)).astype(np.float32)
    twin = bridge.to_torch(net, defined["HeatTwin"]())
    with torch.no_grad():
        scores = twin(torch.from_numpy(x))
    assert np.abs(scores.numpy() - pose.predict(net, x)).max() < 1e-4
    units = rng.uniform(-1, 1, (6, 22))
    cells = torch.from_numpy(pose.heat_maps(units.reshape(6, 11, 2), 12).reshape(66, -1)).float()
    theirs = torch.nn.functional.cross_entropy(scores.flatten(2).flatten(0, 1), cells)
    assert float(pose.map_loss(Tensor(scores.numpy()), units).data) == pytest.approx(float(theirs), abs=1e-4)


def functions(*parts):
    """What the lesson's cells that hold one of `parts` import and define; none of their runs."""
    kinds, defined = ast.Import | ast.ImportFrom | ast.FunctionDef, dict(NAMES)
    for cell in (c for c in LESSON.cells if c.kind == "code" and any(part in c.source for part in parts)):
        kept = [node for node in ast.parse(cell.source).body if isinstance(node, kinds)]
        exec(compile(ast.Module(kept, []), LESSON.path.name, "exec"), defined)
    return defined


def test_tips_of_fingers_are_harder_than_their_bases_and_all_are_found_better_than_by_one_guess():
    x, places = hands.hands(900, rng=np.random.default_rng(0))
    own, still = functions("def hand_errors")["hand_errors"](((x - 0.2) / 0.3).astype(np.float32), places[:, 0], 0)
    for errors in (own, still):
        bases, middles, tips = (np.mean(errors[k::3]) for k in (1, 2, 3))
        assert bases < 0.85 * middles < 0.85 * 0.85 * tips
    assert own.mean() < 0.5 * still.mean()


def test_the_real_faces_come_by_name_from_a_server_once_and_are_verified(tmp_path, monkeypatch, capsys):
    traits, seen = persons(40, rng=np.random.default_rng(1)), []
    photos = (255 * faces(traits, 10, size=64, rng=np.random.default_rng(2))[0]).astype(np.uint8)[:, 0]
    (tmp_path / "there").mkdir()
    file = tmp_path / "there" / "olivettifaces.mat"
    savemat(file, {"faces": photos.transpose(0, 2, 1).reshape(400, 4096).T})

    class Mirror(SimpleHTTPRequestHandler):
        def log_message(self, *words):
            seen.append(words)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Mirror, directory=tmp_path / "there"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    known = {file.name: f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"}
    source = datasets.Source("olivetti", (f"http://127.0.0.1:{server.server_port}/",), known)
    monkeypatch.setitem(datasets.SOURCES, "olivetti", source)
    defined = functions("import os", "def learn_faces", "def photographs")
    cell = next(c for c in LESSON.cells if c.source.startswith("REAL = False")).source
    assert cell.count("steps=400") == 1
    for _ in range(2):
        exec(cell.replace("REAL = False", "REAL = True").replace("steps=400", "steps=40"), defined)
    server.shutdown()
    server.server_close()
    assert len(seen) == 1
    assert set(defined["real"].t_train).isdisjoint(defined["real"].t_test)
    told = capsys.readouterr().out.splitlines()[0]
    assert told.startswith("ten persons never seen: equal error rate ")
    assert float(told.split()[-3].rstrip("%")) < 40


def test_a_check_of_sliding_sees_what_the_relu_takes_away():
    defined = dict(NAMES)
    check = next(c for c in LESSON.cells if c.role == "check" and c.id == "slide").source
    start = check.index("    def drawn_net")
    exec("if True:\n" + check[start : check.index("    rng = ")], defined)
    rng = np.random.default_rng(9)
    kernel, bias, *_ = defined["drawn_net"](2, 1, 3, 2, 2, 1, rng)
    for shape in ((1, 1, 6, 6), (2, 1, 10, 8)):
        pooled = F.max_pool2d(F.conv2d(rng.normal(size=shape), kernel, bias), 2).data
        assert (pooled < -0.1).any()
