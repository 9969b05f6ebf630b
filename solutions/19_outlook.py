# %% [markdown] lesson="19" title="Outlook" minutes=60 builds_on="05 08 10 13 15"
# What did the lectures name that this course left out, and how far do its own tools carry you there?
#
# Three fields, each with cells to run (none takes more than 20 seconds) and three papers to begin with. There is nothing to
# solve and nothing to hand in. Change the numbers and see what happens.

# %% picture="senses" alt="Four panels: a spectrogram with a rising line, a range image of a standing figure, the same figure as points in space from the side, and a night scene that is dark in visible light and shows a warm disc in thermal light"
from course_lib.viz.pictures import outlook

outlook.senses()

# %%
from itertools import pairwise

import numpy as np

from course_lib import Tensor, nn, no_grad, optim, schedules
from course_lib import functional as F
from course_lib.data import batches, datasets
from course_lib.topics import sensors
from course_lib.train import accuracy, fit, score
from course_lib.viz import curves, style
from course_lib.viz.images import image_grid

digits = datasets.load("digits")
x, x_test = (a.reshape(len(a), 64).astype(np.float32) / 255 for a in (digits.x_train, digits.x_test))

# %% [markdown]
# ## 1. Networks that make images
#
# Everything so far went from images to answers. A **generative model** goes the other way: it learns where images lie
# among all possible arrays, and draws new ones from there.
#
# ### Auto-encoder
#
# Squeeze an image through two numbers and ask for it back. An encoder 64-64-2 and a decoder 2-64-64, trained together
# on the squared error. There are no labels in it; they only colour the picture.


# %%
def layers(*sizes, rng):
    """Linear layers of these sizes with ReLU between them."""
    pairs = [[nn.Linear(a, b, rng=rng), nn.ReLU()] for a, b in pairwise(sizes)]
    return nn.Sequential(*[layer for pair in pairs for layer in pair][:-1])


# %% practice="autoencoder"
rng = np.random.default_rng(0)
encoder, decoder = layers(64, 64, 2, rng=rng), layers(2, 64, 64, rng=rng)
both = nn.Sequential(encoder, decoder, nn.Sigmoid())
epochs = 200
optimizer = optim.Adam(both.parameters(), lr=schedules.cosine(3e-3, epochs * (len(x) // 64)))
losses = []
for _ in range(epochs):
    losses.append(np.mean(list(fit(both, F.mse_loss, optimizer, batches(x, x, size=64, rng=rng, drop_last=True)))))
with no_grad():
    codes, copies = encoder(Tensor(x_test)).data, both(Tensor(x_test)).data
print(f"squared error a pixel {losses[-1]:.4f}; of the mean image {x.var(0).mean():.4f}")

# %% practice="autoencoder_plot"
image_grid(np.concatenate([x_test[:8], copies[:8]]).reshape(-1, 1, 8, 8), columns=8, title="digits, and what two numbers keep")
ax = style.axes(size=(4.6, 3.8), title="Two numbers for each digit", xlabel="first", ylabel="second")
for k in range(10):
    mine = codes[digits.t_test == k]
    ax.scatter(*mine.T, s=12, label=k, color=style.COLORS[k % 8], marker="o" if k < 8 else "x")
place = ax.legend(frameon=False, ncols=2, fontsize="small")

# %% [markdown]
# ### Variational auto-encoder
#
# Draw two numbers at random and decode them: mostly you land between the points above, where the decoder has learned nothing.
# Kingma and Welling's remedy: the encoder gives a *cloud* for each image (a mean and a spread), a point is drawn from it,
# and each cloud is pulled towards the normal distribution with mean 0 and spread 1. Then a draw from that one mostly is a
# place that was trained. The draw is written as mean + spread · noise, so that gradients pass through it.

# %% practice="vae"
rng = np.random.default_rng(1)
encoder, decoder = layers(64, 96, 8, rng=rng), layers(4, 96, 64, rng=rng)
parameters = [*encoder.parameters(), *decoder.parameters()]
epochs = 60
optimizer = optim.Adam(parameters, lr=schedules.cosine(3e-3, epochs * (len(x) // 64)))
for _ in range(epochs):
    for (some,) in batches(x, size=64, rng=rng, drop_last=True):
        code = encoder(Tensor(some))
        mean, log_spread = code[:, :4], code[:, 4:]
        drawn = mean + log_spread.exp() * rng.normal(size=mean.shape).astype(np.float32)
        unlike = 64 * F.binary_cross_entropy_with_logits(decoder(drawn), some)  # 64 pixels, each between black and white
        pull = (mean**2 + (2 * log_spread).exp()) / 2 - log_spread - 0.5  # how far each cloud is from mean 0, spread 1
        loss = unlike + pull.sum() / len(some)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
with no_grad():
    new = F.sigmoid(decoder(Tensor(rng.normal(size=(20, 4)).astype(np.float32)))).data
pictures = image_grid(new.reshape(-1, 1, 8, 8), columns=10, title="twenty digits that nobody wrote")

# %% [markdown]
# ### Generative adversarial network
#
# No distance to a real image at all, but a second network as a judge: the **discriminator** tells real from made, the
# **generator** learns to mislead it. On points of the plane you can watch: the real ones lie on a ring of eight spots. Do all
# spots get their share? Generators that leave some out are so common that it has a name, **mode collapse**.


# %% practice="gan"
def ring(n, rng):
    angle = 2 * np.pi * rng.integers(0, 8, n) / 8
    return (np.column_stack([np.cos(angle), np.sin(angle)]) + 0.05 * rng.normal(size=(n, 2))).astype(np.float32)


rng = np.random.default_rng(0)
generator, judge = layers(4, 64, 64, 2, rng=rng), layers(2, 64, 64, 1, rng=rng)
g_step = optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.99))
d_step = optim.Adam(judge.parameters(), lr=1e-3, betas=(0.5, 0.99))
ones, zeros = np.ones((128, 1), np.float32), np.zeros((128, 1), np.float32)
for _ in range(2500):
    made = generator(Tensor(rng.normal(size=(128, 4)).astype(np.float32)))
    told = F.binary_cross_entropy_with_logits
    loss = told(judge(Tensor(ring(128, rng))), ones) + told(judge(Tensor(made.data)), zeros)
    d_step.zero_grad()
    loss.backward()
    d_step.step()
    loss = told(judge(made), ones)  # the generator wants to be taken for real
    g_step.zero_grad()
    loss.backward()
    g_step.step()

# %% practice="gan_plot"
with no_grad():
    made = generator(Tensor(rng.normal(size=(600, 4)).astype(np.float32))).data
real = ring(600, rng)
ax = style.axes(size=(3.8, 3.8), title="Real points, and made ones")
ax.scatter(*real.T, s=8, color=style.GREY, label="real")
ax.scatter(*made.T, s=8, color=style.ORANGE, label="made", alpha=0.6)
ax.set_aspect("equal")
place = ax.legend(frameon=False, loc="center")
spots = np.round(np.arctan2(made[:, 1], made[:, 0]) / (np.pi / 4)).astype(int) % 8
print("points at each of the eight spots:", np.bincount(spots, minlength=8))

# %% [markdown]
# Since 2020 many of the best images come from **diffusion models** (Ho, Jain and Abbeel). Their network is lesson 13's denoiser: it
# learns to take away a little noise. Beginning with noise alone, it is applied again and again until an image is left.
#
# Three papers:
#
# - Geoffrey Hinton, Ruslan Salakhutdinov: *Reducing the dimensionality of data with neural networks* (2006)
# - Diederik Kingma, Max Welling: *Auto-encoding variational Bayes* (2014)
# - Ian Goodfellow and others: *Generative adversarial nets* (2014)
#
# ## 2. Points in space
#
# A laser scanner gives no grid but a *set* of points, in no order. A network must give the same answer for every order.
# PointNet's way: the same small network for each point, then the maximum over all points, then a classifier. A
# maximum does not care about order.


# %%
class PointNet(nn.Module):
    """Sets of points (n, points, 3) to logits (n, classes): one network for every point, a maximum, a classifier."""

    def __init__(self, classes, *, rng):
        self.each, self.all = layers(3, 48, 96, rng=rng), layers(96, 48, classes, rng=rng)

    def forward(self, x):
        """(n, points, 3) -> (n, classes)."""
        return self.all(self.each(x).amax(1))


# %% practice="points"
rng = np.random.default_rng(0)
clouds, kinds = (a.astype(b) for a, b in zip(sensors.solids(900, rng=rng), (np.float32, int), strict=True))
new_clouds, new_kinds = sensors.solids(300, rng=rng)
net_of_points, epochs = PointNet(3, rng=rng), 12
optimizer = optim.Adam(net_of_points.parameters(), lr=schedules.cosine(3e-3, epochs * 28))
for _ in range(epochs):
    list(fit(net_of_points, F.cross_entropy, optimizer, batches(clouds, kinds, size=32, rng=rng, drop_last=True)))
shuffled = new_clouds[:, rng.permutation(new_clouds.shape[1])]
for name, points in (("as they came", new_clouds), ("points in another order", shuffled)):
    sets = batches(points.astype(np.float32), new_kinds, size=300)
    share = score(net_of_points, sets, accuracy=accuracy)["accuracy"]
    print(f"sphere, cube or cylinder, turned at random, {name}: {share:.1%} right")

# %% [markdown]
# Three papers:
#
# - Charles Qi, Hao Su, Kaichun Mo, Leonidas Guibas: *PointNet: deep learning on point sets for 3D classification and
#   segmentation* (2017)
# - Daniel Maturana, Sebastian Scherer: *VoxNet: a 3D convolutional neural network for real-time object recognition* (2015)
# - Ben Mildenhall and others: *NeRF: representing scenes as neural radiance fields for view synthesis* (2020)
#
# ## 3. Other sensors
#
# ### Sound
#
# A sound is one row of thousands of numbers. Cut into short windows, each Fourier-transformed, it becomes an image of
# frequency by time: a **spectrogram**, drawn with the low tones below. From there on, lesson 10 applies.

# %% practice="sound"
rng = np.random.default_rng(0)
waves, kinds = sensors.sounds(240, noise=0.6, rng=rng)
images = sensors.spectrogram(waves)[:, None, :64, :60].astype(np.float32) / 4 - 0.5
new_waves, new_kinds = sensors.sounds(120, noise=0.6, rng=rng)
new_images = sensors.spectrogram(new_waves)[:, None, :64, :60].astype(np.float32) / 4 - 0.5
stack = [nn.Conv2d(1, 6, 5, stride=2, rng=rng), nn.ReLU(), nn.Conv2d(6, 12, 5, stride=2, rng=rng), nn.ReLU()]
net = nn.Sequential(*stack, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(12 * 4 * 4, 4, rng=rng))
optimizer = optim.Adam(net.parameters(), lr=2e-3)
for _ in range(8):
    list(fit(net, F.cross_entropy, optimizer, batches(images, kinds, size=24, rng=rng)))
share = score(net, batches(new_images, new_kinds, size=120), accuracy=accuracy)["accuracy"]
upright = images[:4, :, ::-1]  # row 0, the lowest tone, is drawn at the top otherwise
pictures = image_grid(upright, columns=4, size=1.6, titles=sensors.SOUNDS, title=f"{share:.0%} of 120 new sounds right")

# %% [markdown]
# ### Depth
#
# A range camera gives a distance for each pixel. With the camera's focal length every pixel becomes a point in space, and
# what was hard in a photograph is easy: cut out whoever stands nearer than the wall, or look at the scene from the side.

# %% practice="depth"
depth = sensors.range_image(rng=np.random.default_rng(5))
points = sensors.to_points(depth, focal=168, far=5)
front, side = style.row(2, size=(3.2, 3.4))
for ax, column, name, across in ((front, 0, "from the front", "right"), (side, 2, "from the side", "away")):
    ax.scatter(points[:, column], -points[:, 1], s=2, c=points[:, 2], cmap=style.SEQUENTIAL)
    ax.set(aspect="equal", title=name, xlabel=f"{across} (body heights)", ylabel="up (body heights)")
high, deep = np.ptp(points[:, 1]), np.ptp(points[:, 2])
print(f"{len(points)} points; the figure is {high:.2f} body heights high and {deep:.2f} deep; darker points are nearer")

# %% [markdown]
# ### Heat
#
# A thermal camera sees what is warm, by day and at night, without texture. Is there a warm disc in the scene? The same
# classifier on either camera; trained by day, asked by day and at night. Three seeds, the same scenes for both cameras.


# %% practice="heat"
def one_camera(which, seed):
    rng = np.random.default_rng(seed)
    net = layers(576, 32, 2, rng=rng)
    scenes = [sensors.night_and_day(n, night=night, rng=rng) for n, night in ((600, False), (200, False), (200, True))]
    (x_day, t_day), *others = [(s[which].reshape(-1, 576).astype(np.float32), s[2]) for s in scenes]
    optimizer = optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(15):
        list(fit(net, F.cross_entropy, optimizer, batches(x_day, t_day, size=30, rng=rng)))
    return [score(net, batches(a, t, size=200), accuracy=accuracy)["accuracy"] for a, t in others]


for which, name in enumerate(("visible", "thermal")):
    runs = np.array([one_camera(which, seed) for seed in range(3)])
    (day, night), error = 100 * runs.mean(0), 100 * runs.std(0, ddof=1) / np.sqrt(3)
    print(f"{name}: by day {day:.0f} ± {error[0]:.0f} % right, at night {night:.0f} ± {error[1]:.0f} % (standard error)")

# %% [markdown]
# Three papers:
#
# - Shawn Hershey and others: *CNN architectures for large-scale audio classification* (2017)
# - David Eigen, Christian Puhrsch, Rob Fergus: *Depth map prediction from a single image using a multi-scale deep network* (2014)
# - Soonmin Hwang and others: *Multispectral pedestrian detection: benchmark dataset and baseline* (2015)
#
# ## All lessons
#
# That is the end of the path. Here it is once more, with what you have done:

# %%
from course_lib.checks import progress

progress()
