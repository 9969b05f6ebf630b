"""Lesson 16, When networks fail: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["fast_gradient"] = {
    "downhill": (
        "x + eps",
        "x - eps",
        "this lowers the loss: the images are read even better. Against the network you go along plus the gradient",
    ),
    "not clipped": (
        "np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "x + eps * np.sign(images.grad)",
        "grey values below 0 or above 1 are no image: clip the result",
    ),
    "downhill, not clipped": (
        "np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "x - eps * np.sign(images.grad)",
        "this lowers the loss, where an attack raises it: go along plus the gradient. And clip: grey values stay within 0..1",
    ),
    "the gradient itself": (
        "np.sign(images.grad)",
        "images.grad",
        "every pixel moves by ε, however small its gradient: take the sign",
    ),
    "the gradient scaled to its largest": (
        "np.sign(images.grad)",
        "images.grad / np.abs(images.grad).max()",
        "only the pixel with the largest gradient moves by ε here; the sign moves all of them",
    ),
    "the gradient over its length": (
        "np.sign(images.grad)",
        "images.grad / np.linalg.norm(images.grad)",
        "that is a step of length ε in the Euclidean norm; the sign method moves every pixel by ε",
    ),
    "clipped to the wrong end": (
        "np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "np.clip(x + eps * np.sign(images.grad), -1, 1)",
        "images lie within 0 to 1, not −1 to 1",
    ),
    "its own answer as the label": (
        "F.cross_entropy(model(images), t)",
        "F.cross_entropy(model(images), model(images).data.argmax(axis=1))",
        "use the true classes t: where the network errs already, this helps it towards another error or back to the truth",
    ),
    "only one sign for an image": (
        "np.sign(images.grad)",
        "np.sign(images.grad.sum(axis=(1, 2, 3), keepdims=True))",
        "every pixel has a sign of its own; this makes the whole image brighter or darker",
    ),
    "changes the images": (
        "return np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "x += eps * np.sign(images.grad)\n    return np.clip(x, 0, 1)",
        "`+=` writes into the caller's images: make a new array",
    ),
    "gradient clipped to eps": (
        "np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "x + np.clip(eps * images.grad, -eps, eps)",
        "the *sign* of the gradient is taken, so that every pixel moves by eps; small gradients are not left small",
    ),
    "slope of the true logit": (
        "F.cross_entropy(model(images), t).backward()",
        "model(images)[np.arange(len(t)), t].sum().backward()",
        "that raises the logit of the true class: the cross-entropy is to rise",
    ),
    "pixels up to 255": (
        ", 0, 1)",
        ", 0, 255)",
        "the images live within 0..1",
    ),
    "the change alone": (
        "return np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "return eps * np.sign(images.grad)",
        "the changed images are asked, not the change",
    ),
    "upwards only": (
        "np.sign(images.grad)",
        "(images.grad > 0)",
        "a negative gradient moves the pixel down: its sign is -1, not 0",
    ),
    "stretched to 0..1": (
        "np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "(lambda z: (z - z.min()) / (z.max() - z.min()))(x + eps * np.sign(images.grad))",
        "what left 0..1 is put to its end; the others stay",
    ),
    "multiplied": (
        "x + eps * np.sign(images.grad)",
        "x * (1 + eps * np.sign(images.grad))",
        "eps is added, it does not scale the pixels",
    ),
    "label next door": (
        "model(images), t)",
        "model(images), (t + 1) % model(images).shape[1])",
        "the cross-entropy of the *true* class is raised",
    ),
    "towards another class": (
        "model(images), t)",
        "model(images), np.argsort(model(images).data, axis=1)[:, 0])",
        "the cross-entropy of the true class is raised; no other class is aimed at",
    ),
    "two steps": (
        "return np.clip(x + eps * np.sign(images.grad), 0, 1)",
        "return np.clip(x + 2 * eps * np.sign(images.grad), 0, 1)",
        "one step of eps",
    ),
    "softmax first": (
        "F.cross_entropy(model(images), t)",
        "F.cross_entropy(F.softmax(model(images), 1), t)",
        "cross_entropy takes logits: the softmax is in it",
    ),
    "moved from the clipped": (
        "np.sign(images.grad), 0, 1)",
        "np.sign(images.grad), eps, 1 - eps)",
        "the ends are 0 and 1, not eps and 1 - eps",
    ),
    "gradient of the batch": (
        "np.sign(images.grad)",
        "np.sign(images.grad.mean(axis=0))",
        "every image moves along its own gradient",
    ),
    "each gradient over its own length": (
        ("np.sign(images.grad)"),
        ("images.grad / np.sqrt((images.grad**2).sum(axis=(1, 2, 3), keepdims=True))"),
        "that is a step of length ε in the Euclidean norm; the sign method moves every pixel by ε",
    ),
    "each gradient over its own largest": (
        ("np.sign(images.grad)"),
        ("images.grad / np.abs(images.grad).max(axis=(1, 2, 3), keepdims=True)"),
        "only the pixel with an image's largest gradient moves by ε here; the sign moves all of them",
    ),
}
RIGHT["fast_gradient"] = {
    "sum of the losses": """
def fast_gradient(model, x, t, eps):
    img = Tensor(np.array(x), requires_grad=True)
    loss = F.cross_entropy(model(img), t, reduction="sum")
    loss.backward()
    adv = img.data + eps * np.sign(img.grad)
    adv[adv > 1] = 1
    adv[adv < 0] = 0
    return adv
""",
    "one image after the other": """
def fast_gradient(model, x, t, eps):
    out = []
    for image, label in zip(x, t):
        one = Tensor(image[None], requires_grad=True)
        F.cross_entropy(model(one), np.array([label])).backward()
        up, down = one.grad[0] > 0, one.grad[0] < 0
        out.append(np.minimum(1, np.maximum(0, image + eps * up - eps * down)))
    return np.stack(out)
""",
}

WRONG["attack_in_ball"] = {
    "ball round the present image": (
        "np.clip(attacked + step * np.sign(g), low, high)",
        "np.clip(np.clip(attacked + step * np.sign(g), attacked - eps, attacked + eps), 0, 1)",
        "the ball is round x and stays there; round the present image it moves along, and holds nothing back",
    ),
    "no ball": (
        "np.clip(attacked + step * np.sign(g), low, high)",
        "np.clip(attacked + step * np.sign(g), 0, 1)",
        "after each step the image must be put back within eps of x",
    ),
    "grey values forgotten": (
        "low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "low, high = x - eps, x + eps",
        "the allowed images are within 0..1 too",
    ),
    "starts at x": ("np.clip(start, low, high)", "np.clip(x, low, high)", "begin at `start`, not at x"),
    "start as it is": (
        "attacked = np.clip(start, low, high)",
        "attacked = start",
        "the start may lie outside of the ball: put it back first",
    ),
    "start put among grey values only": (
        "np.clip(start, low, high)",
        "np.clip(start, 0, 1)",
        "the start stays within 0..1, but may lie outside of the ball: put it back within eps of x too",
    ),
    "one gradient for all steps": (
        "    for _ in range(steps):\n        g = input_gradient(model, attacked, t)\n",
        "    g = input_gradient(model, attacked, t)\n    for _ in range(steps):\n",
        "the slope changes on the way: compute the gradient anew at every step",
    ),
    "gradient always at x": (
        "input_gradient(model, attacked, t)",
        "input_gradient(model, x, t)",
        "take the gradient at the present image, not at x",
    ),
    "back once, from the start as it is": (
        "attacked = np.clip(start, low, high)\n"
        "    for _ in range(steps):\n"
        "        g = input_gradient(model, attacked, t)\n"
        "        attacked = np.clip(attacked + step * np.sign(g), low, high)\n"
        "    return attacked",
        "attacked = start\n"
        "    for _ in range(steps):\n"
        "        g = input_gradient(model, attacked, t)\n"
        "        attacked = attacked + step * np.sign(g)\n"
        "    return np.clip(attacked, low, high)",
        "put the start back, and the result back after every step: once at the end is too late, for the gradients were then "
        "taken at images that are not allowed",
    ),
    "back only at the end": (
        "        attacked = np.clip(attacked + step * np.sign(g), low, high)\n    return attacked",
        "        attacked = attacked + step * np.sign(g)\n    return np.clip(attacked, low, high)",
        "put the image back after every step; otherwise gradients are taken at images that are not allowed",
    ),
    "steps of eps": (
        "step * np.sign(g)",
        "eps * np.sign(g)",
        "a step has the size `step`; eps is the size of the ball",
    ),
    "one step too many": ("range(steps)", "range(steps + 1)", "`steps` steps, not one more"),
    "downhill": ("attacked + step", "attacked - step", "this lowers the loss; against the network you go up"),
    "gradient without sign": ("np.sign(g)", "g", "every pixel moves by the whole step: take the sign of the gradient"),
    "writes into the start": (
        "np.clip(start, low, high)",
        "np.clip(start, low, high, out=start)",
        "`out=start` writes into the caller's array",
    ),
    "every step from x": (
        "np.clip(attacked + step * np.sign(g), low, high)",
        "np.clip(x + step * np.sign(g), low, high)",
        "each step begins at the present image, not at x",
    ),
    "ball around the start": (
        "np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "np.maximum(start - eps, 0), np.minimum(start + eps, 1)",
        "the ball lies around x, not around the start",
    ),
    "a share of each pixel": (
        "np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "np.maximum(x * (1 - eps), 0), np.minimum(x * (1 + eps), 1)",
        "eps is added and subtracted; it is no share of the pixel",
    ),
    "start added to x": (
        "np.clip(start, low, high)",
        "np.clip(x + start, low, high)",
        "`start` is an image already: nothing is added",
    ),
    "one step too few": (
        "range(steps)",
        "range(max(steps - 1, 0))",
        "`steps` steps are asked; yours does one less",
    ),
    "lower end only": (
        "low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "low, high = np.maximum(x - eps, 0), np.ones(x.shape)",
        "the ball ends above too: x + eps",
    ),
    "upper end only": (
        "low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "low, high = np.zeros(x.shape), np.minimum(x + eps, 1)",
        "the ball ends below too: x - eps",
    ),
    "size of the step": (
        "low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "low, high = np.maximum(x - step, 0), np.minimum(x + step, 1)",
        "the ball is as large as eps, not as a step",
    ),
    "gradient of the start": (
        "g = input_gradient(model, attacked, t)",
        "g = input_gradient(model, start, t)",
        "the gradient is taken at the present image, not at the start each time",
    ),
    "shrinking steps": (
        "    for _ in range(steps):",
        """    for k in range(steps):
        step = step / (k + 1)""",
        "every step has the size `step`",
    ),
    "stretched into the ball": (
        "np.clip(attacked + step * np.sign(g), low, high)",
        "x + np.clip(attacked + step * np.sign(g) - x, -eps, eps) * 0.5",
        "what leaves the ball is put back to its end, not half way",
    ),
    "momentum": (
        """        g = input_gradient(model, attacked, t)
""",
        """        g = input_gradient(model, attacked, t)
        g = moving = (0 if _ == 0 else moving) + g / np.abs(g).mean()
""",
        "the sign of the present gradient moves the pixels; no momentum is asked",
    ),
    "step of the largest pixel": (
        "np.sign(g)",
        "g / np.abs(g).max()",
        "every pixel moves by `step`: the sign of its gradient",
    ),
    "ball of the distance": (
        "attacked = np.clip(attacked + step * np.sign(g), low, high)",
        """moved = attacked + step * np.sign(g) - x
        size = np.sqrt((moved**2).sum(axis=(1, 2, 3), keepdims=True))
        attacked = np.clip(x + moved * np.minimum(1, eps / np.maximum(size, 1e-12)), 0, 1)""",
        "the ball is pixel by pixel: each within eps, not the length of the change",
    ),
}
RIGHT["attack_in_ball"] = {
    "a change that is clipped": """
def attack_in_ball(model, x, t, eps, step, steps, start):
    delta = np.clip(start - x, -eps, eps)
    delta = np.clip(x + delta, 0, 1) - x
    for _ in range(steps):
        img = Tensor(x + delta, requires_grad=True)
        F.cross_entropy(model(img), t).backward()
        delta = np.clip(delta + step * np.sign(img.grad), -eps, eps)
        delta = np.clip(x + delta, 0, 1) - x
    return x + delta
""",
    "calls itself": """
def attack_in_ball(model, x, t, eps, step, steps, start):
    here = np.minimum(np.maximum(start, np.maximum(x - eps, 0)), np.minimum(x + eps, 1))
    if steps == 0:
        return here
    there = here + step * np.sign(input_gradient(model, here, t))
    return attack_in_ball(model, x, t, eps, step, steps - 1, there)
""",
}

WRONG["attack_curves"] = {
    "A called none": (
        '"A": "masked"',
        '"A": "none"',
        "a flat curve is no honest measurement: an attack that sees a slope makes every network worse as ε grows. Which fault "
        "leaves the attack without a slope?",
    ),
    "A called short": (
        '"A": "masked"',
        '"A": "short"',
        "short steps do get somewhere: their curve falls at first. This one is flat from the beginning",
    ),
    "F called none": (
        '"F": "short"',
        '"F": "none"',
        "a curve that falls and then stays level has attacks that never reach the edge of a larger ball: what holds them up?",
    ),
    "F called masked": (
        '"F": "short"',
        '"F": "masked"',
        "this attack does find its way at first, so it sees a slope; then it gets no farther, however large the ball",
    ),
    "B called no ball": (
        '"B": "none"',
        '"B": "no ball"',
        "without the ball the smallest ε already allows everything: that curve falls to nothing at once",
    ),
    "masked and honest exchanged": (
        '{"A": "masked", "B": "none",',
        '{"A": "none", "B": "masked",',
        "a curve that stays level is no good network: an attack that does not see leaves it there",
    ),
    "masked and downhill exchanged": (
        '{"A": "masked", "B": "none", "C": "downhill",',
        '{"A": "downhill", "B": "none", "C": "masked",',
        "one of these two curves is level and the other rises: which attack makes images easier to read?",
    ),
    "labels and no ball exchanged": (
        '"D": "no ball", "E": "labels"',
        '"D": "labels", "E": "no ball"',
        "at ε = 0 nothing has been attacked yet: who is wrong already there?",
    ),
    "short and honest exchanged": (
        '"B": "none", "C": "downhill", "D": "no ball", "E": "labels", "F": "short"',
        '"B": "short", "C": "downhill", "D": "no ball", "E": "labels", "F": "none"',
        "the curve that falls and then stays level has attacks that do not reach the edge of the ball",
    ),
    "short and masked exchanged": (
        '{"A": "masked", "B": "none", "C": "downhill", "D": "no ball", "E": "labels", "F": "short"}',
        '{"A": "short", "B": "none", "C": "downhill", "D": "no ball", "E": "labels", "F": "masked"}',
        "which of the two falls at first? Short steps do get somewhere; an attack without a slope does not",
    ),
    "the loss itself": (
        "(z[rows, wrong] - z[rows, t]).sum().backward()",
        "F.cross_entropy(z, t).backward()",
        "the cross-entropy is what has no slope here: compare logits without a softmax",
    ),
    "logits divided by 1000": (
        "(z[rows, wrong] - z[rows, t]).sum().backward()",
        "F.cross_entropy(z / 1000, t).backward()",
        "that undoes one particular factor; you do not know it. Find a loss whose gradient has the same sign for every factor",
    ),
    "turned round": (
        "(z[rows, wrong] - z[rows, t]).sum().backward()",
        "(z[rows, t] - z[rows, wrong]).sum().backward()",
        "this makes the right logit larger: the wrong one has to win",
    ),
    "the right logit alone": (
        "(z[rows, wrong] - z[rows, t]).sum().backward()",
        "(-z[rows, t]).sum().backward()",
        "lowering the right logit alone is not enough, and some other class does not help either: which wrong class must rise?",
    ),
    "the wrong logit alone": (
        "(z[rows, wrong] - z[rows, t]).sum().backward()",
        "z[rows, wrong].sum().backward()",
        "raising the wrong logit alone is not enough: what must the right one do at the same time?",
    ),
    "the plain gradient with noise": (
        "    (z[rows, wrong] - z[rows, t]).sum().backward()\n    return images.grad",
        "    F.cross_entropy(z, t).backward()\n    return images.grad + 1e-4 * np.random.default_rng(2).normal(size=x.shape)",
        "where the plain gradient is zero, only the noise is left: find a loss that has a slope there",
    ),
    "signs by chance": (
        "return images.grad",
        "return rng.normal(size=x.shape)",
        "noise of this size fools hardly any image: use the slope of the logits",
    ),
    "the lowest wrong logit": (
        "np.where(own, -np.inf, z.data).argmax(axis=1)",
        "np.where(own, np.inf, z.data).argmin(axis=1)",
        "you push the class that is farthest from winning: take the highest of the wrong logits",
    ),
    "a name in other words": (
        '"C": "downhill"',
        '"C": "down hill"',
        "copy the names as they stand in `FAULTS`: one of yours is written otherwise",
    ),
    "A and D exchanged": (
        '''faults = {"A": "no ball", "B": "none", "C": "downhill", "D": "masked", "E": "labels", "F": "short"}


def unmask(model, x, t):
    """A direction (n, 1, h, w) in which the image is read more and more wrongly."""
    images = Tensor(x, requires_grad=True)
    z = model(images)
    own = np.eye(z.shape[1], dtype=bool)[t]
    wrong = np.where(own, -np.inf, z.data).argmax(axis=1)
    rows = np.arange(len(t))
    (z[rows, wrong] - z[rows, t]).sum().backward()
    return images.grad
''',
        "masked: the curve stays high, for no gradient comes back; without the ball it falls to nothing",
    ),
    "C and F exchanged": (
        '''faults = {"A": "masked", "B": "none", "C": "short", "D": "no ball", "E": "labels", "F": "downhill"}


def unmask(model, x, t):
    """A direction (n, 1, h, w) in which the image is read more and more wrongly."""
    images = Tensor(x, requires_grad=True)
    z = model(images)
    own = np.eye(z.shape[1], dtype=bool)[t]
    wrong = np.where(own, -np.inf, z.data).argmax(axis=1)
    rows = np.arange(len(t))
    (z[rows, wrong] - z[rows, t]).sum().backward()
    return images.grad
''',
        "downhill: the share right rises; a short attack lets it fall a little",
    ),
    "B and E exchanged": (
        '''faults = {"A": "masked", "B": "labels", "C": "downhill", "D": "no ball", "E": "none", "F": "short"}


def unmask(model, x, t):
    """A direction (n, 1, h, w) in which the image is read more and more wrongly."""
    images = Tensor(x, requires_grad=True)
    z = model(images)
    own = np.eye(z.shape[1], dtype=bool)[t]
    wrong = np.where(own, -np.inf, z.data).argmax(axis=1)
    rows = np.arange(len(t))
    (z[rows, wrong] - z[rows, t]).sum().backward()
    return images.grad
''',
        "with labels of its own guess the attack of a wrongly read image makes it right",
    ),
    "A and E exchanged": (
        '"A": "masked", "B": "none", "C": "downhill", "D": "no ball", "E": "labels"',
        '"E": "masked", "B": "none", "C": "downhill", "D": "no ball", "A": "labels"',
        "masked: no gradient comes back and the curve hardly falls",
    ),
}
RIGHT["attack_curves"] = {
    "only the right logit, less the mean of the others": (
        "    own = np.eye(z.shape[1], dtype=bool)[t]\n"
        "    wrong = np.where(own, -np.inf, z.data).argmax(axis=1)\n"
        "    rows = np.arange(len(t))\n"
        "    (z[rows, wrong] - z[rows, t]).sum().backward()",
        "    scale = np.abs(z.data).max(axis=1, keepdims=True)\n"
        "    F.cross_entropy(z * (5.0 / scale).astype(np.float32), t, reduction='sum').backward()",
    ),
    "one image after the other": """
def unmask(model, x, t):
    out = np.zeros_like(x)
    for k in range(len(x)):
        img = Tensor(x[k : k + 1], requires_grad=True)
        z = model(img)[0]
        order = [c for c in np.argsort(-z.data) if c != t[k]]
        (z[int(order[0])] - z[int(t[k])]).backward()
        out[k] = img.grad[0]
    return out
""",
}

WRONG["hardened_step"] = {
    "forgets too early": (
        "    optimizer.zero_grad()\n    loss =",
        "    loss =",
        "the attack's backward passes leave gradients in the weights; forget them after the attack, before loss.backward()",
    ),
    "still forgets before the attack": (
        "    attacked = x\n    for _ in range(steps):\n        images = Tensor(attacked, requires_grad=True)\n"
        "        F.cross_entropy(model(images), t).backward()\n"
        "        attacked = np.clip(attacked + step * np.sign(images.grad), low, high)\n    optimizer.zero_grad()\n",
        "    optimizer.zero_grad()\n    attacked = x\n    for _ in range(steps):\n"
        "        images = Tensor(attacked, requires_grad=True)\n"
        "        F.cross_entropy(model(images), t).backward()\n"
        "        attacked = np.clip(attacked + step * np.sign(images.grad), low, high)\n",
        "zero_grad stands before the attack, and the attack fills the weights' gradients again: move it behind",
    ),
    "ball still moves": (
        "np.clip(attacked + step * np.sign(images.grad), low, high)",
        "np.clip(np.clip(attacked + step * np.sign(images.grad), attacked - eps, attacked + eps), 0, 1)",
        "the ball still moves along with the image; it is round x",
    ),
    "grey values still leave 0..1": (
        "low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)",
        "low, high = x - eps, x + eps",
        "grey values still go below 0 and above 1",
    ),
    "learns from the clean images": (
        "model(Tensor(attacked))",
        "model(Tensor(x))",
        "the loss is taken at x, so the attack is for nothing: learn from the attacked images",
    ),
    "the clean loss added": (
        "    loss = F.cross_entropy(model(Tensor(attacked)), t)\n",
        "    loss = F.cross_entropy(model(Tensor(attacked)), t) + F.cross_entropy(model(Tensor(x)), t)\n",
        "only the loss at the attacked images counts here; this adds that of the images as they were",
    ),
    "no step of the optimiser": (
        "    optimizer.step()\n",
        "",
        "no weight changes: the step of the optimiser is missing, or comes before loss.backward()",
    ),
    "a step in every round of the attack": (
        "        attacked = np.clip(attacked + step * np.sign(images.grad), low, high)\n",
        "        attacked = np.clip(attacked + step * np.sign(images.grad), low, high)\n        optimizer.step()\n",
        "the weights hold still during the attack; there is one step, after it",
    ),
    "downhill": ("attacked + step", "attacked - step", "the attack makes the images easier; it must raise the loss"),
    "loss as a tensor": (
        "return float(loss.data)",
        "return loss.data * len(x)",
        "return the mean loss as it is, a float",
    ),
    "writes into the batch": (
        "    attacked = x\n",
        "    attacked = x\n    x += 0.0 * x + 0.001\n",
        "the caller's images are changed",
    ),
    "clean images as well": (
        "loss = F.cross_entropy(model(Tensor(attacked)), t)",
        "loss = (F.cross_entropy(model(Tensor(attacked)), t) + F.cross_entropy(model(Tensor(x)), t)) / 2",
        "the loss is that of the attacked images alone",
    ),
    "loss after the step": (
        "return float(loss.data)",
        "return float(F.cross_entropy(model(Tensor(attacked)), t).data)",
        "the loss of before the step is asked",
    ),
    "steps of eps": (
        "attacked + step *",
        "attacked + eps *",
        "each step moves by `step`; eps is the size of the ball",
    ),
    "loss of the clean images": (
        "    return float(loss.data)",
        "    return float(F.cross_entropy(model(Tensor(x)), t).data)",
        "the loss at the attacked images is asked, of before the step",
    ),
    "gradients of the last attack": (
        '''def hardened_step(model, optimizer, x, t, eps, step, steps):
    """One step of training on attacked images; returns the loss there."""
    low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)
    attacked = x
    for _ in range(steps):
        optimizer.zero_grad()
        images = Tensor(attacked, requires_grad=True)
        F.cross_entropy(model(images), t).backward()
        attacked = np.clip(attacked + step * np.sign(images.grad), low, high)
    loss = F.cross_entropy(model(Tensor(attacked)), t)
    loss.backward()
    optimizer.step()
    return float(loss.data)
''',
        "the attack leaves gradients in the weights: forget them behind it, before the loss's backward",
    ),
    "attacks x itself": (
        '''def hardened_step(model, optimizer, x, t, eps, step, steps):
    """One step of training on attacked images; returns the loss there."""
    low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)
    attacked = x
    attacked += 0
    for _ in range(steps):
        images = Tensor(attacked, requires_grad=True)
        F.cross_entropy(model(images), t).backward()
        attacked[:] = np.clip(attacked + step * np.sign(images.grad), low, high)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(Tensor(attacked)), t)
    loss.backward()
    optimizer.step()
    return float(loss.data)
''',
        "x is changed: begin with a copy",
    ),
    "gradient at x": (
        "Tensor(attacked, requires_grad=True)",
        "Tensor(x, requires_grad=True)",
        "each step of the attack takes the gradient at the present image",
    ),
    "no sign": (
        "step * np.sign(images.grad)",
        "step * images.grad",
        "every pixel moves by `step`: the sign of its gradient",
    ),
    "one step": (
        "for _ in range(steps):",
        "for _ in range(1):",
        "the attack has `steps` steps",
    ),
    "one step too many": (
        "for _ in range(steps):",
        "for _ in range(steps + 1):",
        "the attack has `steps` steps; yours does one more",
    ),
    "mean over the half": (
        "loss = F.cross_entropy(model(Tensor(attacked)), t)",
        "loss = F.cross_entropy(model(Tensor(attacked)), t) / 2",
        "the gradient is that of the mean cross-entropy itself",
    ),
    "clean images trained": (
        """loss = F.cross_entropy(model(Tensor(attacked)), t)
    loss.backward()""",
        """loss = F.cross_entropy(model(Tensor(attacked)), t)
    F.cross_entropy(model(Tensor(x)), t).backward()""",
        "backward goes from the loss at the attacked images, not at the clean ones",
    ),
    "two steps of the optimiser": (
        """    optimizer.step()
""",
        """    optimizer.step()
    optimizer.step()
""",
        "one step of the optimiser is asked",
    ),
}
RIGHT["hardened_step"] = {
    "forgets at both ends": """
def hardened_step(model, optimizer, x, t, eps, step, steps):
    delta = np.zeros_like(x)
    for _ in range(steps):
        g = input_gradient(model, x + delta, t)
        delta = np.clip(delta + step * np.sign(g), -eps, eps)
        delta = np.clip(x + delta, 0, 1) - x
    optimizer.zero_grad()
    value = F.cross_entropy(model(Tensor(x + delta)), t)
    value.backward()
    optimizer.step()
    optimizer.zero_grad()
    return value.item()
""",
    "forgets by hand": (
        "    optimizer.zero_grad()\n",
        "    for p in model.parameters():\n        p.grad = None\n",
    ),
}

WRONG["saliency_map"] = {
    "slope of the loss": (
        "z[np.arange(len(x)), classes].sum().backward()",
        "F.cross_entropy(z, classes, reduction='sum').backward()",
        "this is the slope of the loss; asked is that of the class's logit",
    ),
    "slope of the probability": (
        "z = model(images)",
        "z = F.softmax(model(images), 1)",
        "the probability also depends on the other logits: take the logit, before any softmax",
    ),
    "summed over the channels": (
        ".max(axis=1)",
        ".sum(axis=1)",
        "take the largest over the channels, not their sum",
    ),
    "largest before size": (
        "np.abs(images.grad).max(axis=1)",
        "np.abs(images.grad.max(axis=1))",
        "a strong negative slope gets lost when the largest is taken first: size first, then largest",
    ),
    "with sign": ("np.abs(images.grad).max(axis=1)", "images.grad.max(axis=1)", "take the size of the slopes"),
    "mean over the batch": (
        ".sum().backward()",
        ".mean().backward()",
        "the mean divides every map by the number of images",
    ),
    "all logits": (
        "z[np.arange(len(x)), classes].sum().backward()",
        "z.sum().backward()",
        "this adds up the logits of all classes; each image has one class asked for",
    ),
    "the class of the first for all": (
        "z[np.arange(len(x)), classes]",
        "z[:, classes[0]]",
        "every image has a class of its own",
    ),
    "highest logit": (
        "z[np.arange(len(x)), classes]",
        "z[np.arange(len(x)), z.data.argmax(axis=1)]",
        "asked is the logit of the class in `classes`, not that of the network's answer",
    ),
    "channels kept": (".max(axis=1)", ".max(axis=1, keepdims=True)", "the map has no channel axis: (n, h, w)"),
    "scaled to 1": (
        "return np.abs(images.grad).max(axis=1)",
        "m = np.abs(images.grad).max(axis=1)\n    return m / m.max()",
        "do not scale the map: return the slopes as they are",
    ),
    "times the image": (
        "np.abs(images.grad).max(axis=1)",
        "np.abs(images.grad * x).max(axis=1)",
        "this multiplies by the image; the slope alone was asked for",
    ),
    "mean over the channels": (
        "np.abs(images.grad).max(axis=1)",
        "np.abs(images.grad).mean(axis=1)",
        "the largest over the channels is asked, not the mean",
    ),
    "largest over the images": (
        "max(axis=1)",
        "max(axis=0)",
        "axis 1 counts channels; axis 0 are the images",
    ),
    "length over the channels": (
        "np.abs(images.grad).max(axis=1)",
        "np.sqrt((images.grad ** 2).sum(axis=1))",
        "the largest over the channels is asked, not the length",
    ),
    "slope of the largest logit": (
        "z[np.arange(len(x)), classes].sum()",
        "z.max(axis=1).sum()",
        "the logit of the class in `classes` is asked, not the largest",
    ),
    "largest along the columns": (
        "np.abs(images.grad).max(axis=1)",
        "np.abs(images.grad).max(axis=3)",
        "axis 1 counts channels",
    ),
    "smallest": (
        ".max(axis=1)",
        ".min(axis=1)",
        "the largest over the channels is asked",
    ),
    "last channel": (
        "np.abs(images.grad).max(axis=1)",
        "np.abs(images.grad)[:, -1]",
        "the largest over all channels is asked, not one channel",
    ),
    "first channel": (
        "np.abs(images.grad).max(axis=1)",
        "np.abs(images.grad)[:, 0]",
        "the largest over all channels is asked, not one channel",
    ),
    "squares": (
        "np.abs(images.grad)",
        "(images.grad**2)",
        "the size of the slope is asked, not its square",
    ),
    "scaled for each image": (
        "return np.abs(images.grad).max(axis=1)",
        """m = np.abs(images.grad).max(axis=1)
    return m / m.max(axis=(1, 2), keepdims=True)""",
        "the slopes as they are; nothing is scaled to 1",
    ),
}
RIGHT["saliency_map"] = {
    "by a table of ones": """
def saliency_map(model, x, classes):
    img = Tensor(np.array(x), requires_grad=True)
    z = model(img)
    (z * np.eye(z.shape[1])[classes]).sum().backward()
    return np.maximum(img.grad, -img.grad).max(1)
""",
    "one image after the other": """
def saliency_map(model, x, classes):
    maps = []
    for image, c in zip(x, classes):
        one = Tensor(image[None], requires_grad=True)
        model(one)[0, int(c)].backward()
        maps.append(np.abs(one.grad[0]).max(axis=0))
    return np.array(maps)
""",
}

WRONG["calibration_error"] = {
    "bins count alike": (
        "np.mean(own) * abs(",
        "1 / bins * abs(",
        "bins are weighted by how many samples they hold, not all alike",
    ),
    "mean over filled bins": (
        "np.mean(own) * abs(",
        "1 / len(np.unique(place)) * abs(",
        "bins are weighted by how many samples they hold; this takes the plain mean of the filled ones",
    ),
    "the largest gap": (
        "error += np.mean(own) * abs(confidence[own].mean() - right[own].mean())",
        "error = max(error, abs(confidence[own].mean() - right[own].mean()))",
        "this is the largest gap, another measure; asked is the weighted sum",
    ),
    "gaps cancel": (
        "np.mean(own) * abs(confidence[own].mean() - right[own].mean())",
        "np.mean(own) * (confidence[own].mean() - right[own].mean())",
        "gaps of different sign cancel: take the size of each",
    ),
    "squared gaps": (
        "abs(confidence[own].mean() - right[own].mean())",
        "(confidence[own].mean() - right[own].mean()) ** 2",
        "the size of the gap, not its square",
    ),
    "middle of the bin": (
        "abs(confidence[own].mean() - right[own].mean())",
        "abs((k + 0.5) / bins - right[own].mean())",
        "compare with the mean confidence of the samples in the bin, not with its middle",
    ),
    "upper edge inside": (
        "np.minimum((confidence * bins).astype(int), bins - 1)",
        "np.maximum(np.ceil(confidence * bins).astype(int) - 1, 0)",
        "a bin holds its lower edge, not its upper one",
    ),
    "confidence 1 in a bin of its own": (
        "np.minimum((confidence * bins).astype(int), bins - 1)",
        "(confidence * bins).astype(int)",
        "confidence 1 belongs to the last bin; here it has one of its own",
    ),
    "below the upper edge in every bin": (
        "    place = np.minimum((confidence * bins).astype(int), bins - 1)\n"
        "    error = 0.0\n"
        "    for k in np.unique(place):\n"
        "        own = place == k\n",
        "    error = 0.0\n"
        "    for k in range(bins):\n"
        "        own = (k / bins <= confidence) & (confidence < (k + 1) / bins)\n"
        "        if not own.any():\n"
        "            continue\n",
        "`confidence < (k + 1) / bins` drops confidence 1 in the last bin: there the upper edge belongs to it",
    ),
    "size taken once, after summing": (
        "    return float(error)",
        "    return float(abs(np.mean(confidence) - np.mean(right)))",
        "the size is taken bin by bin, before the sum; taken once at the end, gaps of different sign cancel",
    ),
    "confidence 1 left out": (
        "for k in np.unique(place):",
        "place = (confidence * bins).astype(int)\n    for k in range(bins):",
        "samples with confidence 1 are in no bin",
    ),
    "sample by sample": (
        "error += np.mean(own) * abs(confidence[own].mean() - right[own].mean())",
        "error += np.mean(own) * np.abs(confidence[own] - right[own]).mean()",
        "first the means of the bin, then their difference; single samples are always 0 or 1",
    ),
    "bins of equal numbers": (
        "place = np.minimum((confidence * bins).astype(int), bins - 1)",
        "place = np.argsort(np.argsort(confidence, kind='stable')) * bins // len(confidence)",
        "the bins are equally wide here; this makes them equally full",
    ),
    "not divided": ("np.mean(own)", "np.sum(own)", "divide by the number of all samples"),
    "rounded to the nearest bin": (
        "np.minimum((confidence * bins).astype(int), bins - 1)",
        "np.minimum(np.round(confidence * bins).astype(int), bins - 1)",
        "bin k begins at k/bins: cut, do not round",
    ),
    "empty bins": (
        "for k in np.unique(place)",
        "for k in range(bins)",
        "an empty bin has no mean: it adds nothing",
    ),
    "bins of the data's range": (
        "place = np.minimum((confidence * bins).astype(int), bins - 1)",
        "place = np.minimum(((confidence - confidence.min()) / (confidence.max() - confidence.min()) * bins).astype(int), bins - 1)",
        "the bins divide 0..1, not the range of the data",
    ),
    "confidence turned round": (
        "confidence[own].mean() - right[own].mean()",
        "1 - confidence[own].mean() - right[own].mean()",
        "the gap is confidence less share right; nothing is subtracted from 1",
    ),
    "largest bin left out": (
        "for k in np.unique(place)",
        "for k in np.unique(place)[:-1]",
        "the last bin counts as well",
    ),
    "total over the sample count twice": (
        "return float(error)",
        "return float(error / len(np.unique(place)))",
        "the bins are weighed by their shares already: nothing more is divided",
    ),
    "root mean square": (
        """error += np.mean(own) * abs(confidence[own].mean() - right[own].mean())
    return float(error)""",
        """error += np.mean(own) * (confidence[own].mean() - right[own].mean()) ** 2
    return float(np.sqrt(error))""",
        "the gaps' sizes are averaged, not their squares",
    ),
    "accuracy first": (
        "abs(confidence[own].mean() - right[own].mean())",
        "max(confidence[own].mean() - right[own].mean(), 0)",
        "too little confidence is an error as well: the absolute value",
    ),
    "under confidence only": (
        "abs(confidence[own].mean() - right[own].mean())",
        "max(right[own].mean() - confidence[own].mean(), 0)",
        "too much confidence is an error as well: the absolute value",
    ),
    "one bin fewer": (
        "confidence * bins).astype(int), bins - 1)",
        "confidence * (bins - 1)).astype(int), bins - 1)",
        "there are `bins` bins, each 1/bins wide",
    ),
    "lower edges for the confidence": (
        "confidence[own].mean()",
        "k / bins",
        "the mean confidence in the bin is asked, not its edge",
    ),
    "median confidence": (
        "confidence[own].mean()",
        "np.median(confidence[own])",
        "the mean confidence is asked",
    ),
}
RIGHT["calibration_error"] = {
    "by bincount": """
def calibration_error(confidence, right, bins):
    k = np.clip(np.floor(np.asarray(confidence) * bins).astype(int), 0, bins - 1)
    gap = np.bincount(k, weights=confidence, minlength=bins) - np.bincount(k, weights=right.astype(float), minlength=bins)
    return np.abs(gap).sum() / len(confidence)
""",
    "loop over all bins": """
def calibration_error(confidence, right, bins):
    n, total = len(confidence), 0
    for k in range(bins):
        inside = [i for i, c in enumerate(confidence) if int(c * bins) == k or (k == bins - 1 and c == 1)]
        if inside:
            c = sum(confidence[i] for i in inside) / len(inside)
            r = sum(bool(right[i]) for i in inside) / len(inside)
            total += len(inside) / n * abs(c - r)
    return float(total)
""",
}

WRONG["fit_temperature"] = {
    "multiplies": ("scaled = z / temperature", "scaled = z * temperature", "divide the logits by T, do not multiply"),
    "best accuracy": (
        "return np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(t)), t])",
        "return -np.mean(scaled.argmax(axis=1) == t)",
        "your search ends at an end of its range: what it minimises has no valley there, as accuracy has none; minimise the cross-entropy",
    ),
    "squared error of the probabilities": (
        "return np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(t)), t])",
        "p = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)\n"
        "        return np.mean((p - np.eye(z.shape[1])[t]) ** 2)",
        "that minimises the squared error of the probabilities; asked is the cross-entropy",
    ),
    "confidence equals accuracy": (
        "return np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(t)), t])",
        "p = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)\n"
        "        return abs(p.max(axis=1).mean() - np.mean(scaled.argmax(axis=1) == t))",
        "this makes the mean confidence equal to the accuracy, which is not the smallest cross-entropy",
    ),
    "one coarse grid": (
        "for _ in range(6):",
        "for _ in range(1):",
        "a single grid is too coarse for three digits: look again, finer, round the best",
    ),
    "log T": (
        "return float(np.exp(best))",
        "return float(best)",
        "this is log T: you searched on a logarithmic scale, so return exp of what you found",
    ),
    "a single grid of a thousand": (
        "    for _ in range(6):\n        tries = np.linspace(low, high, 21)\n",
        "    for _ in range(1):\n        tries = np.log(np.linspace(0.05, 20, 1000))\n",
        "steps of 0.02 in T are too coarse for a thousandth of T: look again, finer, round the best",
    ),
    "a grid in hundredths": (
        "    for _ in range(6):\n        tries = np.linspace(low, high, 21)\n",
        "    for _ in range(1):\n        tries = np.log(np.arange(0.05, 20, 0.01))\n",
        "steps of 0.01 in T are too coarse where T is small: a thousandth *of T* is asked. Look again, finer, round the best",
    ),
    "overflows": (
        "        scaled = scaled - scaled.max(axis=1, keepdims=True)\n",
        "",
        "exp of a large logit overflows, and every T below which it does is passed over: take the row's largest away first",
    ),
    "largest of all rows": (
        "scaled.max(axis=1, keepdims=True)",
        "scaled.max(axis=0, keepdims=True)",
        "this takes away the largest of each class, which changes the probabilities; take the largest of each row",
    ),
    "writes into the logits": (
        "    low, high = np.log(0.05), np.log(20)\n",
        "    z -= z.max(axis=1, keepdims=True)\n    low, high = np.log(0.05), np.log(20)\n",
        "`-=` writes into the caller's logits: make a new array",
    ),
    "only large temperatures": (
        """def fit_temperature(z, t):
    z = z - z.max(axis=1, keepdims=True)

    def nll(T):
        s = z / T
        return np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(t)), t])

    low, high = 1.0, 20.0
    for _ in range(8):
        tries = np.linspace(low, high, 21)
        best, width = tries[np.argmin([nll(T) for T in tries])], (high - low) / 20
        low, high = max(best - width, 1.0), min(best + width, 20.0)
    return float(best)
""",
        "T may be below 1: a network can also be less sure than it is right",
    ),
    "too small a range": (
        """def fit_temperature(z, t):
    def nll(T):
        s = z / T
        s = s - s.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(t)), t])
    grid = np.arange(0.5, 5, 0.01)
    return float(grid[np.argmin([nll(T) for T in grid])])
""",
        "T lies between 0.05 and 20; your search ends before",
    ),
    "too few steps": (
        """def fit_temperature(z, t):
    T = 1.0
    z = z - z.max(axis=1, keepdims=True)
    for _ in range(50):
        p = np.exp(z / T)
        p /= p.sum(axis=1, keepdims=True)
        g = -((p * z).sum(axis=1) - z[np.arange(len(t)), t]).mean() / T ** 2
        T -= 0.01 * g
    return float(T)
""",
        "the search has not come to its end: more steps, or larger ones",
    ),
    "softmax twice": (
        "    low, high = np.log(0.05)",
        """    z = np.exp(z - z.max(axis=1, keepdims=True))
    z /= z.sum(axis=1, keepdims=True)
    low, high = np.log(0.05)""",
        "z holds logits: they are divided by T, then one softmax",
    ),
    "starts and stays at 1": (
        "return float(np.exp(best))",
        "return 1.0",
        "the temperature is searched, not left at 1",
    ),
    "mean of the probability": (
        "return np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(t)), t])",
        """p = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)
        return -np.mean(p[np.arange(len(t)), t])""",
        "the mean *logarithm* of the probability is asked, the cross-entropy",
    ),
    "softmax over the images": (
        "np.exp(scaled).sum(axis=1)",
        "np.exp(scaled).sum(axis=0).mean()",
        "the softmax goes over the classes, axis 1",
    ),
    "upper bound 10": (
        """np.log(20)
    for""",
        """np.log(2.2)
    for""",
        "T lies between 0.05 and 20; your search ends before",
    ),
    "squared temperature": (
        "scaled = z / temperature",
        "scaled = z / temperature**2",
        "divide by T, not by its square",
    ),
    "centred first": (
        "scaled = z / temperature",
        "scaled = (z - z.mean()) / z.std() / temperature",
        "the logits are divided by T as they are; nothing is scaled before",
    ),
    "sum of the classes": (
        "- scaled[np.arange(len(t)), t])",
        "- scaled.mean(axis=1))",
        "your search ends at an end of its range: what it minimises is not the cross-entropy of the true classes",
    ),
}
RIGHT["fit_temperature"] = {
    "slope of zero": """
def fit_temperature(z, t):
    low, high = 0.05, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        p = np.exp((z - z.max(1, keepdims=True)) / middle)
        p /= p.sum(1, keepdims=True)
        slope = np.sum(p * z, axis=1).mean() - z[np.arange(len(t)), t].mean()
        if slope > 0:
            low = middle
        else:
            high = middle
    return middle
""",
    "golden section": """
def fit_temperature(z, t):
    z = z - z.max(axis=1, keepdims=True)
    def nll(s):
        y = z * np.exp(-s)
        return (np.log(np.exp(y).sum(1)) - y[np.arange(len(y)), t]).mean()
    a, b, r = np.log(0.05), np.log(20.0), (np.sqrt(5) - 1) / 2
    for _ in range(60):
        c, d = b - r * (b - a), a + r * (b - a)
        if nll(c) < nll(d):
            b = d
        else:
            a = c
    return float(np.exp((a + b) / 2))
""",
}

WRONG["resist"] = {
    "not attacked in training": (
        "eps = 0.05 * min(1, epoch / 9)",
        "eps = 0.0",
        "trained on clean pictures only, a network gives in to attacks made for its like: attack the batches in training",
    ),
    "not trained": (
        "range(18)",
        "range(0)",
        "the network has not been trained: its answers are guesses",
    ),
    "full strength at once": (
        "eps = 0.05 * min(1, epoch / 9)",
        "eps = 0.2",
        "so strong an attack from the first step on leaves nothing to learn from: begin weak, and grow to less",
    ),
    "labels left behind": (
        "batches(x_animals, t_animals, size=50, rng=rng)",
        "batches(x_animals, np.roll(t_animals, 1), size=50, rng=rng)",
        "the labels belong to other pictures",
    ),
    "the other class": (
        "return logits(resist, images).argmax(axis=1)",
        "return logits(resist, images).argmin(axis=1)",
        "this answers the class with the lower logit",
    ),
    "logits in place of classes": (
        "return logits(resist, images).argmax(axis=1)",
        "return logits(resist, images)",
        "return the classes (n,), not the logits (n, 2)",
    ),
    "probabilities in place of classes": (
        "return logits(resist, images).argmax(axis=1)",
        "z = logits(resist, images)\n    return 1 / (1 + np.exp(z[:, 0] - z[:, 1]))",
        "answer 0 or 1 as integers, not a probability",
    ),
    "pictures not read": (
        "return logits(resist, images).argmax(axis=1)",
        "return (images.mean(axis=(1, 2, 3)) > 0.3).astype(int)",
        "how bright a picture is says nothing about animals: let the network answer",
    ),
    "too many weights": (
        "nn.Linear(256, 32, rng=rng), nn.ReLU(), nn.Linear(32, 2, rng=rng)",
        "nn.Linear(256, 200, rng=rng), nn.ReLU(), nn.Linear(200, 2, rng=rng)",
        "more than 40 000 weights: make a layer narrower",
    ),
    "only a linear layer": (
        "nn.Sequential(*stages, nn.Flatten(), nn.Linear(256, 32, rng=rng), nn.ReLU(), nn.Linear(32, 2, rng=rng))",
        "nn.Sequential(nn.Flatten(), nn.Linear(576, 2, rng=rng))",
        "one linear layer cannot both read figures at any place and resist; give it convolutions",
    ),
}
RIGHT["resist"] = {
    "wider, two steps of attack": (
        "eps = 0.05 * min(1, epoch / 9)\n"
        "    for x, t in batches(x_animals, t_animals, size=50, rng=rng):\n"
        "        attacks.adversarial_step(resist, optimizer, x, t, eps, step=1.2 * eps, steps=1)",
        "eps = 0.045 * min(1, epoch / 8)\n"
        "    for x, t in batches(x_animals, t_animals, size=50, rng=rng):\n"
        "        attacks.adversarial_step(resist, optimizer, x, t, eps, step=0.7 * eps, steps=2)",
    ),
}

WRONG["compare_runs"] = {
    "divided by n": (
        "u, v = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)",
        "u, v = a.var() / len(a), b.var() / len(b)",
        "the variance of a sample divides by n − 1: ddof=1",
    ),
    "normal quantile": (
        "stats.t.ppf((1 + level) / 2, nu)",
        "stats.norm.ppf((1 + level) / 2)",
        "with few runs the deviation itself is uncertain: use Student's quantile, not the normal one",
    ),
    "one-sided": (
        "stats.t.ppf((1 + level) / 2, nu)",
        "stats.t.ppf(level, nu)",
        "the interval has two sides: half of what lies outside is above it",
    ),
    "spread of single runs": (
        "np.sqrt(u + v)",
        "np.sqrt(a.var(ddof=1) + b.var(ddof=1))",
        "this is the spread of single runs; the mean's is smaller by the root of their number",
    ),
    "errors added": (
        "np.sqrt(u + v)",
        "(np.sqrt(u) + np.sqrt(v))",
        "variances add up, not standard errors: root of the sum",
    ),
    "pooled degrees of freedom": (
        "nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))",
        "nu = len(a) + len(b) - 2",
        "with unequal variances there are fewer degrees of freedom: Welch's formula",
    ),
    "degrees divided by n": (
        "u**2 / (len(a) - 1) + v**2 / (len(b) - 1)",
        "u**2 / len(a) + v**2 / len(b)",
        "in Welch's ν the squares are divided by n − 1",
    ),
    "turned round": ("d = a.mean() - b.mean()", "d = b.mean() - a.mean()", "a less b, not b less a"),
    "whole width": (
        "float(d - half), float(d + half)",
        "float(d - half / 2), float(d + half / 2)",
        "q times the standard error is half of the interval's width",
    ),
    "interval without a middle": (
        "float(d - half), float(d + half)",
        "float(-half), float(half)",
        "the interval lies round the difference",
    ),
    "medians": (
        "d = a.mean() - b.mean()",
        "d = np.median(a) - np.median(b)",
        "Welch's interval is one of means",
    ),
    "variance of one run": (
        "a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)",
        "a.var(ddof=1), b.var(ddof=1)",
        "the variance of a mean is the variance divided by the number of runs",
    ),
    "variance for the deviation": (
        "np.sqrt(u + v)",
        "(u + v)",
        "the half width has the root of u + v",
    ),
    "another quantile": (
        "(1 + level) / 2",
        "1 - level / 2",
        "two-sided at `level`: the quantile at (1 + level) / 2",
    ),
    "deviations for variances": (
        '''def compare_runs(a, b, level):
    """Difference of means and its interval: (difference, low, high)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    u, v = a.std(ddof=1) / len(a), b.std(ddof=1) / len(b)
    nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
    half = stats.t.ppf((1 + level) / 2, nu) * np.sqrt(u + v)
    d = a.mean() - b.mean()
    return float(d), float(d - half), float(d + half)
''',
        "u and v are variances divided by the number of runs, not deviations",
    ),
    "smaller number of runs": (
        "nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))",
        "nu = min(len(a), len(b)) - 1",
        "ν is by Welch's formula, not the smaller number less 1",
    ),
    "1.96": (
        "stats.t.ppf((1 + level) / 2, nu)",
        "1.96",
        "1.96 is the normal's number at 95 %: with few runs take Student's t with ν",
    ),
    "pooled variance": (
        "np.sqrt(u + v)",
        "np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2) * (1 / len(a) + 1 / len(b)))",
        "Welch keeps the two variances apart: u + v",
    ),
    "ν without the square": (
        "(u + v) ** 2 / (u**2",
        "(u + v) / (u**2",
        "(u + v)² stands above",
    ),
    "ν cut to an integer": (
        "    half =",
        """    nu = int(nu)
    half =""",
        "ν is no integer, and stays so",
    ),
    "half width instead of the ends": (
        "float(d - half), float(d + half)",
        "float(half), float(half)",
        "the ends of the interval are asked: d − half and d + half",
    ),
    "nu by the sum": (
        "nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))",
        "nu = (u**2 + v**2) / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))",
        "(u + v)² stands above, not u² + v²",
    ),
    "n - 1 for the mean": (
        "a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)",
        "a.var(ddof=1) / (len(a) - 1), b.var(ddof=1) / (len(b) - 1)",
        "the variance of the mean divides by n; n - 1 is in the variance already",
    ),
    "sizes exchanged": (
        "a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)",
        "a.var(ddof=1) / len(b), b.var(ddof=1) / len(a)",
        "each variance is divided by its own number of runs",
    ),
    "absolute difference": (
        "d = a.mean() - b.mean()",
        "d = abs(a.mean() - b.mean())",
        "the difference has a sign: a less b",
    ),
    "width of a alone": (
        "np.sqrt(u + v)",
        "np.sqrt(u)",
        "both variances enter: u + v",
    ),
    "variance of the difference": (
        "np.sqrt(u + v)",
        "np.sqrt(abs(u - v))",
        "variances add up, also for a difference",
    ),
    "larger of both": (
        "np.sqrt(u + v)",
        "np.sqrt(max(u, v))",
        "both variances enter: u + v",
    ),
    "full width": (
        "float(d - half), float(d + half)",
        "float(d - 2 * half), float(d + 2 * half)",
        "half the width lies at each side; yours is twice as wide",
    ),
    "nu of all runs": (
        "nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))",
        "nu = len(a) + len(b) - 1",
        "ν is by Welch's formula",
    ),
    "Student's pooled test": (
        ("    nu = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))"),
        (
            "    nu = len(a) + len(b) - 2\n"
            "    pooled = (u * len(a) * (len(a) - 1) + v * len(b) * (len(b) - 1)) / nu\n"
            "    u, v = pooled / len(a), pooled / len(b)"
        ),
        "one variance for both sides is Student's test; Welch keeps the two apart, and has fewer degrees of freedom",
    ),
}
RIGHT["compare_runs"] = {
    "scipy's": """
def compare_runs(a, b, level):
    found = stats.ttest_ind(a, b, equal_var=False)
    low, high = found.confidence_interval(level)
    return float(np.mean(a) - np.mean(b)), float(low), float(high)
""",
    "interval of the distribution": """
def compare_runs(a, b, level):
    sa, sb = np.std(a, ddof=1) / np.sqrt(len(a)), np.std(b, ddof=1) / np.sqrt(len(b))
    nu = (sa**2 + sb**2) ** 2 / (sa**4 / (len(a) - 1) + sb**4 / (len(b) - 1))
    d = np.mean(a) - np.mean(b)
    return (d, *stats.t.interval(level, nu, loc=d, scale=np.hypot(sa, sb)))
""",
}

WRONG["stated_plan"] = {
    "two forgotten": (
        "np.ceil(2 * (z * deviation / smallest) ** 2)",
        "np.ceil((z * deviation / smallest) ** 2)",
        "both sides are uncertain: that is the 2 in front",
    ),
    "rounded down": (
        "int(np.ceil(2 * (z * deviation / smallest) ** 2))",
        "int(2 * (z * deviation / smallest) ** 2)",
        "round up: fewer runs have less than the power asked for",
    ),
    "rounded to the nearest": (
        "int(np.ceil(2 * (z * deviation / smallest) ** 2))",
        "round(2 * (z * deviation / smallest) ** 2)",
        "round up, always: 10.05 needs 11 runs, for 10 have less than the power asked for",
    ),
    "not squared": (
        "2 * (z * deviation / smallest) ** 2",
        "2 * (z * deviation / smallest)",
        "half the difference needs four times the runs: the bracket is squared",
    ),
    "one-sided level": (
        "stats.norm.ppf((1 + level) / 2)",
        "stats.norm.ppf(level)",
        "the interval has two sides: (1 + level) / 2",
    ),
    "power forgotten": (
        " + stats.norm.ppf(power)",
        "",
        "without the power's quantile the difference is found every other time only",
    ),
    "no least number": (
        "max(2, int(np.ceil(2 * (z * deviation / smallest) ** 2)))",
        "int(np.ceil(2 * (z * deviation / smallest) ** 2))",
        "with one run a side there is no deviation: at least 2",
    ),
    "any number of runs": (
        "        raise ValueError(f\"the plan says {plan['runs']} runs a side, there are {len(a)} and {len(b)}\")\n",
        "        pass\n",
        "more or fewer runs than planned is another experiment: raise ValueError",
    ),
    "one side not counted": (
        'if len(a) != plan["runs"] or len(b) != plan["runs"]:',
        'if len(a) != plan["runs"]:',
        "both sides must have the planned number of runs",
    ),
    "the sides only compared with each other": (
        'if len(a) != plan["runs"] or len(b) != plan["runs"]:',
        "if len(a) != len(b):",
        "equal numbers are not enough: both sides must have the number of runs that the plan states",
    ),
    "too small before a and b": (
        '    if low > 0 or high < 0:\n        return "a" if low > 0 else "b"\n'
        '    return "too small" if -plan["smallest"] < low and high < plan["smallest"] else "undecided"\n',
        '    if -plan["smallest"] < low and high < plan["smallest"]:\n        return "too small"\n'
        '    return "a" if low > 0 else "b" if high < 0 else "undecided"\n',
        "first ask whether the interval lies above or below 0: a small difference, well measured, is a difference",
    ),
    "the larger mean wins": (
        '    if low > 0 or high < 0:\n        return "a" if low > 0 else "b"\n',
        '    if True:\n        return "a" if np.mean(a) > np.mean(b) else "b"\n',
        "that is deciding by luck: the interval must exclude 0",
    ),
    "sides exchanged": (
        'return "a" if low > 0 else "b"',
        'return "b" if low > 0 else "a"',
        "an interval of a − b above 0 says that a is higher",
    ),
    "no difference proven": (
        '"too small" if -plan["smallest"] < low and high < plan["smallest"] else "undecided"',
        '"too small"',
        "not finding a difference is no proof that there is none: the interval must lie within ± smallest",
    ),
    "always 95 %": ('plan["level"])', "0.95)", "use the plan's level"),
    "runs made up": (
        'return plan | {"runs": runs_for(plan["smallest"], plan["deviation"], plan["level"], plan["power"])}',
        'return plan | {"runs": 5}',
        "the number of runs must follow from the plan's own difference, deviation, level and power",
    ),
    "a claim of its own": (
        '"claim": "momentum"',
        '"claim": "my idea"',
        "`claim` is one of the keys of CLAIMS: momentum, dropout, shifts, relu or width",
    ),
    "pilot used again": (
        '"first_seed": 100',
        '"first_seed": 0',
        "the seeds of the pilot are not counted again: start at 3 or later",
    ),
    "low power": (
        '"power": 0.9',
        '"power": 0.5',
        "a plan that finds the difference every other time is not worth its runs: power at least 0.8",
    ),
    "one end inside is enough": (
        '-plan["smallest"] < low and high < plan["smallest"]',
        '-plan["smallest"] < low or high < plan["smallest"]',
        "both ends must lie within ±smallest",
    ),
    "AssertionError": (
        "raise ValueError(",
        "raise AssertionError(",
        "the task asks for a ValueError",
    ),
    "level in percent": (
        '"level": 0.95, "power"',
        '"level": 95, "power"',
        "a level is a share: 0.95, not 95",
    ),
    "power for the level": (
        "stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(power)",
        "stats.norm.ppf((1 + power) / 2) + stats.norm.ppf(level)",
        "level and power are exchanged",
    ),
    "quantiles multiplied": (
        "stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(power)",
        "stats.norm.ppf((1 + level) / 2) * stats.norm.ppf(power)",
        "the two quantiles are added",
    ),
    "both sides together": (
        "np.ceil(2 *",
        "np.ceil(4 *",
        "the number of runs a side is asked",
    ),
    "one more": (
        "return max(2, int(np.ceil(",
        "return max(2, 1 + int(np.ceil(",
        "rounded up, nothing is added",
    ),
    "at least 3": (
        "max(2,",
        "max(3,",
        "at least 2 runs",
    ),
    "variance in the formula": (
        "(z * deviation / smallest) ** 2",
        "(z**2 * deviation / smallest)",
        "the whole quotient is squared",
    ),
    "smallest from below only": (
        '-plan["smallest"] < low and high < plan["smallest"]',
        'high < plan["smallest"]',
        "both ends must lie within ±smallest",
    ),
    "b never wins": (
        '    if low > 0 or high < 0:\n        return "a" if low > 0 else "b"',
        '    if low > 0:\n        return "a"',
        "below 0, b is the better one",
    ),
    "undecided for too small": (
        '"too small" if -plan',
        '"a" if -plan',
        'an interval around 0 within ±smallest says "too small"',
    ),
    "returned error": (
        '        raise ValueError(f"the plan says',
        '        return str(f"the plan says',
        "raise the ValueError; a text that is returned stops nobody",
    ),
    "the difference of means compared": (
        ('if -plan["smallest"] < low and high < plan["smallest"]'),
        ('if abs(np.mean(a) - np.mean(b)) < plan["smallest"]'),
        "a small difference of the means may be chance: the whole interval must lie within ± smallest",
    ),
}
RIGHT["stated_plan"] = {
    "another claim, intervals by hand": """
def runs_for(smallest, deviation, level, power):
    alpha, beta = 1 - level, 1 - power
    z = stats.norm.isf(alpha / 2) + stats.norm.isf(beta)
    n = 2 * z**2 * deviation**2 / smallest**2
    return 2 if n < 2 else int(-(-n // 1))


def decide(plan, a, b):
    n = plan["runs"]
    if (len(a), len(b)) != (n, n):
        raise ValueError("another number of runs than planned")
    low, high = stats.ttest_ind(a, b, equal_var=False).confidence_interval(plan["level"])
    if low > 0:
        return "a"
    if high < 0:
        return "b"
    if max(abs(low), abs(high)) < plan["smallest"]:
        return "too small"
    return "undecided"


def stated_plan():
    smallest, deviation = 0.8, 1.5
    runs = runs_for(smallest, deviation, 0.9, 0.8)
    return dict(claim="dropout", smallest=smallest, deviation=deviation, level=0.9, power=0.8, runs=runs, first_seed=3)
""",
}
