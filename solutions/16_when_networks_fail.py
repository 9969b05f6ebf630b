# %% [markdown] lesson="16" title="When networks fail" minutes=240 builds_on="06 07 08 12"
# A network reads nine of ten digits rightly, and then takes a 3 for a 5 because nearly every pixel moved by a shade of grey. When
# does a network fail, does it know, and how do you find out without fooling yourself?
#
# After this lesson you will be able to
#
# - fool a network by its own gradient, train it to resist, and tell a defence from one that only hides;
# - ask what a network looks at, and test the answer;
# - measure whether its confidence can be believed, and repair it with one number;
# - find shortcuts, shifts, dead units and inputs that no training set had;
# - plan an experiment before you run it: how many seeds, which interval, which decision.
#
# You need lessons 06, 07, 08 and 12. There are ten exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="A 3 of 8 by 8 pixels, a change of at most 0.15 in red and blue, the changed image, which still looks like a 3, and bars: the network's probability moves from the 3 to the 5"
from course_lib.viz.pictures import failing

failing.opening()

# %% [markdown]
# Run this cell first. To make the practice run of section 4 the large one, change its line `FULL = ...` to `FULL = True` and run
# it again.

# %%
import os
import time

import numpy as np
from scipy import stats

from course_lib import Tensor, nn, optim
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import batches, datasets
from course_lib.data.augment import translate
from course_lib.data.creatures import creatures, tag
from course_lib.topics import attacks, calibration, choice, experiment, reaction, saliency
from course_lib.topics.attacks import hits, input_gradient, logits, loud, small_net
from course_lib.train import plus_minus, progress
from course_lib.viz import curves, failures, style
from course_lib.viz.lecture import lecture_table
from course_lib.widgets.failures import attack_explorer, reaction_experiment

FULL = os.environ.get("COURSE_MODE") == "run"
np.set_printoptions(precision=3, suppress=True)

# %% [markdown]
# ## 1. One step against the network
#
# Training moves the *weights* downhill on the loss. The same gradient exists for the *image*: in which direction must
# each pixel move for the loss to rise? Nothing stops you from going there.
#
# We take the 8×8 digits that come with scikit-learn, seventeen grey values within 0..1, and small networks of one hidden
# layer. They train in a moment, so that every claim below can be measured with several starts. The test images are by
# writers who gave no training image.

# %%
digits = datasets.load("digits")
x_train, x_test = ((a / 255).astype(np.float32) for a in (digits.x_train, digits.x_test))
t_train, t_test = digits.t_train, digits.t_test


def digit_net(seed, eps=0.0, sizes=(64, 64, 10), n=None, **how):
    """A network trained on the first n digits (None: all), each batch attacked within eps (section 4; 0: not at all)."""
    rng = np.random.default_rng(seed)
    return attacks.learn(small_net(sizes, rng=rng), x_train[:n], t_train[:n], rng=rng, eps=eps, **how)


plain = digit_net(0)
print(
    f"read rightly: {hits(plain, x_train, t_train):.1%} of the training images, {hits(plain, x_test, t_test):.1%} of the test images"
)

# %% [markdown]
# ### Predict: many small changes
#
# A linear unit adds up 784 pixels, each with a weight of 0.5 or −0.5. You may change every pixel by at most 0.25, up or
# down, as you like. By how much can you raise the sum? `change = ...`, a whole number.

# %% solve="change" difficulty=1 importance=4 minutes=2
### BEGIN SOLUTION
change = 98
### END SOLUTION

# %% [markdown] hint="change"
# For each pixel choose the direction that helps.

# %% [markdown] hint="change"
# One pixel with weight −0.5 goes down by 0.25. What does that do to the sum? And two such pixels?

# %% [markdown] hint="change"
# Every pixel adds the same amount: size of the weight times size of the change. There are 784 of them.

# %% predict="change" points=0.5
with check("change") as expect:
    expect("change of the sum", change)

# %%
rng = np.random.default_rng(0)
w = rng.choice([-0.5, 0.5], 784)
by_chance = [w @ rng.choice([-0.25, 0.25], 784) for _ in range(1000)]
print(f"along the signs of the weights: {w @ (0.25 * np.sign(w)):.0f}")
print(f"signs by chance, standard deviation of 1000 trials: {np.std(by_chance):.1f}")

# %% [markdown]
# Changes that nobody would notice one by one add up, if they all agree. By chance they hardly ever do; along the gradient they do.
# Goodfellow, Shlens and Szegedy (2015) drew the lesson: networks fail here not because they are too strange but because
# they are too *linear*. Their attack, the **fast gradient sign method**, is one step, with E the cross-entropy:
#
# $$x' = x + \varepsilon\,\mathrm{sign}\,\frac{\partial E}{\partial x}$$
#
# Every pixel changes by ε, none by more. Small networks for the checks, of odd sizes and in float64:


# %%
def toy(seed, shape, classes, hidden=7):
    """A small smooth network for images (n, *shape), in float64."""
    rng = np.random.default_rng(seed)
    first, last = nn.Linear(int(np.prod(shape)), hidden, rng=rng), nn.Linear(hidden, classes, rng=rng)
    return nn.Sequential(nn.Flatten(), first, nn.Tanh(), last).double()


def drawn(rng, n, shape, classes):
    """n images within 0..1, some of their pixels at the ends, and classes."""
    return np.clip(rng.uniform(-0.2, 1.2, (n, *shape)), 0, 1), rng.integers(0, classes, n)


# %% [markdown] task="fast_gradient" title="The fast gradient sign"
# Write `fast_gradient(model, x, t, eps)`. `model` takes a Tensor of images to a Tensor of logits `(n, classes)`; `x` is an
# array `(n, c, h, w)` within 0..1, `t` `(n,)` are the true classes. Move every pixel by `eps` along the sign of the gradient of the
# cross-entropy with respect to the image, then put what left 0..1 back to its end.
#
# Return an array of the shape of `x`; `x` stays as it is.
#
# *Example:* a pixel of 0.95 whose gradient is 0.002 becomes, with `eps` = 0.1, 1.0; one with gradient −3 becomes 0.85.


# %% solve="fast_gradient" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.attacks.fast_gradient course_lib.topics.attacks.iterated course_lib.topics.attacks.input_gradient"
def fast_gradient(model, x, t, eps):
    """Images (n, c, h, w) after one step of size eps against the network."""
    ### BEGIN SOLUTION
    images = Tensor(x, requires_grad=True)
    F.cross_entropy(model(images), t).backward()
    return np.clip(x + eps * np.sign(images.grad), 0, 1)
    ### END SOLUTION


# %% [markdown] hint="fast_gradient"
# The image takes the place of the weights: make a Tensor of it that wants a gradient, compute the loss, go backward.

# %% [markdown] hint="fast_gradient"
# Descent subtracts the gradient, because the loss is to fall. Here it is to rise. And how far a pixel moves does not depend
# on how large its gradient is.

# %% [markdown] hint="fast_gradient"
# ```python
# images = Tensor(x, requires_grad=True)
# F.cross_entropy(model(...), t).backward()
# return np.clip(x + ... * np.sign(...), 0, 1)
# ```

# %% check="fast_gradient" points=4
with check("fast_gradient") as expect:
    x, t = drawn(np.random.default_rng(1), 3, (3, 3, 3), 3)
    expect("3 images of 3×3×3, ε = 0.1", fast_gradient(toy(2, (3, 3, 3), 3), x, t, 0.1))
    x, t = drawn(np.random.default_rng(3), 4, (1, 5, 6), 3)
    expect("4 images of 1×5×6, ε = 0.3", fast_gradient(toy(4, (1, 5, 6), 3), x, t, 0.3))
    expect.unchanged("the images afterwards", x)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160101)
    for n, shape, classes, eps in [(2, (1, 4, 3), 5, 0.07), (5, (2, 3, 4), 4, 0.25), (3, (3, 2, 5), 2, 0.6)]:
        x, t = drawn(rng, n, shape, classes)
        model = toy(int(rng.integers(1000)), shape, classes)
        expect(f"{n} images of {shape}, ε = {eps}", fast_gradient(model, x, t, eps))
        expect.unchanged(f"{n} images of {shape}, afterwards", x)
    ### END HIDDEN TESTS

# %% [markdown]
# On the digits, three networks that differ in their starts. Beside the attack stands the same amount of noise: ε up
# or down by chance.

# %% practice="one_step"
attack = yours("fast_gradient", else_=attacks.fast_gradient)
three = [plain, digit_net(1), digit_net(2)]
noise = np.random.default_rng(5).choice([-1, 1], x_test.shape).astype(np.float32)
print("   ε   noise            attack           share read rightly, mean ± standard error of 3 starts")
for eps in (0, 0.05, 0.1, 0.15, 0.2):
    noisy = [hits(net, np.clip(x_test + eps * noise, 0, 1), t_test) for net in three]
    fooled = [hits(net, attack(net, x_test, t_test, eps), t_test) for net in three]
    print(f"{eps:5.2f}  {plus_minus(noisy)}    {plus_minus(fooled)}")

# %% [markdown]
# Play with it: another digit, a stronger attack, another network. **Hardened** is one that has been trained on attacked
# images; section 4 makes it. How strong must an attack be before *you* hesitate?

# %% picture="explorer" alt="An 8 attacked within 0.15, on a plain network, which then reads a 9 for sure, and on a hardened one, whose probabilities move less"
from course_lib.viz.pictures import failing

failing.explorer()

# %% practice="explorer"
hardened = digit_net(0, eps=0.15)
attack_explorer({"plain": plain, "hardened": hardened}, x_test[:60], t_test[:60])

# %% [markdown]
# ## 2. Many steps inside a ball
#
# One step follows the slope at *x*, but the slope changes on the way. Better: many small steps, each along the slope
# where you are, and after each step back into the set of allowed images: all whose pixels differ from *x* by at most ε, the
# **ball** of ε in the maximum norm. This is projected gradient ascent (Madry and others 2018).

# %% picture="ball" alt="Lines of equal loss over two pixels and a red square of half width epsilon round x: one long step to a corner passes the top of the hill, many short ones reach it"
from course_lib.viz.pictures import failing

failing.ball()

# %% [markdown]
# Where to begin? At *x*, or at a random point of the ball, so that several tries end in different places. Here the start is
# given. `input_gradient(model, x, t)`, from the library, is the gradient of the cross-entropy by the images, and touches no
# gradient of a weight.

# %% [markdown] task="attack_in_ball" title="The iterated attack"
# Write `attack_in_ball(model, x, t, eps, step, steps, start)`. The allowed images are all within `eps` of `x`, pixel by
# pixel, *and* within 0..1.
#
# Begin at `start` (of the shape of `x`), put back among the allowed images. Then `steps` times: move every pixel by `step`
# along the sign of the gradient at the present image, and put the result back. Return it; no argument is changed.
#
# *Example:* x = 0.5, `eps` = 0.2, `step` = 0.15, `start` = 0.9, and a gradient that is always positive: 0.7, and it stays
# there. With a gradient always negative: 0.7, 0.55, 0.4, 0.3, 0.3.


# %% solve="attack_in_ball" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.attacks.iterated"
def attack_in_ball(model, x, t, eps, step, steps, start):
    """Images within eps of x after `steps` steps against the network."""
    ### BEGIN SOLUTION
    low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)
    attacked = np.clip(start, low, high)
    for _ in range(steps):
        g = input_gradient(model, attacked, t)
        attacked = np.clip(attacked + step * np.sign(g), low, high)
    return attacked
    ### END SOLUTION


# %% [markdown] hint="attack_in_ball"
# The lowest and the highest allowed value of every pixel do not change on the way. Compute them once.

# %% [markdown] hint="attack_in_ball"
# For x = 0.05 and `eps` = 0.2 the allowed values are 0 to 0.25. `np.clip(a, low, high)` takes arrays as limits.

# %% [markdown] hint="attack_in_ball"
# ```python
# low, high = np.maximum(x - eps, ...), np.minimum(...)
# attacked = np.clip(start, low, high)
# for _ in range(steps):
#     g = input_gradient(model, ..., t)
#     attacked = np.clip(..., low, high)
# ```

# %% check="attack_in_ball" points=5
with check("attack_in_ball") as expect:
    rng = np.random.default_rng(11)
    x, t = drawn(rng, 3, (3, 3, 3), 3)
    start = x + rng.uniform(-0.3, 0.3, x.shape)
    model = toy(12, (3, 3, 3), 3)
    expect("no step: the start among the allowed", attack_in_ball(model, x, t, 0.2, 0.05, 0, start))
    expect("one step of 0.05", attack_in_ball(model, x, t, 0.2, 0.05, 1, start))
    expect("6 steps of 0.07", attack_in_ball(model, x, t, 0.2, 0.07, 6, start))
    expect.unchanged("the images and the start afterwards", [x, start])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160201)
    for n, shape, classes, eps, step, steps in [
        (2, (1, 4, 5), 3, 0.15, 0.04, 7),
        (4, (2, 3, 2), 5, 0.4, 0.13, 5),
        (3, (1, 3, 4), 4, 0.06, 0.1, 3),
    ]:
        x, t = drawn(rng, n, shape, classes)
        start = x + rng.uniform(-2 * eps, 2 * eps, x.shape)
        model = toy(int(rng.integers(1000)), shape, classes)
        for some in (0, 2, steps):
            seen = attack_in_ball(model, x, t, eps, step, some, start)
            expect(f"{n} images of {shape}, {some} steps of {step}, ε = {eps}", seen)
        expect.unchanged(f"{n} images of {shape}, images and start afterwards", [x, start])
    ### END HIDDEN TESTS

# %% [markdown]
# What more steps bring, everything else equal but the size of a step: the same three networks, the same images, the same ball.
# The single step goes the whole ε, the others go a quarter of it each.

# %% practice="more_steps"
eps = 0.15
for steps in (1, 3, 10, 30):
    step = eps if steps == 1 else eps / 4
    shares = [hits(net, attacks.iterated(net, x_test, t_test, eps, step=step, steps=steps), t_test) for net in three]
    print(f"{steps:3} steps of {step:.4f}: {plus_minus(shares)} read rightly")

# %% [markdown]
# Three steps of this size cannot even reach the edge of the ball. With ten, the attack is stronger than the single step;
# thirty add next to nothing.
#
# And the attacked images of one network on *another*? An attacker who has no access to a network can train a similar one.
# Rows are the networks that the attack was made for, columns those that read the result. One run.

# %% practice="transfer"
others = {
    "plain": plain,
    "other start": three[1],
    "wider": digit_net(3, sizes=(64, 256, 10)),
    "deeper": digit_net(4, sizes=(64, 48, 48, 10)),
    "linear": digit_net(5, sizes=(64, 10)),
    "hardened": hardened,
}
print(f"{'read rightly, made for':24}", *(f"{name:>12}" for name in others))
for name, source in others.items():
    attacked = attacks.iterated(source, x_test, t_test, 0.15, step=0.15 / 4, steps=10)
    print(f"{name:24}", *(f"{hits(net, attacked, t_test):12.2f}" for net in others.values()))

# %% [markdown]
# The lowest number of a column stands on the diagonal: no borrowed attack beats the network's own gradient. But the other rows
# of the plain networks are far below what noise does. Attacks **transfer**: different networks learn similar slopes.
#
# ## 3. A defence that only hides
#
# A colleague multiplies the logits of a finished network by 1000. No answer changes. Yet the attack of section 2 has
# hardly any effect on it. Is that a defence?

# %%
quiet = loud(plain)  # the same network, logits times 1000
for name, net in {"plain": plain, "logits times 1000": quiet}.items():
    print(f"{name:18} clean {hits(net, x_test, t_test):.2f}, attacked {attacks.robust(net, x_test, t_test, 0.15):.2f}")

# %% [markdown]
# Look at the slope of the loss on the straight way from an image to one that *is* read wrongly. With a softmax that runs
# into 0 and 1, the cross-entropy of a right answer is exactly 0 in float32, and so is its slope. The attacker stands on a
# plateau and sees no direction. The wrong images are where they were.

# %% picture="masked" alt="Largest slope of the loss on the way to an attacked image: the plain network's grows to a little over half of the way, stays level from there and falls a little at the end, that with logits times 1000 is zero until the image is read wrongly"
from course_lib.viz.pictures import failing

failing.masked()

# %% [markdown]
# Athalye, Carlini and Wagner (2018) looked at nine defences of one conference, found **masked gradients** in seven, and broke six of these completely.
# An attack that fails proves nothing. These signs give masking away; the last column is a network without the mask:

# %% practice="signs"
signed = np.clip(x_test + 0.15 * noise, 0, 1)
borrowed = attacks.iterated(three[1], x_test, t_test, 0.15, step=0.15 / 4, steps=10)
tests = {
    "attack within 0.15": lambda net: attacks.robust(net, x_test, t_test, 0.15),
    "noise of the same size": lambda net: hits(net, signed, t_test),
    "attack borrowed from another network": lambda net: hits(net, borrowed, t_test),
    "attack within 1: everything is allowed": lambda net: attacks.robust(net, x_test, t_test, 1.0),
}
print(f"{'share read rightly':40} masked  plain")
for name, test in tests.items():
    print(f"{name:40} {test(quiet):6.2f} {test(plain):6.2f}")

# %% [markdown]
# An attack that knows the network is weaker than one that does not, and an attack that may change *everything* leaves most
# images standing: neither can be. So the number in the first line measures the attack, not the network.
#
# ### Read the curves
#
# Six colleagues measured the same network. Five have made a mistake. `faulty_curve` can make every one of them:
#
# - `"none"`: as in section 2;
# - `"masked"`: the logits are multiplied by 1000;
# - `"short"`: steps far too small to reach the edge of the ball;
# - `"labels"`: the shares are computed with labels that belong to other images;
# - `"downhill"`: the attack goes along minus the gradient;
# - `"no ball"`: nothing puts the image back into the ball.

# %%
STRENGTHS = (0, 0.05, 0.1, 0.15, 0.2)
FAULTS = ("none", "masked", "short", "labels", "downhill", "no ball")


def faulty_curve(fault, x, t, model=plain):
    """Share read rightly at every strength, measured with a fault."""
    judged = loud(model) if choice.chosen(fault, FAULTS, "fault", name="faulty_curve") == "masked" else model
    shares = []
    for eps in STRENGTHS:
        step = {"short": 0.006, "no ball": 0.1}.get(fault, eps / 4) * (-1 if fault == "downhill" else 1)
        low, high = (0, 1) if fault == "no ball" else (np.maximum(x - eps, 0), np.minimum(x + eps, 1))
        attacked = x
        for _ in range(10 if eps else 0):
            attacked = np.clip(attacked + step * np.sign(input_gradient(judged, attacked, t)), low, high)
        labels = np.roll(t, 1) if fault == "labels" else t
        shares.append(hits(judged, attacked, labels))
    return np.array(shares)


# %%
mixed = np.random.default_rng(166).permutation(FAULTS)  # who prints this has given up
seen_curves = {letter: faulty_curve(f, x_test[:150], t_test[:150]) for letter, f in zip("ABCDEF", mixed, strict=True)}
drawing = failures.lettered({letter: (STRENGTHS, shares) for letter, shares in seen_curves.items()}, size=(1.7, 2.2))

# %% [markdown] task="attack_curves" title="Name the faults, repair one"
# (a) `faults` is a dict: for each letter `"A"` to `"F"` one of the names in `FAULTS`. The check measures again with
# the fault you named, and compares what the two curves do.
#
# (b) Repair the masked one. Write `unmask(model, x, t)`: an array of the shape of `x` (`(n, 1, h, w)`, float32) along whose *sign* an attack
# shall go. It is called with networks whose logits have been multiplied by some number, which you do not know, and must
# work for all of them. After ten steps within 0.15 fewer than 25 % may be read rightly.
#
# *Example:* logits (2000, 5000) of an image of class 0: the loss should be one that still has a slope there.


# %% solve="attack_curves" difficulty=4 importance=5 minutes=20 forbid="course_lib.topics.attacks.margin"
### BEGIN SOLUTION
faults = {"A": "masked", "B": "none", "C": "downhill", "D": "no ball", "E": "labels", "F": "short"}
### END SOLUTION


def unmask(model, x, t):
    """A direction (n, 1, h, w) in which the image is read more and more wrongly."""
    ### BEGIN SOLUTION
    images = Tensor(x, requires_grad=True)
    z = model(images)
    own = np.eye(z.shape[1], dtype=bool)[t]
    wrong = np.where(own, -np.inf, z.data).argmax(axis=1)
    rows = np.arange(len(t))
    (z[rows, wrong] - z[rows, t]).sum().backward()
    return images.grad
    ### END SOLUTION


# %% [markdown] hint="attack_curves"
# First look at ε = 0, where no attack has happened: who is wrong already? Then look for a curve that rises, one that
# falls at once, one that stays level, one that falls and then stops. For (b): the softmax is what has no slope.

# %% [markdown] hint="attack_curves"
# Logits can be compared without a softmax. When is an image read wrongly, said in logits? Which difference must grow for
# that? Multiplying all logits by a number changes the size of its gradient, and not the sign.

# %% [markdown] hint="attack_curves"
# ```python
# images = Tensor(x, requires_grad=True)
# z = model(images)
# rows = np.arange(len(t))
# wrong = ...                      # for each image the wrong class with the highest logit
# (z[rows, wrong] - ...).sum().backward()
# return ...
# ```

# %% check="attack_curves-names" points=2
with check("attack_curves-names") as expect:

    def course(shares):
        """What a curve does, in words: six curves, six answers."""
        first, second, last = shares[0], shares[1], shares[-1]
        cases = {
            "wrong before any attack": first < 0.5,
            "rises": last > first + 0.05,
            "stays level": abs(last - first) < 0.05,
            "falls to nothing at once": second < 0.1,
            "falls, then stays level": abs(shares[-2] - last) < 0.02,
        }
        return next((case for case, so in cases.items() if so), "falls on and on")

    again = {f: faulty_curve(f, x_test[:150], t_test[:150]) for f in FAULTS}
    for letter in "ABCDEF":
        named = again[choice.chosen(faults[letter], FAULTS, f"the fault of {letter}", name="faults")]
        expect(f"{letter}: measured with the fault that you name, the curve", course(named))
    ### BEGIN HIDDEN TESTS
    for letter in "ABCDEF":
        expect(f"the fault of {letter}", faults[letter])
    ### END HIDDEN TESTS

# %% check="attack_curves-unmask" points=3
with check("attack_curves-unmask") as expect:

    def standing(model, x, t):
        attacked, low, high = x, np.maximum(x - 0.15, 0), np.minimum(x + 0.15, 1)
        for _ in range(10):
            attacked = np.clip(attacked + 0.0375 * np.sign(unmask(model, attacked, t)), low, high).astype(np.float32)
        return hits(model, attacked, t)

    def outcome(model, x, t):
        """ "fewer than 25 %", or what the direction does to the logits of the network instead."""
        if standing(model, x, t) < 0.25:
            return "fewer than 25 % stand"
        way = np.sign(unmask(model, x, t))
        before, after = logits(plain, x), logits(plain, np.clip(x + 0.15 * way, 0, 1).astype(np.float32))
        order = np.where(np.eye(10, dtype=bool)[t], np.nan, before).argsort(axis=1)  # the right one comes last
        at = (t, order[:, -2], order[:, 0])
        right, highest, lowest = (np.median((after - before)[np.arange(len(t)), c]) for c in at)
        cases = {
            "most images get no direction": np.mean(np.any(way != 0, axis=(1, 2, 3))) < 0.5,
            "the right logit rises": right > 0,
            "the lowest wrong logit rises most": lowest > 4.5,
            "the highest wrong logit rises, the right one hardly falls": highest > 1 and right > -3,
            "the right logit falls, the highest wrong one does not rise": highest < 1 and right < -3.5,
        }
        return next((case for case, so in cases.items() if so), "the logits change little")

    few, classes = x_test[::2], t_test[::2]
    expect("logits times 1000", outcome(loud(plain), few, classes))
    expect("logits as they are, the other images", outcome(plain, x_test[1::2], t_test[1::2]))
    twice = [unmask(plain, x_test[:7], t_test[:7]) for _ in range(2)]
    expect("the same direction when asked again", bool(np.array_equal(*twice)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160302)
    for factor in (0.001, rng.integers(20, 60), rng.integers(30_000, 90_000)):
        some = rng.permutation(len(x_test))[:240]
        seen = outcome(loud(plain, float(factor)), x_test[some], t_test[some])
        expect(f"logits times {factor:g}", f"{factor:g}: {seen}")
    slopes = np.any(unmask(loud(plain, 70_000.0), x_test[some], t_test[some]) != 0, axis=(1, 2, 3))
    expect("a direction for nine of ten images", {"directions": bool(slopes.mean() > 0.9)})
    ### END HIDDEN TESTS

# %% [markdown]
# Robust accuracy is always an *upper* bound: what the strongest attack tried so far has left. State the attack, its steps
# and its starts beside every such number, and try to break your own defence before others do.
#
# ## 4. Training against the attack
#
# The defence that has stood so far: attack every training batch, and learn from the attacked images. In each step the
# attacker looks for the worst image in the ball, and the network learns to read it. It costs as many extra passes as
# the attack has steps.

# %% [markdown] task="hardened_step" title="the network that was hardened in vain"
# `hardened_step(model, optimizer, x, t, eps, step, steps)` does one step of training on attacked images: the attack of section 2
# within `eps` (its start is `x` itself), then the gradient of the mean cross-entropy at the attacked images, then a step of the
# optimiser. It returns that loss as a float. Images within 0..1 stay there, and `x` is not changed.
#
# The program below runs, and its loss falls. Its author found the network hardly harder than before, and training
# restless. It has **three** faults. Repair them.
#
# *Example:* with `eps` = 0 it is a usual step of training.


# %% solve="hardened_step" difficulty=3 importance=5 minutes=15 bug=true forbid="course_lib.topics.attacks.adversarial_step course_lib.topics.attacks.iterated"
def hardened_step(model, optimizer, x, t, eps, step, steps):
    """One step of training on attacked images; returns the loss there."""
    ### BEGIN SOLUTION
    low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)
    attacked = x
    for _ in range(steps):
        images = Tensor(attacked, requires_grad=True)
        F.cross_entropy(model(images), t).backward()
        attacked = np.clip(attacked + step * np.sign(images.grad), low, high)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(Tensor(attacked)), t)
    loss.backward()
    optimizer.step()
    return float(loss.data)
    ### END SOLUTION


# %% given="hardened_step"
def hardened_step(model, optimizer, x, t, eps, step, steps):
    """One step of training on attacked images; returns the loss there."""
    optimizer.zero_grad()
    attacked = x
    for _ in range(steps):
        images = Tensor(attacked, requires_grad=True)
        F.cross_entropy(model(images), t).backward()
        moved = attacked + step * np.sign(images.grad)
        attacked = np.clip(moved, attacked - eps, attacked + eps)
    loss = F.cross_entropy(model(Tensor(attacked)), t)
    loss.backward()
    optimizer.step()
    return float(loss.data)


# %% [markdown] hint="hardened_step"
# `backward` gives gradients to everything that wants one, not only to the images. Who gets what during the attack?

# %% [markdown] hint="hardened_step"
# Take x = 0.9, `eps` = 0.05, three steps of 0.05 upwards, by hand. Where does the program end, and where may it end?

# %% [markdown] hint="hardened_step"
# ```python
# low, high = ...              # round x, which stays, and within 0..1
# for _ in range(steps):
#     ...
# optimizer.zero_grad()        # what does it have to forget, and when?
# ```

# %% check="hardened_step" points=4
with check("hardened_step") as expect:

    def after(seed, n, shape, classes, eps, step, steps, rounds=3):
        x, t = drawn(np.random.default_rng(seed), n, shape, classes)
        before, model = x.copy(), toy(seed, shape, classes)
        optimizer = optim.SGD(model.parameters(), lr=0.2)
        losses = [hardened_step(model, optimizer, x, t, eps, step, steps) for _ in range(rounds)]
        weights = {name: p.data for name, p in model.named_parameters()}
        return {"losses": losses, **weights, "images as before": bool(np.array_equal(x, before))}

    expect("3 images of 3×3×3, no attack", after(21, 3, (3, 3, 3), 3, 0.0, 0.1, 2))
    expect("the same, two steps of 0.1 within 0.3", after(21, 3, (3, 3, 3), 3, 0.3, 0.1, 2))
    expect("5 images of 1×4×6, five steps of 0.1 within 0.15", after(22, 5, (1, 4, 6), 4, 0.15, 0.1, 5))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160401)
    for n, shape, classes, eps, step, steps in [(4, (2, 3, 5), 3, 0.2, 0.07, 4), (6, (1, 5, 3), 5, 0.1, 0.06, 3)]:
        seed = int(rng.integers(1000))
        seen = after(seed, n, shape, classes, eps, step, steps, rounds=4)
        expect(f"{n} images of {shape}, {steps} steps of {step} within {eps}", seen)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Practice run: what robustness costs
#
# Networks trained within 0 (not attacked), 0.05, ... 0.3, three starts each, everything else equal: images, epochs, rate, width.
# Read both curves: where is the clean accuracy best, where the robust one, and what does too much training strength do?
# `LARGE = True` takes 6000 images of MNIST (where they are at hand) and a wider network, some minutes.

# %% practice="hardening"
LARGE = FULL
trained_at, judged_at = (0, 0.05, 0.1, 0.15, 0.2, 0.3), (0, 0.1, 0.15)
known, labels, unseen, truth, sizes = x_train, t_train, x_test, t_test, (64, 64, 10)
if LARGE:
    mnist = datasets.load("mnist", or_else="digits")
    known, unseen = ((a / 255).astype(np.float32) for a in (mnist.x_train[:6000], mnist.x_test[:2000]))
    labels, truth, sizes = mnist.t_train[:6000], mnist.t_test[:2000], (known[0].size, 256, 10)
stands = {eps: [] for eps in judged_at}
for trained in progress(trained_at, "strengths"):
    nets = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        nets.append(attacks.learn(small_net(sizes, rng=rng), known, labels, rng=rng, eps=trained))
    for eps, rows in stands.items():
        rows.append([attacks.robust(net, unseen, truth, eps) for net in nets])

# %% practice="hardening_plot"
names = {eps: f"attacked within {eps}" if eps else "clean" for eps in judged_at}
lines = {names[eps]: (trained_at, np.mean(rows, axis=1)) for eps, rows in stands.items()}
spread = {names[eps]: np.std(rows, axis=1, ddof=1) / np.sqrt(3) for eps, rows in stands.items()}
title = "Robust and clean accuracy, 3 starts"
ax = failures.strength_curves(lines, spread=spread, title=title, xlabel="strength of the attack in training")

# %% [markdown]
# Robustness is bought. Tsipras and others (2019) argue that this is not bad luck: features that predict well but
# change under a small attack must be given up.
#
# ## 5. What does it look at?
#
# The slope of a class's *logit* by every pixel says which pixels would change the answer most: a **saliency map** (Simonyan, Vedaldi
# and Zisserman 2014). With several channels take, at every pixel, the largest of their slopes.

# %% [markdown] task="saliency_map" title="Saliency"
# Write `saliency_map(model, x, classes)`. For each image of `x` `(n, c, h, w)` take the logit of *its* class in `classes` `(n,)`
# (before any softmax), and the size of its slope by every pixel and channel. Return an array `(n, h, w)`: at each pixel the
# largest over the channels. One backward pass is enough for all images.
#
# *Example:* a linear network whose logit of class 4 is 2·(red) − 3·(blue) at some pixel: the map of class 4 is 3 there.


# %% solve="saliency_map" difficulty=2 importance=4 minutes=10 forbid="course_lib.topics.saliency.saliency"
def saliency_map(model, x, classes):
    """Size of the slope of each image's class logit, (n, h, w)."""
    ### BEGIN SOLUTION
    images = Tensor(x, requires_grad=True)
    z = model(images)
    z[np.arange(len(x)), classes].sum().backward()
    return np.abs(images.grad).max(axis=1)
    ### END SOLUTION


# %% [markdown] hint="saliency_map"
# The logit of one image does not depend on the other images. So what is the gradient of the *sum* of all chosen logits?

# %% [markdown] hint="saliency_map"
# `z[np.arange(3), [4, 0, 7]]` picks three logits: the 4 of the first image, the 0 of the second, the 7 of the third.

# %% [markdown] hint="saliency_map"
# ```python
# images = Tensor(x, requires_grad=True)
# z = model(images)
# z[..., classes].sum().backward()
# return np.abs(...).max(axis=...)
# ```

# %% check="saliency_map" points=4
with check("saliency_map") as expect:
    x, _ = drawn(np.random.default_rng(31), 3, (3, 3, 3), 3)
    expect("3 images of 3×3×3", saliency_map(toy(32, (3, 3, 3), 3), x, np.array([2, 0, 1])))
    x, _ = drawn(np.random.default_rng(33), 4, (2, 3, 5), 3)
    expect("4 images of 2×3×5, one class twice", saliency_map(toy(34, (2, 3, 5), 3), x, np.array([1, 2, 1, 0])))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160501)
    for n, shape, classes in [(2, (1, 4, 3), 5), (5, (4, 2, 3), 3), (1, (3, 5, 2), 4)]:
        x, t = drawn(rng, n, shape, classes)
        expect(f"{n} images of {shape}", saliency_map(toy(int(rng.integers(1000)), shape, classes), x, t))
    ### END HIDDEN TESTS

# %% [markdown]
# A map looks convincing as soon as it shows the outline of a digit. Does it say anything about the network? Adebayo and
# others (2018) propose a **sanity check**: draw the weights anew, from the last layer on. The network now knows nothing. A
# map that stays as it was did not come from what was learned.
#
# Three methods: the gradient, gradient times grey value, and, as a control, the edges of the image, which need no network.

# %% picture="sanity" alt="Four digits and maps of them by three methods, each with the trained network and with random weights: the gradient changes, gradient times input keeps the digit's outline, the edges are the same"
from course_lib.viz.pictures import failing

failing.sanity()

# %% [markdown]
# Eyes are easily pleased, so count: the rank correlation of the maps before and after, 1 for maps that agree. Five
# networks with two hidden layers; mean and standard error.

# %% practice="sanity"
deep = [digit_net(seed, sizes=(64, 48, 48, 10)) for seed in range(5)]
print("layers drawn anew    0        1                2                3")
for name, method in saliency.METHODS.items():
    row = []
    for layers in range(4):
        changed = [saliency.redrawn(net, layers, rng=np.random.default_rng(90 + k)) for k, net in enumerate(deep)]
        alike = [
            saliency.rank_correlation(method(a, x_test, t_test), method(b, x_test, t_test))
            for a, b in zip(deep, changed, strict=True)
        ]
        row.append(plus_minus(alike))
    print(f"{name:20}", "  ".join(row))

# %% [markdown]
# The gradient passes. Gradient times input is nearly what it was, with a network that knows nothing: black pixels make it
# zero whatever the network says. On sparse images like these it mostly shows the image.
#
# **Feature visualisation** turns the question round: which image does a class like best? Start from grey, climb the class's logit.

# %% picture="dreams" alt="Images that the ten class logits like best, in a plain and in a hardened network: in both some strokes of the digits can be made out among noise"
from course_lib.viz.pictures import failing

failing.dreams()

# %% [markdown]
# In which line do you find more of the digits? Tsipras and others (2019) expect the second: a hardened network has to rely on what
# people see too. Eyes are easily pleased here as well. So compare each image with the mean of its class in the training
# set (both less the mean of all): the correlation, over ten classes and three starts.

# %% practice="dreams_measured"
means = np.array([x_train[t_train == c].mean(axis=0).ravel() for c in range(10)]) - x_train.mean(axis=0).ravel()
for name, eps in {"plain": 0.0, "hardened": 0.15}.items():
    alike = []
    for seed in range(3):
        net = digit_net(seed, eps=eps)
        made = np.array([saliency.visualise(net, c, (1, 8, 8), start=0.3).ravel() for c in range(10)])
        made = made - made.mean(axis=0)
        alike.append(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(made, means, strict=True)]))
    print(f"{name:9} correlation with the class's mean image {plus_minus(alike)}")

# %% [markdown]
# ## 6. Does it know when it is wrong?
#
# A network that says "9, with 95 %" should be right in 95 of 100 such cases. Then it is **calibrated**. Sort the test
# images by confidence into equal bins and compare, bin by bin, the mean confidence with the share that is right. The
# gaps, weighted by how many images a bin holds, add up to the **expected calibration error**.

# %% [markdown] task="calibration_error" title="Expected calibration error"
# Write `calibration_error(confidence, right, bins)`. `confidence` `(n,)` within 0..1, `right` `(n,)` booleans. Bin k of
# 0, 1, ... `bins` − 1 holds the samples with k/bins ≤ confidence < (k+1)/bins; confidence 1 belongs to the last bin.
#
# Return, as a float, the sum over the bins of (number in the bin / n) · |mean confidence in it − share right in it|. Empty
# bins add nothing.
#
# *Example:* confidences 0.9, 0.9, 0.2, right: yes, no, no, with 2 bins: (2/3)·|0.9 − 0.5| + (1/3)·|0.2 − 0| = 1/3.


# %% solve="calibration_error" difficulty=2 importance=4 minutes=10 forbid="course_lib.topics.calibration.calibration_error course_lib.topics.calibration.binned"
def calibration_error(confidence, right, bins):
    """Weighted mean gap between confidence and share right."""
    ### BEGIN SOLUTION
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for k in np.unique(place):
        own = place == k
        error += np.mean(own) * abs(confidence[own].mean() - right[own].mean())
    return float(error)
    ### END SOLUTION


# %% [markdown] hint="calibration_error"
# Confidence times `bins`, rounded down, is the number of the bin. Which confidence falls out of the last bin this way?

# %% [markdown] hint="calibration_error"
# In the example, bin 1 of 2 holds the first two samples. Its gap is 0.9 − 0.5: half of them are right.

# %% [markdown] hint="calibration_error"
# ```python
# place = np.minimum((confidence * bins).astype(int), ...)
# for k in np.unique(place):
#     own = place == k
#     error += np.mean(own) * abs(... - ...)
# ```

# %% check="calibration_error" points=4
with check("calibration_error") as expect:
    confidence = np.array([0.25, 0.5, 0.75, 1.0, 0.9, 0.3, 0.0])
    right = np.array([False, True, True, False, True, True, False])
    expect("7 samples on edges, 4 bins", calibration_error(confidence, right, 4))
    rng = np.random.default_rng(41)
    confidence = rng.uniform(0.3, 1, 200)
    right = rng.random(200) < confidence**2
    expect("200 samples, 10 bins", calibration_error(confidence, right, 10))
    expect("one bin", calibration_error(confidence, right, 1))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160601)
    for n, bins, power in [(90, 5, 2.0), (300, 15, 0.5), (40, 30, 0.4)]:
        confidence = rng.uniform(0.1, 1, n)
        right = rng.random(n) < confidence**power
        sure_and_wrong = rng.integers(0, n, 3)
        confidence[sure_and_wrong], right[sure_and_wrong] = 1.0, False
        expect(f"{n} samples, {bins} bins", calibration_error(confidence, right, bins))
    confidence = rng.permutation(np.repeat(np.arange(9) / 8, 5))
    right = (confidence < 0.5) ^ (rng.random(45) < 0.1)  # below a half too modest, above too sure: that edge counts
    expect("45 samples, half of them on edges, 4 bins", calibration_error(confidence, right, 4))
    ### END HIDDEN TESTS

# %% [markdown]
# Now a network that has trained far too long on few images, 120 epochs on 300, as large networks in effect do. We ask half of
# the test images; the other half is kept for later.

# %%
asked, kept = slice(0, None, 2), slice(1, None, 2)
t_asked, t_kept = t_test[asked], t_test[kept]


def sure(seed, epochs=120):
    """Logits of an overtrained network for both halves of the test images."""
    net = digit_net(seed, n=300, epochs=epochs)
    return logits(net, x_test[asked]), logits(net, x_test[kept])


z_asked, z_kept = sure(0)

# %% practice="reliability"
left, right_side = style.row(2, size=(3.6, 3.3))
for ax, temperature, name in ((left, 1.0, "as trained"), (right_side, 3.0, "logits over 3")):
    p = calibration.softmax(z_kept, temperature)
    failures.reliability(p.max(axis=1), p.argmax(axis=1) == t_kept, ax=ax, title=name)

# %% [markdown]
# On the left most bars end below the diagonal: the network is surer than it is right. On the right its logits have been divided by
# 3 before the softmax. Every answer is less sure, and now most bars end above: it is not sure enough.
#
# ### Predict: temperature and answers
#
# Dividing all logits by T = 3, how many of the 180 images get another *class* than before? `flips = ...`

# %% solve="flips" difficulty=1 importance=4 minutes=1
### BEGIN SOLUTION
flips = 0
### END SOLUTION

# %% [markdown] hint="flips"
# The class is the place of the largest logit.

# %% [markdown] hint="flips"
# Divide 6, 2 and −3 by 3. Which was the largest, which is it now?

# %% [markdown] hint="flips"
# Dividing by a positive number keeps the order of numbers.

# %% predict="flips" points=0.5
with check("flips") as expect:
    expect("images with another class", flips)

# %%
changed = np.sum(calibration.softmax(z_kept, 3.0).argmax(1) != z_kept.argmax(1))
print(f"{changed} of {len(z_kept)} classes change")

# %% [markdown]
# So one number can repair confidence without touching accuracy. Guo and others (2017) fit it on held-out data: the
# **temperature** T that makes the cross-entropy of the softmax of z/T smallest.

# %% [markdown] task="fit_temperature" title="Temperature scaling"
# Write `fit_temperature(z, t)`: the T between 0.05 and 20 for which the mean cross-entropy of softmax(z / T), with logits `z`
# `(n, classes)` as an array and classes `t` `(n,)`, is smallest. Return a float, right to a thousandth of itself. Logits
# may be large: 2000 is no mistake.
#
# You may search, descend, or solve for a slope of zero: in 1/T the loss is convex, so it has one valley.
#
# *Example:* logits (0, ln 9) for eight images, six of them of class 1: T = 2, for then the probability of class 1 is 3/4.


# %% solve="fit_temperature" difficulty=3 importance=4 minutes=15 forbid="course_lib.topics.calibration.temperature course_lib.topics.calibration.nll"
def fit_temperature(z, t):
    """The temperature with the smallest mean cross-entropy."""

    ### BEGIN SOLUTION
    def loss(temperature):
        scaled = z / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(t)), t])

    low, high = np.log(0.05), np.log(20)
    for _ in range(6):
        tries = np.linspace(low, high, 21)
        best = tries[np.argmin([loss(np.exp(s)) for s in tries])]
        width = (high - low) / 20
        low, high = max(best - width, np.log(0.05)), min(best + width, np.log(20))
    return float(np.exp(best))
    ### END SOLUTION


# %% [markdown] hint="fit_temperature"
# Write the loss as a function of T first, and make it safe: take the row's largest logit away before `exp`.

# %% [markdown] hint="fit_temperature"
# Try a grid of T, evenly spaced in log T, take the best, and look again with a finer grid round it. How often, for three digits?

# %% [markdown] hint="fit_temperature"
# ```python
# def loss(temperature): ...
# low, high = np.log(0.05), np.log(20)
# for _ in range(6):
#     tries = np.linspace(low, high, 21)
#     best = tries[np.argmin([loss(np.exp(s)) for s in tries])]
#     ...                          # narrow low and high round best
# return float(np.exp(best))
# ```

# %% check="fit_temperature" points=4
with check("fit_temperature") as expect:

    def sharpened(rng, n, classes, factor):
        """Calibrated logits times a factor, and classes drawn from the calibrated probabilities."""
        z = rng.normal(size=(n, classes)) * 1.5
        cumulated = calibration.softmax(z).cumsum(axis=1)
        return factor * z, np.minimum((cumulated < rng.random((n, 1))).sum(axis=1), classes - 1)

    z, t = np.tile([0.0, np.log(9)], (8, 1)), np.array([1, 1, 1, 1, 1, 1, 0, 0])
    expect("the example", fit_temperature(z, t), rtol=1e-3)
    z, t = sharpened(np.random.default_rng(51), 300, 4, 3.0)
    expect("300 images, logits three times too large", fit_temperature(z, t), rtol=1e-3)
    expect.unchanged("the logits afterwards", z)
    z, t = sharpened(np.random.default_rng(75), 90, 3, 0.25)
    expect("logits near 2000, a T below 1", fit_temperature(z + 2000, t), rtol=1e-3)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160701)
    small = [(300, 3, 0.08), (310, 4, 0.09), (320, 3, 0.1), (330, 5, 0.12)]
    for n, classes, factor in [(150, 3, 0.4), (400, 10, 6.0), (200, 2, 1.7), *small]:
        z, t = sharpened(rng, n, classes, factor)
        expect(f"{n} images, {classes} classes, logits times {factor}", fit_temperature(z, t), rtol=1e-3)
        expect.unchanged(f"{n} images, the logits afterwards", z)
    z, t = sharpened(rng, 120, 5, 0.3)
    expect("logits with 2000 added to each", fit_temperature(z + 2000, t), rtol=1e-3)
    ### END HIDDEN TESTS

# %% [markdown]
# Where may T come from? From images that are like those to be judged. Here are three ways for five overtrained networks:
# no scaling, T from training writers (images 300 to 700 of the training set, which these networks never saw), T from the other half of the test
# images, whose writers are new. Judged on the kept half; mean and standard error.

# %% practice="temperature"
fit_t = yours("fit_temperature", else_=calibration.temperature)
rows = {"as trained": [], "T from the training writers": [], "T from new writers": []}
for seed in range(5):
    net = digit_net(seed, n=300, epochs=120)
    old, new, judged = (logits(net, x) for x in (x_train[300:700], x_test[asked], x_test[kept]))
    chosen = (1.0, fit_t(old, t_train[300:700]), fit_t(new, t_asked))
    for seen, temperature in zip(rows.values(), chosen, strict=True):
        p = calibration.softmax(judged, temperature)
        error = calibration.calibration_error(p.max(axis=1), p.argmax(axis=1) == t_kept, 10)
        seen.append((temperature, error, calibration.nll(judged, t_kept, temperature)))
for name, seen in rows.items():
    t_mean, error, loss = np.array(seen).T
    print(f"{name:28} T {plus_minus(t_mean, 2)}   calibration error {plus_minus(error)}   cross-entropy {plus_minus(loss)}")

# %% [markdown]
# Either T lowers the cross-entropy by more than twice its standard error. The calibration error moves by once or twice its own. Is
# there so little to repair, or can so few images not show it? That is the next question. Which writers T had better come from,
# these five networks do not tell.
#
# ### The error of the error
#
# The calibration error is itself measured, from finitely many images, and an absolute value never averages out. Take a
# *perfectly* calibrated classifier: it is right with exactly the probability it states.
#
# ### Predict: bins
#
# 500 answers of that perfect classifier. With which number of bins does the measured calibration error come out larger,
# 5 or 50? `larger = ...`

# %% solve="larger" difficulty=2 importance=3 minutes=2
### BEGIN SOLUTION
larger = 50
### END SOLUTION

# %% [markdown] hint="larger"
# How many answers does a bin hold, and how well does their share right tell the probability?

# %% [markdown] hint="larger"
# Ten answers at 80 %: seven to nine are right, most of the time, exactly eight only three times in ten. A hundred: seventy-six to eighty-four.

# %% [markdown] hint="larger"
# A gap of the wrong sign counts as much as one of the right sign. Fewer answers in a bin make larger gaps.

# %% predict="larger" points=0.5
with check("larger") as expect:
    expect("bins with the larger error", larger)

# %%
rng = np.random.default_rng(3)
print("perfect calibration; mean measured error of 200 draws")
print("answers   5 bins  15 bins  50 bins")
for n in (100, 500, 5000):
    found = []
    for bins in (5, 15, 50):
        draws = []
        for _ in range(200):
            p = rng.uniform(0.5, 1, n)
            draws.append(calibration.calibration_error(p, rng.random(n) < p, bins))
        found.append(np.mean(draws))
    print(f"{n:7}", *(f"{e:8.3f}" for e in found))

# %% [markdown]
# The true error is zero in every cell of that table. Few answers and many bins make an error out of nothing; so never
# compare calibration errors of different numbers of images or bins, and put this floor beside your number.
#
# Do it for the overtrained networks. The floor of a network: keep its confidences, and draw what is right with exactly these
# probabilities, many times.

# %% practice="floor"
measured, floors = {"as trained": [], "T from new writers": []}, {"as trained": [], "T from new writers": []}
for seed in range(5):
    z_new, z_judged = sure(seed)
    for name, temperature in zip(measured, (1.0, calibration.temperature(z_new, t_asked)), strict=True):
        p = calibration.softmax(z_judged, temperature)
        top, draws = p.max(axis=1), np.random.default_rng(seed).random((200, len(p)))
        measured[name].append(calibration.calibration_error(top, p.argmax(axis=1) == t_kept, 10))
        floors[name].append(np.mean([calibration.calibration_error(top, d < top, 10) for d in draws]))
for name in measured:
    print(f"{name:20} calibration error {plus_minus(measured[name])}, floor {plus_minus(floors[name])}")

# %% [markdown]
# So about half of the first number is floor, and most of the second: *above* its floor the error has shrunk to a fraction, and the
# two numbers alone hardly show it. With so few images rather trust the cross-entropy, which has no bins.
#
# ## 7. Right for the wrong reason, and other ways to fail
#
# **Shortcuts.** Lapuschkin and others (2019) found that a winner of an image contest knew horses by the photographer's
# tag in the corner of the pictures. We plant such a tag. These pictures are *drawn by a program*: animals (four-legged, bird, fish) and
# other things (table, house, tree, car), 24×24 pixels.

# %% picture="tagged" alt="Six small pictures of animals with a black and white mark in the lower left corner, and six of tables, trees, cars and houses without"
from course_lib.viz.pictures import failing

failing.tagged()


# %%
def pictures_of(n, seed, **how):
    """n generated pictures (n, 1, 24, 24) and whether each shows an animal: bright figures on a dark ground."""
    x, t, _ = creatures(n, **{"noise": 0.05, "dark": 0.0, "rng": np.random.default_rng(seed), **how})
    return x, t


def animal_net(x, t, seed, epochs=12, **how):
    """A small network with two convolutions, trained on pictures."""
    rng = np.random.default_rng(seed)
    stages = [nn.Conv2d(1, 8, 5, stride=2, rng=rng), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, rng=rng), nn.ReLU()]
    head = [nn.Flatten(), nn.Linear(256, 32, rng=rng), nn.ReLU(), nn.Linear(32, 2, rng=rng)]
    return attacks.learn(nn.Sequential(*stages, *head), x, t, rng=rng, epochs=epochs, size=50, lr=2e-3, **how)


# %% practice="shortcut"
x_wild, t_wild = pictures_of(800, 7)
x_new, t_new = pictures_of(600, 8)
all_tagged = np.where((t_wild == 1)[:, None, None, None], tag(x_wild), x_wild)
by_chance = np.where((np.random.default_rng(9).random(800) < 0.5)[:, None, None, None], tag(x_wild), x_wild)
as_trained = np.where((t_new == 1)[:, None, None, None], tag(x_new), x_new)
crossed = np.where((t_new == 0)[:, None, None, None], tag(x_new), x_new)
print("tags in training           tested as trained   without tags      tags on the others")
for name, known in {"on every animal": all_tagged, "on every second picture": by_chance}.items():
    nets = [animal_net(known, t_wild, seed) for seed in range(3)]
    shares = [[hits(net, x, t_new) for net in nets] for x in (as_trained, x_new, crossed)]
    print(f"{name:26} {plus_minus(shares[0])}      {plus_minus(shares[1])}     {plus_minus(shares[2])}")

# %% [markdown]
# A test set with the same tags would have called the first network nearly perfect. The saliency of the same networks,
# as a share that falls on the sixteen pixels of the tag, would have told:

# %% practice="shortcut_seen"
for name, known in {"on every animal": all_tagged, "on every second picture": by_chance}.items():
    net, shown = animal_net(known, t_wild, 0), tag(x_new[t_new == 1])
    seen = saliency.saliency(net, shown, np.ones(len(shown), int))
    share = seen[:, -5:-1, 1:5].sum((1, 2)) / seen.sum((1, 2))
    told_share = f"{share.mean():.0%} of the saliency lies on the tag, {16 / 24**2:.0%} of the picture"
    print(f"tags {name:24} {told_share} (one run)")

# %% [markdown]
# **Shift.** Training and use differ in two ways that call for different cures. *Label shift*: the classes come in other
# shares, each class looks as before. Then Bayes' rule repairs the probabilities, and even the new shares can be estimated
# without a label (Saerens and others 2002). *Covariate shift*: the inputs look different. No reweighting of classes helps;
# here figures darker than their ground. Mean and standard error of three networks.

# %% practice="shift"
nets = [animal_net(x_wild, t_wild, seed) for seed in range(3)]
sets = {
    "as in training": pictures_of(600, 10),
    "label shift: 10 % animals": pictures_of(600, 11, animals=0.1),
    "covariate shift: 20 % dark figures": pictures_of(600, 12, dark=0.2),
}
print("                                    as it is          reweighted        animals, estimated")
for name, (x, t) in sets.items():
    plainly, mended, shares = [], [], []
    for net in nets:
        p = calibration.softmax(logits(net, x))
        new = calibration.new_shares(p, (0.5, 0.5))
        plainly.append(np.mean(p.argmax(1) == t))
        mended.append(np.mean(calibration.reweighted(p, (0.5, 0.5), new).argmax(1) == t))
        shares.append(new[1])
    print(f"{name:35} {plus_minus(plainly)}     {plus_minus(mended)}     {plus_minus(shares, 2)}")

# %% [markdown]
# **Strange inputs.** A digit reader will read a digit into anything. Can its outputs say "this is no digit"? A score is
# good if strange images get lower scores than digits; the **area under the ROC curve** (lesson 15) is the probability that a random digit
# scores higher than a random strange image: 0.5 is useless, below it worse than useless. Two scores: the largest
# probability (Hendrycks and Gimpel 2017), and the log-sum-exp of the logits (Liu and others 2020). Five networks.

# %% practice="strange"
five = [digit_net(seed) for seed in range(5)]
rng = np.random.default_rng(6)
small, _ = pictures_of(360, 13)
strange = {
    "noise": rng.random(x_test.shape).astype(np.float32),
    "digits with shuffled pixels": rng.permuted(x_test.reshape(len(x_test), -1), axis=1).reshape(x_test.shape),
    "digits, black for white": 1 - x_test,
    "animals and things, 8×8": small.reshape(-1, 1, 8, 3, 8, 3).mean((3, 5)),
}
print(f"{'area under the ROC curve':30} largest probability   log-sum-exp       mean confidence")
for name, odd in strange.items():
    z = [(logits(net, x_test), logits(net, odd)) for net in five]
    areas = [
        [calibration.auc(s(a), s(b)) for a, b in z] for s in (calibration.top_probability, calibration.log_sum_exp)
    ]
    trust = [calibration.top_probability(b).mean() for _, b in z]
    print(f"{name:30} {plus_minus(areas[0])}         {plus_minus(areas[1])}     {plus_minus(trust, 2)}")

# %% [markdown]
# Read the third line: with every stroke in its place, inverted digits are taken for digits. Which of the two scores is the better
# one, five networks do not tell: hold the differences against the errors.
#
# **Extrapolation.** Far away from the data a ReLU network is linear along every ray (lesson 04), so its largest logit wins by
# more and more, and confidence goes to 1 whatever the input (Hein, Andriushchenko, Bitterwolf 2019). Multiply noise by a growing factor:

# %% practice="far_away"
for factor in (1, 2, 5, 20, 100):
    trust = [calibration.top_probability(logits(net, factor * strange["noise"])).mean() for net in five]
    print(f"noise times {factor:3}: mean confidence {plus_minus(trust)}")

# %% [markdown]
# **Dead units.** A ReLU unit that is 0 for every image gets no gradient and never comes back (lesson 04). A network can lose many of
# its units and still look trained. Share of dead units in each of three hidden layers after five epochs of Adam, by learning
# rate; three starts.

# %% practice="dead"
print("rate    dead units, layer 1, 2, 3      read rightly")
for rate in (0.003, 0.03, 0.1, 0.2):
    nets = [digit_net(seed, sizes=(64, 64, 64, 64, 10), lr=rate, epochs=5) for seed in range(3)]
    dead = np.mean([saliency.dead_units(net, x_train) for net in nets], axis=0)
    print(f"{rate:5}   {dead}         {plus_minus([hits(net, x_test, t_test) for net in nets])}")

# %% [markdown]
# ## 8. Yours: a reader that resists
#
# Animal or not, against an attacker. You train; the judge holds new pictures and attacks them *without* your network: with
# the gradients of two networks of its own, within 0.06, as in the transfer table of section 2. So masking your gradient
# will not help. The pictures come as in the cell below.

# %%
x_animals, t_animals = pictures_of(1000, 160)
print(x_animals.shape, x_animals.dtype, f"{t_animals.mean():.0%} animals")

# %% [markdown]
# The judge's numbers can be estimated beforehand, in the judge's way, on pictures of your own. The cell prints them for a plain network.
# When you have defined `animal`, call `estimate(animal)`: the share of clean and of attacked pictures read rightly, each known to two or
# three points from 300 pictures. The checks of this exercise see only the form, so this is how you learn what a design is worth.

# %% practice="resist_estimate"
x_theirs, t_theirs = pictures_of(1000, 170)
x_judged, t_judged = pictures_of(300, 171)
theirs = [animal_net(x_theirs, t_theirs, seed) for seed in (5, 6)]
x_hard = attacks.iterated(
    lambda x: F.log_softmax(theirs[0](x), 1) + F.log_softmax(theirs[1](x), 1),
    x_judged,
    t_judged,
    0.06,
    step=0.015,
    steps=10,
)


def estimate(reader):
    """Shares read rightly of 300 clean pictures and of the same attacked by two other networks."""
    return tuple(float(np.mean(reader(x.astype(np.float32)) == t_judged)) for x in (x_judged, x_hard))


plain_reader = animal_net(x_animals, t_animals, 7)
print(
    "a plain network: {:.0%} clean, {:.0%} attacked".format(*estimate(lambda x: logits(plain_reader, x).argmax(axis=1)))
)

# %% [markdown] task="resist" title="Open: a reader that resists"
# Define `resist`, an `nn.Module` with at most 40 000 weights, and `animal(images)`: for float32 images `(n, 1, 24, 24)` within
# 0..1 the classes `(n,)`, 1 for an animal, as integers. Train in this cell, for at most about two seconds of one core.
#
# Judged on 300 new pictures by the share read rightly: on clean ones at least 78 % (1 point); on pictures attacked by the
# judge's networks at least 58 % (2 points), at least 66 % (1 more point). Any design counts; see what `estimate(animal)` says of each
# before you hand one in.
#
# *Example:* always 0 is right for half of the pictures. A plain network reads most clean pictures and about half of the attacked or fewer: the cell above
# measured one.


# %% solve="resist" difficulty=4 importance=4 minutes=30
### BEGIN SOLUTION
rng = np.random.default_rng(1)
stages = [nn.Conv2d(1, 8, 5, stride=2, rng=rng), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, rng=rng), nn.ReLU()]
resist = nn.Sequential(*stages, nn.Flatten(), nn.Linear(256, 32, rng=rng), nn.ReLU(), nn.Linear(32, 2, rng=rng))
optimizer = optim.Adam(resist.parameters(), lr=2e-3)
for epoch in range(18):
    eps = 0.05 * min(1, epoch / 9)
    for x, t in batches(x_animals, t_animals, size=50, rng=rng):
        attacks.adversarial_step(resist, optimizer, x, t, eps, step=1.2 * eps, steps=1)


def animal(images):
    return logits(resist, images).argmax(axis=1)


### END SOLUTION


# %% [markdown] hint="resist"
# Train against attacks, as in section 4. Which strength? A network that meets the full strength at once may learn nothing at all.

# %% [markdown] hint="resist"
# Start with ε = 0 and let it grow over the first half of the epochs. One step of attack for each batch costs twice the
# time of plain training, four steps five times. Convolutions read more pictures than one hidden layer does.

# %% [markdown] hint="resist"
# ```python
# resist = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2, rng=rng), nn.ReLU(), ..., nn.Linear(32, 2, rng=rng))
# optimizer = optim.Adam(resist.parameters(), lr=2e-3)
# for epoch in range(...):
#     eps = ... * min(1, epoch / ...)
#     for x, t in batches(x_animals, t_animals, size=50, rng=rng):
#         attacks.adversarial_step(resist, optimizer, x, t, eps, step=..., steps=1)
# ```

# %% held="resist" gives="fresh attacked"
import numpy as np

import course_lib.data.creatures as drawn
import course_lib.functional as F
import course_lib.nn as nn
import course_lib.topics.attacks as attacks

rng = np.random.default_rng(160801)
known, classes, _ = drawn.creatures(1000, noise=0.05, dark=0.0, rng=rng)
held_pictures, held_labels, _ = drawn.creatures(300, noise=0.05, dark=0.0, rng=rng)
dense = attacks.small_net((576, 48, 2), rng=rng)
stages = [nn.Conv2d(1, 8, 5, stride=2, rng=rng), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, rng=rng), nn.ReLU()]
convolved = nn.Sequential(*stages, nn.Flatten(), nn.Linear(256, 32, rng=rng), nn.ReLU(), nn.Linear(32, 2, rng=rng))
for net in (dense, convolved):
    attacks.learn(net, known, classes, rng=rng, epochs=12, size=50, lr=2e-3)


def both(x):
    return F.log_softmax(dense(x), 1) + F.log_softmax(convolved(x), 1)


strong = attacks.iterated(both, held_pictures, held_labels, 0.06, step=0.015, steps=10)
fresh, attacked = (np.rint(255 * a).astype(np.uint8) for a in (held_pictures, strong))

# %% check="resist" points=1
with check("resist") as expect:
    expect("weights within 40 000", sum(p.data.size for p in resist.parameters()) <= 40_000)
    expect("shape of the answer (how many are right, the judge measures)", animal(x_animals[:7]).shape)
    answer = np.asarray(animal(x_animals[:7]))
    expect("integers, 0 or 1", answer.dtype.kind in "iu" and bool(np.isin(answer, (0, 1)).all()))
    ### BEGIN HIDDEN TESTS
    pictures_held = (expect.held("fresh") / 255).astype(np.float32)
    expect("weights within 40 000, again", sum(p.data.size for p in resist.parameters()) <= 40_000)
    expect.outcome("300 new pictures", animal(pictures_held), truth="held_labels", measure="accuracy", at_least=0.78)
    ### END HIDDEN TESTS

# %% check="resist-attacked" points=2
with check("resist-attacked") as expect:
    expect("weights within 40 000", sum(p.data.size for p in resist.parameters()) <= 40_000)
    expect("shape of the answer (how many are right, the judge measures)", animal(x_animals[:9]).shape)
    ### BEGIN HIDDEN TESTS
    pictures_held = (expect.held("attacked") / 255).astype(np.float32)
    expect("weights within 40 000", sum(p.data.size for p in resist.parameters()) <= 40_000)
    expect.outcome("300 attacked", animal(pictures_held), truth="held_labels", measure="accuracy", at_least=0.58)
    ### END HIDDEN TESTS

# %% check="resist-better" points=1
with check("resist-better") as expect:
    expect("weights within 40 000", sum(p.data.size for p in resist.parameters()) <= 40_000)
    expect("shape of the answer (how many are right, the judge measures)", animal(x_animals[:8]).shape)
    ### BEGIN HIDDEN TESTS
    pictures_held = (expect.held("attacked") / 255).astype(np.float32)
    expect("weights within 40 000", sum(p.data.size for p in resist.parameters()) <= 40_000)
    expect.outcome("300 attacked", animal(pictures_held), truth="held_labels", measure="accuracy", at_least=0.66)
    ### END HIDDEN TESTS

# %% [markdown]
# Remember what such a number is worth: this attacker did not know your network. One who does will do better; measure it
# with `attacks.robust(resist, ...)` before you trust it.
#
# ## 9. No substitute for experimentation
#
# Does dropout help? Is momentum faster? You have met such claims, some of them with one curve each. Training is random: starts, order of
# batches, dropout's draws. One run of each proves nothing. The claims below take up what the lessons in brackets are about; none of them was
# measured in these words (lesson 06 counted *epochs* of ReLU and tanh). First, two settings that are *the same*, ten starts of each:

# %%
CLAIMS = {
    "momentum": "momentum 0.9 reads more test digits than none, at the same rate (lesson 06)",
    "dropout": "dropout of half the hidden units reads more test digits than none (lesson 07)",
    "shifts": "images shifted by up to a pixel in training help (lesson 07)",
    "relu": "ReLU reads more test digits than tanh (lessons 04 and 06)",
    "width": "64 hidden units read more test digits than 16 (lesson 08)",
}


def measure(claim, side, seed, n=300, epochs=15):
    """Per cent of test digits read rightly by one training run: side "a" as the claim says, side "b" without."""
    rng, with_it = np.random.default_rng((seed, side == "a")), side == "a"
    units = 16 if claim == "width" and not with_it else 64
    bend = nn.Tanh() if claim == "relu" and not with_it else nn.ReLU()
    drop = [nn.Dropout(0.5, rng=rng)] if claim == "dropout" and with_it else []
    layers = [nn.Flatten(), nn.Linear(64, units, rng=rng), bend, *drop, nn.Linear(units, 10, rng=rng)]
    model, momentum = nn.Sequential(*layers), 0.9 if claim == "momentum" and with_it else 0.0
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
    for _ in range(epochs):
        shown = translate(x_train[:n], rng=rng, pixels=1) if claim == "shifts" and with_it else x_train[:n]
        for x, t in batches(shown, t_train[:n], size=20, rng=rng):
            attacks.adversarial_step(model, optimizer, x, t, 0.0, step=0, steps=0)
    model.eval()
    return 100 * hits(model, x_test, t_test)


# %% practice="luck"
same = np.array([[measure("none", side, seed) for seed in range(10)] for side in "ab"])
print("side a:", same[0], "\nside b:", same[1])
ahead = same[0] - same[1]
print(
    f"side a is ahead in {np.sum(ahead > 0)} of 10 pairs, side b in {np.sum(ahead < 0)}, by up to {np.abs(ahead).max():.1f} points"
)
rare = stats.binomtest(np.sum(ahead > 0), np.sum(ahead != 0)).pvalue  # a coin for each pair that is not even
print(f"two equal sides come out as uneven as this, or more, in {rare:.0%} of such tens")

# %% [markdown]
# Would you have believed it? Nothing differs but the draws. So uneven a ten is rare, pairs some points apart are not: take other
# seeds and see. The remedy: several runs, their mean, and an interval that says how well the mean is known. For two sides with
# $n_a$ and $n_b$ independent runs and standard deviations $s_a$, $s_b$ (divided by n − 1), Welch's interval of the difference of
# means is
#
# $$\bar a - \bar b \pm q \sqrt{\tfrac{s_a^2}{n_a} + \tfrac{s_b^2}{n_b}}, \qquad
# \nu = \frac{(s_a^2/n_a + s_b^2/n_b)^2}{\frac{(s_a^2/n_a)^2}{n_a-1} + \frac{(s_b^2/n_b)^2}{n_b-1}}$$
#
# with q the quantile of Student's distribution with ν degrees of freedom: `stats.t.ppf(p, nu)`. For the interval of level 95 %,
# 2.5 % of the distribution lie above q.

# %% [markdown] task="compare_runs" title="A comparison with an interval"
# Write `compare_runs(a, b, level)` for two arrays of results, two or more each, of possibly different lengths. Return a tuple of three
# floats: the difference of the means (a less b) and the lower and the upper end of its two-sided interval of this
# `level`, for example 0.95, by Welch's formula above.
#
# *Example:* a = (3, 5), b = (1, 2, 3): difference 2, ν = 1.68..., and at level 0.9 the interval is about (−1.85, 5.85).


# %% solve="compare_runs" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.experiment.compare"
def compare_runs(a, b, level):
    """Difference of means and its interval: (difference, low, high)."""
    ### BEGIN SOLUTION
    a, b = np.asarray(a, float), np.asarray(b, float)
    u, v = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
    half = stats.t.ppf((1 + level) / 2, nu) * np.sqrt(u + v)
    d = a.mean() - b.mean()
    return float(d), float(d - half), float(d + half)
    ### END SOLUTION


# %% [markdown] hint="compare_runs"
# The two terms under the root appear four times. Give them names.

# %% [markdown] hint="compare_runs"
# In the example: variances 2 and 1, divided by the lengths 1 and 1/3. At level 0.9, 5 % lie above q: which p is that?

# %% [markdown] hint="compare_runs"
# ```python
# u, v = a.var(ddof=1) / len(a), ...
# nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + ...)
# half = stats.t.ppf(..., nu) * np.sqrt(...)
# ```

# %% check="compare_runs" points=4
with check("compare_runs") as expect:
    expect("the example", compare_runs(np.array([3.0, 5.0]), np.array([1.0, 2.0, 3.0]), 0.9))
    rng = np.random.default_rng(61)
    a, b = rng.normal(92, 1, 5), rng.normal(90, 3, 8)
    expect("5 against 8 runs, level 0.95", compare_runs(a, b, 0.95))
    expect("8 against 5 runs, level 0.99", compare_runs(b, a, 0.99))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(160901)
    for n, m, spread, level in [(3, 6, 4.0, 0.95), (12, 4, 0.3, 0.8), (7, 9, 2.0, 0.98)]:
        a, b = rng.normal(50, 1, n), rng.normal(51, spread, m)
        expect(f"{n} against {m} runs, level {level}", compare_runs(a, b, level))
    ### END HIDDEN TESTS

# %% [markdown]
# **How many runs?** The interval shrinks with the root of the number. Before you start, decide which difference would
# *matter* to you (δ), and guess the standard deviation s of single runs from a **pilot**: a few runs made beforehand for this alone, which count for nothing else. Then the number of runs on each side
# that finds such a difference with a given probability, the **power**, is about
#
# $$n = 2 \left(\frac{(z_{(1+\text{level})/2} + z_{\text{power}})\; s}{\delta}\right)^2$$
#
# with z the quantiles of the normal distribution, `stats.norm.ppf`. Checked by simulating two thousand comparisons each:

# %%
rng = np.random.default_rng(8)
print("difference / s   runs a side   found in   and without a difference, found in")
for effect in (2.0, 1.0, 0.5):
    n = experiment.seeds_needed(effect, 1.0)
    power, error = experiment.found(n, effect, 1.0, rng=rng)
    alarm, _ = experiment.found(n, 0.0, 1.0, rng=rng)
    print(f"{effect:14} {n:13} {power:10.1%} {alarm:24.1%}")

# %% [markdown]
# For a few runs the formula promises far too much, since it takes s for known: add two or three runs there. And half the
# difference needs four times the runs.
#
# **Decide before you look.** Who runs until the interval excludes zero finds something in the end, given patience. Two equal
# sides, an interval of 95 % after every new pair of runs, stop at the first "difference":

# %%
rng = np.random.default_rng(9)
for most in (2, 5, 10, 20, 50):
    print(
        f"looking after every new pair, up to {most:2} pairs: {experiment.peeking(most, rng=rng):.1%} of 1000 trials find a difference that is not there"
    )

# %% [markdown]
# The same happens to whoever tries many settings and reports the best, or picks the epoch by the test set. So write the plan
# down first: **pre-registration**. Question, smallest difference that matters, number of runs, interval, decision, and the
# seeds; pilot runs do not count again.

# %% practice="pilot"
spreads = {}
for claim in CLAIMS:
    began = time.process_time()
    pilot = [[measure(claim, side, seed) for seed in range(3)] for side in "ab"]
    spread = spreads[claim] = np.sqrt(np.mean(np.var(pilot, axis=1, ddof=1)))
    print(
        f"{claim:9} standard deviation {spread:.1f} points, {(time.process_time() - began) / 6:.2f} s a run: {CLAIMS[claim]}"
    )

# %% [markdown] task="stated_plan" title="Pick a claim, state a plan"
# - `runs_for(smallest, deviation, level, power)`: the runs a side by the formula above, rounded up, at least 2.
# - `decide(plan, a, b)`: raises `ValueError` unless `a` and `b` both have `plan["runs"]` results. Else, with Welch's interval of
#   a − b at `plan["level"]`: `"a"` if it lies above 0, `"b"` if below; else `"too small"` if it lies within ±`plan["smallest"]`;
#   else `"undecided"`.
# - `stated_plan()`: a dict with `claim` (one of `CLAIMS`), `smallest` and `deviation` (points; the latter from the pilot), `level` (at
#   least 0.9), `power` (at least 0.8), `runs` (what `runs_for` says), `first_seed` (3 or more: the pilot used 0, 1, 2).


# %% solve="stated_plan" difficulty=3 importance=5 minutes=20 forbid="course_lib.topics.experiment.seeds_needed course_lib.topics.experiment.decide"
def runs_for(smallest, deviation, level, power):
    """Runs on each side."""
    ### BEGIN SOLUTION
    z = stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(power)
    return max(2, int(np.ceil(2 * (z * deviation / smallest) ** 2)))
    ### END SOLUTION


def decide(plan, a, b):
    """What the plan says of the results."""
    ### BEGIN SOLUTION
    if len(a) != plan["runs"] or len(b) != plan["runs"]:
        raise ValueError(f"the plan says {plan['runs']} runs a side, there are {len(a)} and {len(b)}")
    _, low, high = experiment.compare(a, b, plan["level"])
    if low > 0 or high < 0:
        return "a" if low > 0 else "b"
    return "too small" if -plan["smallest"] < low and high < plan["smallest"] else "undecided"
    ### END SOLUTION


def stated_plan():
    """The plan, stated before the runs."""
    ### BEGIN SOLUTION
    plan = {"claim": "momentum", "smallest": 1.0, "deviation": 1.2, "level": 0.95, "power": 0.9, "first_seed": 100}
    return plan | {"runs": runs_for(plan["smallest"], plan["deviation"], plan["level"], plan["power"])}
    ### END SOLUTION


# %% [markdown] hint="stated_plan"
# Everything in `decide` follows from the two ends of the interval. `experiment.compare(a, b, level)` gives (difference, low, high), as your
# `compare_runs` does.

# %% [markdown] hint="stated_plan"
# Smallest 1, s = 1, level 0.95, power 0.8: z is 1.96 + 0.84, so 2 · 2.8² = 15.7, that is 16 runs a side. An interval from −0.3 to 0.4
# with smallest 1: no difference found, and none of that size is left possible.

# %% [markdown] hint="stated_plan"
# ```python
# z = stats.norm.ppf(...) + stats.norm.ppf(power)
# return max(2, int(np.ceil(2 * (...) ** 2)))
# ...
# if len(a) != plan["runs"] or ...: raise ValueError("...")
# _, low, high = experiment.compare(a, b, plan["level"])
# ...
# plan = {"claim": "...", "smallest": ..., "deviation": ..., "level": 0.95, "power": 0.8, "first_seed": ...}
# return plan | {"runs": runs_for(...)}
# ```

# %% check="stated_plan-runs" points=2
with check("stated_plan-runs") as expect:
    expect("difference 1, s = 1, level 0.95, power 0.8", runs_for(1.0, 1.0, 0.95, 0.8))
    expect("half the difference", runs_for(0.5, 1.0, 0.95, 0.8))
    expect("a huge difference", runs_for(50.0, 1.0, 0.95, 0.8))
    expect("difference 1, s = 0.8: 10.05 by the formula", runs_for(1.0, 0.8, 0.95, 0.8))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(161001)
    expect("a difference of 90 s", runs_for(90.0, 1.0, 0.9, 0.85))
    expect("level 0.9, power 0.8, s = 0.9", runs_for(1.0, 0.9, 0.9, 0.8))
    for level, power in [(0.9, 0.8), (0.99, 0.9), (0.95, 0.95)]:
        smallest, deviation = rng.uniform(0.3, 0.9), rng.uniform(1, 2)
        expect(f"level {level}, power {power}", runs_for(smallest, deviation, level, power))
    ### END HIDDEN TESTS

# %% check="stated_plan-decide" points=3
with check("stated_plan-decide") as expect:

    def refusal(plan, a, b):
        try:
            return decide(plan, a, b)
        except ValueError:
            return "ValueError"

    rule = {"claim": "relu", "smallest": 1.0, "deviation": 0.5, "level": 0.95, "power": 0.8, "runs": 5, "first_seed": 9}
    base = np.array([-0.4, -0.2, 0.0, 0.2, 0.4])
    expect("means 3 apart", decide(rule, 93 + base, 90 + base))
    expect("the other way round", decide(rule, 90 + base, 93 + base))
    expect("an interval from 0.04 to 0.96", decide(rule, 90.5 + base, 90 + base))
    expect("means 0.1 apart, s = 0.3", decide(rule, 90.1 + base, 90 + base))
    expect("means 0.1 apart, s = 3", decide(rule, 90.1 + 10 * base, 90 + 10 * base))
    expect("one run more on a side", refusal(rule, [1.0, 2, 3, 4, 5, 6], [1.0, 2, 3, 4, 5]))
    expect("one run more on both sides", refusal(rule, [1.0, 2, 3, 4, 5, 6], [2.0, 3, 4, 5, 6, 7]))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(161002)
    for n, level, smallest in [(4, 0.9, 0.5), (9, 0.99, 2.0), (15, 0.95, 0.3)]:
        rule, found = {**rule, "runs": n, "level": level, "smallest": smallest}, []
        center = rng.permuted(np.linspace(-1, 1, n))
        half = stats.t.ppf((1 + level) / 2, 2 * n - 2) * np.sqrt(2 * center.var(ddof=1) / n)
        for shift, scale in [
            (1.2, 1),
            (-1.2, 1),
            (0.8, 1),
            (-0.9, 1),
            (0.1, 0.5 * smallest / half),
            (0.1, 1.3 * smallest / half),
        ]:
            found.append(decide(rule, scale * center + scale * half * shift, scale * center))
        expect(f"{n} runs, level {level}, six cases", [n, *found])
    expect("a run fewer on a, on b", [refusal(rule, center[1:], center), refusal(rule, center, center[1:])])
    expect("a run fewer on both", refusal(rule, center[1:], center[1:]))
    rule = {**rule, "smallest": 9.0}
    expect("b above a, by less than matters", [decide(rule, center / 9 - 1, center / 9), rule["runs"]])
    ### END HIDDEN TESTS

# %% check="stated_plan-mine" points=3
with check("stated_plan-mine") as expect:
    plan = stated_plan()
    numbers = [plan[name] for name in ("smallest", "deviation", "level", "power")]
    expect("it tests one of the claims", plan["claim"] in CLAIMS)
    expect("level and power are high enough", bool(0.9 <= plan["level"] < 1 and 0.8 <= plan["power"] < 1))
    expect("the runs are what your own runs_for says", bool(plan["runs"] == runs_for(*numbers)))
    expect("the pilot's seeds are not used again", bool(plan["first_seed"] >= 3))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(161003)
    plan = stated_plan()
    numbers = [plan[name] for name in ("smallest", "deviation", "level", "power")]
    z = stats.norm.ppf((1 + plan["level"]) / 2) + stats.norm.ppf(plan["power"])
    wanted = max(2, int(np.ceil(2 * (z * plan["deviation"] / plan["smallest"]) ** 2)))
    expect(
        "the runs",
        {"by the formula": bool(plan["runs"] == wanted), "by runs_for": bool(plan["runs"] == runs_for(*numbers))},
    )
    stated = [plan["level"] >= 0.9, plan["power"] >= 0.8, plan["first_seed"] >= 3, plan["claim"] in CLAIMS]
    expect("level, power, seeds, claim", [bool(kept) for kept in stated])
    results = [rng.normal(90 + 9 * plan["smallest"] * k, plan["smallest"] / 3, plan["runs"]) for k in (1, 0)]
    expect("decided by this plan", [decide(plan, *results), decide(plan, *results[::-1])])
    ### END HIDDEN TESTS

# %% [markdown]
# Now run your plan. Whatever comes out stands; a new idea needs a new plan and new seeds.

# %% practice="claim"
own = yours(
    "stated_plan", else_=lambda: experiment.plan("momentum", smallest=1.0, deviation=spreads["momentum"], power=0.9)
)
plan = own()
seeds = range(plan["first_seed"], plan["first_seed"] + plan["runs"])
a, b = ([measure(plan["claim"], side, seed) for seed in progress(seeds, f"side {side}")] for side in "ab")
difference, low, high = experiment.compare(a, b, plan["level"])
print(
    f"{CLAIMS[plan['claim']]}\n{plan['runs']} runs a side: a − b = {difference:.2f} points, interval {low:.2f} to {high:.2f}"
)
decided = (decide if own is stated_plan else experiment.decide)(plan, a, b)
print(f"the plan decides: {decided}, where {plan['smallest']:g} points or more would matter")

# %% [markdown]
# ## 10. You against the network: a timed experiment
#
# **Lecture figure F42.** Sixty pictures, one a second: is there an animal? Press as soon as you know. A neuron needs
# milliseconds to fire, and the lecture gives recurrent pathways in the brain a time constant of 60 ms: how many
# rounds fit into your reaction time? Thorpe, Fize and Marlot (1996) ran the experiment with photographs. Ours are *the generated
# pictures* of section 7, none of which the network below has seen.
#
# Run the cell and press start. Your time includes the screen, the hand, and the way from the browser to the kernel.

# %%
sixty, is_animal = pictures_of(reaction.PICTURES, 42)
session = reaction.Session(is_animal)

# %% practice="reaction"
reaction_experiment(session, sixty)

# %% picture="experiment" alt="Sixty small generated pictures in three rows, and below them a histogram of sixty simulated reaction times between 300 and 850 milliseconds with their median near 445 and its interval"
from course_lib.viz.pictures import failing

failing.experiment()

# %% [markdown]
# That picture is an *example*, and no person made it: reaction times were **simulated**, log-normal above 250 ms, with the
# median (445 ms) and the share of right answers (94 %) that Thorpe, Fize and Marlot published. The spread is ours. The
# table below uses your answers, if you gave twenty or more, else such a simulated session, and says which.

# %% figure="F42"
x_seen, t_seen = pictures_of(1000, 160)
net = animal_net(x_seen, t_seen, 0)
taken = session if session.count() >= 20 else reaction.simulated(is_animal, rng=np.random.default_rng(1996))
machine = reaction.machine_times(lambda picture: logits(net, picture), sixty, time.perf_counter)

# %% figure="F42"
who = taken.simulated or "a person, in this notebook"
middle, low, high = taken.median()
fast, fastest, slowest = experiment.median_interval(machine)
ax = failures.reaction_times(taken, machine)
rows = [
    ("median reaction time", "60 images, one a second", f"{middle:.0f} ms, interval {low:.0f} to {high:.0f} ms", who),
    ("answers and share right", "", f"{taken.count()}, {taken.right.sum() / taken.count():.0%}", "the same"),
    ("rounds of a 60 ms loop that fit", "recurrent pathways, 60 ms", f"{middle / 60:.1f}", "median over 60 ms"),
    (
        "the network, one picture",
        "",
        f"{fast:.2f} ms, interval {fastest:.2f} to {slowest:.2f} ms",
        "one core, NumPy, one at a time",
    ),
    ("the network, share right", "", f"{hits(net, sixty, is_animal):.0%}", "1000 other pictures in training, one run"),
]
lecture_table("F42 · Animal or not: a person and a network on 60 generated pictures", rows)

# %% [markdown]
# The intervals are of the *median*, level 95 %, from the ranks of the sorted times: no assumption about their shape is needed.
# A faster answer is no better answer. And the comparison is not fair in either direction: you have never been trained on
# these pictures, and the network has never seen anything else.

# %% [markdown] question="robust_claim" points=5 title="A claim to be refereed"
# A manuscript says: "Our defence raises accuracy under the iterated attack (10 steps, ε = 0.1) from 12 % to 81 %. It is also
# better calibrated: its expected calibration error is 0.03 (100 bins, 200 images) against 0.05 (10 bins, 10 000 images). Each network was
# trained once." (a) Name two experiments that would show whether the defence masks gradients, and say what each would show if
# it does. (b) What is wrong with the comparison of calibration? (c) What is missing for the claim of a difference, and how would you
# find out how much of it is needed?
#
# === BEGIN MARK SCHEME ===
# 2 points for (a), 1 for each of two with its expected result: attacks that transfer from another network succeed better than
# the network's own; random noise does as much as the attack or more; an unlimited ε does not reach 0; a loss without softmax (margin) or
# a gradient through a smooth stand-in breaks it; more steps and restarts keep lowering the number. A test without what
# masking would show earns half.
# 1 point for (b): the measured error depends on the number of bins and of images (its floor for a perfect classifier is not zero, and larger
# with more bins and fewer images); both must be equal, or the floor stated.
# 2 points for (c): several runs (seeds) of both sides with a mean and an interval of the difference (1); a pilot for the standard
# deviation, a smallest difference that matters, level and power, and from them the number of runs, before the runs (1).
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) First, attack it with images made on another network of their own. These know nothing of the defended network's
# gradient, so they should do less harm than its own attack; if they do more, its gradient is masked. Second, let ε
# grow until the attack may change everything. Then no network can stand; if most images are still read rightly, the
# attack has found no direction, and the 81 % measure the attack and not the network.
#
# (b) The measured error depends on how it is measured: even a perfectly calibrated classifier gets one above 0, the
# larger the more bins and the fewer images there are. With 100 bins and 200 images that floor alone is considerable,
# with 10 bins and 10 000 images it is small, so 0.03 and 0.05 cannot be compared. Both sides need the same number of
# bins and images, or the floor stated beside each.
#
# (c) One training each says nothing about what another draw would give. It takes several runs with different seeds on
# both sides, and the mean difference with its interval. How many is decided before the runs: a pilot gives the
# standard deviation of single runs, they state the smallest difference that matters, the level and the power, and the
# formula gives the number of runs. The pilot's runs do not count again.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. A network's gradient by the image finds small changes that fool it; noise of the same size does not. Attacks transfer.
# 2. An attack that fails proves nothing. Look for masked gradients before you believe a defence; robust accuracy is an upper bound.
# 3. Test explanations too: a map that survives random weights does not explain the network.
# 4. Confidence is no probability until it is calibrated, on data like those in use; shifts and strange inputs break it again.
# 5. Write the plan before the runs: smallest difference, seeds, interval, decision. Then run it once.
#
# ## Further reading
#
# - Christian Szegedy and others: *Intriguing properties of neural networks* (2014); Ian Goodfellow, Jonathon Shlens, Christian Szegedy:
#   *Explaining and harnessing adversarial examples* (2015)
# - Aleksander Madry and others: *Towards deep learning models resistant to adversarial attacks* (2018); Anish Athalye, Nicholas Carlini, David
#   Wagner: *Obfuscated gradients give a false sense of security* (2018)
# - Dimitris Tsipras and others: *Robustness may be at odds with accuracy* (2019)
# - Julius Adebayo and others: *Sanity checks for saliency maps* (2018); Sebastian Lapuschkin and others: *Unmasking Clever Hans predictors and
#   assessing what machines really learn* (2019)
# - Chuan Guo and others: *On calibration of modern neural networks* (2017); Matthias Hein and others: *Why ReLU networks yield
#   high-confidence predictions far away from the training data* (2019)
# - Xavier Bouthillier and others: *Accounting for variance in machine learning benchmarks* (2021)
# - Simon Thorpe, Denis Fize, Catherine Marlot: *Speed of processing in the human visual system* (1996)
#
# **Next:** lesson 17 lets a network play, and a search correct what it believes.
