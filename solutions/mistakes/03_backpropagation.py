"""Lesson 03, Backpropagation and automatic differentiation: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["sigmoid_graph"] = {
    "upstream forgotten": (
        "g * (-1 / d**2)",
        "-1 / d**2",
        "these are the slopes of f; the loss's are g times as large, because every node multiplies what comes to it",
    ),
    "1/d rises": ("g * (-1 / d**2)", "g / d**2", "1/d falls when d grows: its slope is -1/d², the minus is missing"),
    "not squared": ("-1 / d**2", "-1 / d", "the slope of 1/d is -1/d², here it was -1/d"),
    "minus node forgotten": (
        "to_s = -to_m",
        "to_s = to_m",
        "the node m = -s turns the sign of the gradient on the way back",
    ),
    "factors not exchanged": (
        "np.array([to_s * x[0], to_s * x[1], to_s])\n    to_x = np.array([to_s * w[0], to_s * w[1]])",
        "np.array([to_s * w[0], to_s * w[1], to_s])\n    to_x = np.array([to_s * x[0], to_s * x[1]])",
        "a product hands to each factor the *other* factor's value; here each got its own",
    ),
    "bias times itself": (
        "to_s * x[1], to_s]",
        "to_s * x[1], to_s * w[2]]",
        "w2 enters as it is, so its local slope is 1: it gets what arrives at the sum",
    ),
    "exp replaced by its slope at s": (
        "to_m = to_e * e",
        "to_m = to_e * np.exp(s)",
        "the exponential was computed at m = -s; its slope is its own output e",
    ),
    "passes the sum times d": (
        "to_e = to_d",
        "to_e = to_d * d",
        "1 + e is a sum: it hands the gradient on unchanged",
    ),
    "exp skipped": (
        "to_m = to_e * e",
        "to_m = to_e",
        "the node exp was skipped on the way back: multiply by its slope",
    ),
    "nodes without the upstream": (
        ("np.array([to_d, to_m, to_s])"),
        ("np.array([to_d, to_m, to_s]) / g"),
        "the nodes hold the slopes of f; the loss's are g times as large, there as in `w` and `x`",
    ),
}
RIGHT["sigmoid_graph"] = {
    "f (1 - f)": (
        "def sigmoid_graph(w, x, g):\n"
        "    f = 1 / (1 + np.exp(-(w[:2] @ x + w[2])))\n"
        "    to_s = g * f * (1 - f)\n"
        "    nodes = np.array([-g * f * f, -to_s, to_s])\n"
        "    return f, nodes, to_s * np.append(x, 1.0), to_s * w[:2]"
    ),
    "backward in a loop of slopes": (
        "def sigmoid_graph(w, x, g):\n"
        "    e = np.exp(-(w[0] * x[0] + w[1] * x[1] + w[2]))\n"
        "    nodes = np.cumprod([-g / (1 + e) ** 2, e, -1.0])\n"
        "    to_s = nodes[-1]\n"
        "    return 1 / (1 + e), nodes, np.array([*x, 1.0]) * to_s, np.array(w[:2]) * to_s"
    ),
}

WRONG["mul"] = {
    "product hands each its own factor": (
        "(g * b, g * a)",
        "(g * a, g * b)",
        "the slope of a·b with respect to a is b: exchange the two factors",
    ),
    "product without upstream": (
        "(g * b, g * a)",
        "(b, a)",
        "these are the local slopes; multiply each by the upstream gradient g",
    ),
    "sum halves": ("(g, g)", "(g / 2, g / 2)", "a sum does not share the gradient out: each input gets all of it"),
    "sum without upstream": (
        "(g, g)",
        "(np.ones_like(a), np.ones_like(b))",
        "1 is the local slope of a sum; multiplied by the upstream gradient it is g",
    ),
    "writes into g": (
        "lambda g: (g * b, g * a)",
        "lambda g: (g * b, np.multiply(g, a, out=g))",
        "the vjp of mul overwrites g, which belongs to the caller; make a new array",
    ),
    "exp like a power": (
        "(g * out,)",
        "(g * a * np.exp(a - 1),)",
        "that is the rule for powers of a; the slope of e to the a is e to the a itself",
    ),
    "log multiplies": ("(g / a,)", "(g * a,)", "the slope of log a is 1/a, so g is divided by a"),
    "log without upstream": ("(g / a,)", "(1 / a,)", "1/a is the local slope; multiply it by the upstream gradient g"),
    "tanh not squared": ("1 - out**2", "1 - out", "the slope of tanh is 1 - tanh², the square is missing"),
    "tanh of tanh": (
        "1 - out**2",
        "1 - np.tanh(out) ** 2",
        "out is already the tanh; here tanh was taken a second time",
    ),
    "tanh's slope at the input": (
        "1 - out**2",
        "1 - a**2",
        "1 - tanh² takes the value of tanh; here the square is that of what went in",
    ),
    "tanh with the sigmoid's slope": (
        "(g * (1 - out**2),)",
        "(g * out * (1 - out),)",
        "out (1 - out) is the slope of the sigmoid; that of tanh is 1 - out²",
    ),
    "no tuple": (
        "lambda g: (g * out,)",
        "lambda g: g * out",
        "vjp returns a tuple, also for a single input: (gradient,) with the comma",
    ),
}
RIGHT["mul"] = {
    "named functions": (
        "def add(a, b):\n    def vjp(g):\n        return [1.0 * g, 1.0 * g]\n    return np.add(a, b), vjp\n\n\n"
        "def mul(a, b):\n    def vjp(g):\n        return b * g, a * g\n    return np.multiply(a, b), vjp\n\n\n"
        "def exp(a):\n    return np.exp(a), lambda g: (g * np.exp(a),)\n\n\n"
        "def log(a):\n    return np.log(a), lambda g: (g * a**-1.0,)\n\n\n"
        "def tanh(a):\n    return np.tanh(a), lambda g: (g / np.cosh(a) ** 2,)"
    ),
}

WRONG["matmul"] = {
    "nothing transposed": (
        "(g @ b.T, a.T @ g)",
        "(g @ b, a @ g)",
        "both sums run over an index that stands on the wrong side: transpose b in the first and a in the second",
    ),
    "order exchanged": (
        "(g @ b.T, a.T @ g)",
        "(b.T @ g, g @ a.T)",
        "matrix products do not commute: g stands left of b.T and right of a.T",
    ),
    "gradients exchanged": (
        "(g @ b.T, a.T @ g)",
        "(a.T @ g, g @ b.T)",
        "the first gradient belongs to a, the second to b; here they are exchanged",
    ),
    "only b transposed": (
        "a.T @ g",
        "a @ g",
        "the gradient of a is right; in that of b the sum runs over the rows of a",
    ),
    "only a transposed": (
        "g @ b.T",
        "g @ b",
        "the gradient of b is right; in that of a the sum runs over the columns of b",
    ),
    "averaged over the samples": (
        "a.T @ g",
        "a.T @ g / len(a)",
        "every sample adds to the gradient of b; a mean belongs into the loss, not into the product",
    ),
    "upstream transposed": (
        "(g @ b.T, a.T @ g)",
        "((b @ g.T).T, (a.T @ g.T).T)",
        "the gradient of b was computed with g turned; g keeps its shape (n, m) there",
    ),
}
RIGHT["matmul"] = {
    "einsum": (
        "def matmul(a, b):\n"
        "    def vjp(g):\n"
        "        return np.einsum('ik,jk->ij', g, b), np.einsum('ij,ik->jk', a, g)\n"
        "    return np.einsum('ij,jk->ik', a, b), vjp"
    ),
    "sum of outer products": (
        "def matmul(a, b):\n"
        "    def vjp(g):\n"
        "        to_b = sum(np.outer(row, up) for row, up in zip(a, g))\n"
        "        return (b @ g.T).T, to_b\n"
        "    return a @ b, vjp"
    ),
}

WRONG["unbroadcast"] = {
    "only the axes in front": (
        "return g.sum(axis=of_size_one, keepdims=True)",
        "return g",
        "the axes in front are summed; an axis of size 1 that was stretched must be summed too",
    ),
    "only the axes of size 1": (
        "g = g.sum(axis=tuple(range(in_front)))",
        "g = g[(0,) * in_front]",
        "of the axes in front only the first slice was taken; sum them",
    ),
    "mean": (
        "def unbroadcast(g, shape):\n"
        "    g = g.mean(axis=tuple(range(g.ndim - len(shape))))\n"
        "    return g.mean(axis=tuple(i for i, size in enumerate(shape) if size == 1), keepdims=True)",
        "every use adds to the gradient: a sum, not a mean",
    ),
    "axes counted from the left": (
        "tuple(range(in_front))",
        "tuple(range(len(shape), g.ndim))",
        "broadcasting adds axes in front, so shapes are compared from the right; here the last axes were summed",
    ),
    "axis lost": (
        "keepdims=True",
        "keepdims=False",
        "an axis of size 1 stays an axis: keep it with keepdims=True",
    ),
    "always the first axis": (
        "def unbroadcast(g, shape):\n    return np.resize(g.sum(axis=0), shape)",
        "the first axis was summed whatever `shape` says; compare the shapes axis by axis",
    ),
    "first element of stretched axes": (
        "return g.sum(axis=of_size_one, keepdims=True)",
        "return g[tuple(slice(0, 1) if size == 1 else slice(None) for size in shape)]",
        "of a stretched axis only the first element was taken; sum along it",
    ),
    "shape forced": (
        "def unbroadcast(g, shape):\n    return np.resize(g, shape)",
        "the array was cut to the asked shape; what was cut off is a part of the sum",
    ),
    "sums in place": (
        "def unbroadcast(g, shape):\n"
        "    while g.ndim > len(shape):\n"
        "        g[0] += g[1:].sum(axis=0)\n"
        "        g = g[0]\n"
        "    return g.sum(axis=tuple(i for i, size in enumerate(shape) if size == 1), keepdims=True)",
        "the result is right, but the sum was written into g; add up into a new array",
    ),
}
RIGHT["unbroadcast"] = {
    "axis by axis": (
        "def unbroadcast(g, shape):\n"
        "    while g.ndim > len(shape):\n"
        "        g = np.add.reduce(g, axis=0)\n"
        "    for i in range(len(shape)):\n"
        "        if shape[i] != g.shape[i]:\n"
        "            g = np.sum(g, axis=i, keepdims=True)\n"
        "    return g"
    ),
    "all at once, then reshape": (
        "def unbroadcast(g, shape):\n"
        "    full = (1,) * (g.ndim - len(shape)) + tuple(shape)\n"
        "    axes = tuple(i for i in range(g.ndim) if full[i] == 1)\n"
        "    return g.sum(axis=axes).reshape(shape)"
    ),
}

WRONG["topological_order"] = {
    "output first": (
        "return order",
        "return order[::-1]",
        "this is the order of the way back: users before inputs. Asked are inputs first, root last",
    ),
    "breadth first": (
        "def topological_order(root):\n"
        "    order, seen = [root], {id(root)}\n"
        "    for node in order:\n"
        "        for x in node.inputs:\n"
        "            if id(x) not in seen:\n"
        "                seen.add(id(x))\n"
        "                order.append(x)\n"
        "    return order[::-1]",
        "level by level from the output fails where paths have different length: a near user puts an input before a "
        "user that is further away",
    ),
    "placed when first met": (
        "def topological_order(root):\n"
        "    order, seen, stack = [], set(), [root]\n"
        "    while stack:\n"
        "        node = stack.pop()\n"
        "        if id(node) not in seen:\n"
        "            seen.add(id(node))\n"
        "            order.append(node)\n"
        "            stack.extend(node.inputs)\n"
        "    return order[::-1]",
        "a node is placed when it is first met; it must wait until all of its inputs are placed",
    ),
    "recursive": (
        "def topological_order(root):\n"
        "    order, seen = [], set()\n"
        "    def visit(node):\n"
        "        if id(node) not in seen:\n"
        "            seen.add(id(node))\n"
        "            for x in node.inputs:\n"
        "                visit(x)\n"
        "            order.append(node)\n"
        "    visit(root)\n"
        "    return order",
        "the order is right, but the search calls itself and breaks on deep graphs; use a stack of your own",
    ),
    "listed again for each use": (
        "elif id(node) not in seen:",
        "elif id(node) in seen:\n            order.append(node)\n        else:",
        "a node that is used twice stands in the list twice; each node once",
    ),
    "leaves left out": (
        "return order",
        "return [node for node in order if node.inputs]",
        "the leaves are missing; they are the weights, which want their gradient most",
    ),
    "root left out": ("return order", "return order[:-1]", "root itself belongs at the end of the list"),
    "first input only": (
        "for x in node.inputs)",
        "for x in node.inputs[:1])",
        "only the first input of every node was followed; follow all of them",
    ),
    "marked when put on the stack": (
        (
            "def topological_order(root):\n"
            "    order, seen, stack = [], {id(root)}, [root]\n"
            "    while stack:\n"
            "        fresh = [x for x in stack[-1].inputs if id(x) not in seen]\n"
            "        seen.update(id(x) for x in fresh)\n"
            "        stack.extend({id(x): x for x in fresh}.values())\n"
            "        if not fresh:\n"
            "            order.append(stack.pop())\n"
            "    return order"
        ),
        "a node that lies on the stack is not done yet: who is above it and needs it passes it over. Mark a node when its inputs are walked through, not when it is put on the stack",
    ),
}
RIGHT["topological_order"] = {
    "counting the users": (
        "def topological_order(root):\n"
        "    uses, found = {id(root): 0}, [root]\n"
        "    for node in found:\n"
        "        for x in node.inputs:\n"
        "            if id(x) not in uses:\n"
        "                uses[id(x)] = 0\n"
        "                found.append(x)\n"
        "            uses[id(x)] += 1\n"
        "    ready, order = [root], []\n"
        "    while ready:\n"
        "        node = ready.pop()\n"
        "        order.insert(0, node)\n"
        "        for x in node.inputs:\n"
        "            uses[id(x)] -= 1\n"
        "            if uses[id(x)] == 0:\n"
        "                ready.append(x)\n"
        "    return order"
    ),
    "look at the top of the stack": (
        "def topological_order(root):\n"
        "    order, done, stack = [], set(), [root]\n"
        "    while stack:\n"
        "        waiting = [x for x in stack[-1].inputs if x not in done]\n"
        "        if waiting:\n"
        "            stack.append(waiting[0])\n"
        "        else:\n"
        "            node = stack.pop()\n"
        "            done.add(node)\n"
        "            order.append(node)\n"
        "    return order"
    ),
}

WRONG["backward"] = {
    "overwrites": (
        "x.grad = x.grad + gx",
        "x.grad = gx",
        "a node that is used twice keeps only the last gradient; add them up",
    ),
    "does not wait": (
        "def backward(root, g):\n"
        "    for node in in_order(root):\n"
        "        node.grad = np.zeros_like(node.value)\n"
        "    root.grad = root.grad + g\n"
        "    todo, seen = [root], {id(root)}\n"
        "    for node in todo:\n"
        "        for x, gx in zip(node.inputs, node.vjp(node.grad) if node.inputs else ()):\n"
        "            x.grad = x.grad + gx\n"
        "            if id(x) not in seen:\n"
        "                seen.add(id(x))\n"
        "                todo.append(x)",
        "a node hands its gradient on before the longer paths have reported; go by the reversed order",
    ),
    "hands on again at every arrival": (
        "def backward(root, g):\n"
        "    for node in in_order(root):\n"
        "        node.grad = np.zeros_like(node.value)\n"
        "    root.grad = root.grad + g\n"
        "    todo = [root]\n"
        "    while todo:\n"
        "        node = todo.pop()\n"
        "        for x, gx in zip(node.inputs, node.vjp(node.grad) if node.inputs else ()):\n"
        "            x.grad = x.grad + gx\n"
        "            todo.append(x)",
        "a node hands on all it has each time something arrives, so that early gradients are counted twice",
    ),
    "never starts afresh": (
        "node.grad = np.zeros_like(node.value)\n    root.grad = root.grad + g",
        "node.grad = np.zeros_like(node.value) if node.grad is None else node.grad\n    root.grad = root.grad + g",
        "the gradients of the last call are still there and are added; set all to zero first",
    ),
    "upstream ignored": (
        "root.grad = root.grad + g",
        "root.grad = np.ones_like(root.value)",
        "the root starts with 1; it should start with the g that was given",
    ),
    "forward order": (
        "for node in reversed(order):",
        "for node in order:",
        "this goes from the inputs to the output; gradients go the other way",
    ),
    "writes into a borrowed array": (
        "def backward(root, g):\n"
        "    order = in_order(root)\n"
        "    for node in order:\n"
        "        node.grad = None\n"
        "    root.grad = np.array(g, float)\n"
        "    for node in reversed(order):\n"
        "        for x, gx in zip(node.inputs, node.vjp(node.grad) if node.inputs else ()):\n"
        "            if x.grad is None:\n"
        "                x.grad = gx\n"
        "            else:\n"
        "                x.grad += gx",
        "the first gradient is taken as it is and later added into; a sum hands the same array to both inputs, so "
        "other nodes change with it",
    ),
    "local gradients only": (
        "node.vjp(node.grad)",
        "node.vjp(np.ones_like(node.value))",
        "every node hands on its local gradient; it must be multiplied by what the node collected",
    ),
    "one use of each node": (
        "def backward(root, g):\n"
        "    order = in_order(root)\n"
        "    for node in order:\n"
        "        node.grad = np.zeros_like(node.value)\n"
        "    root.grad = root.grad + g\n"
        "    for node in reversed(order):\n"
        "        if node.inputs:\n"
        "            pairs = {id(x): (x, gx) for x, gx in zip(node.inputs, node.vjp(node.grad))}\n"
        "            for x, gx in pairs.values():\n"
        "                x.grad = x.grad + gx",
        "where one operation takes the same node twice, as x · x, both gradients count",
    ),
    "calls itself for every input": (
        (
            "def backward(root, g):\n"
            "    for node in in_order(root):\n"
            "        node.grad = np.zeros_like(node.value)\n"
            "    root.grad = root.grad + g\n"
            "\n"
            "    def further(node):\n"
            "        for x, gx in zip(node.inputs, node.vjp(node.grad) if node.inputs else ()):\n"
            "            x.grad = x.grad + gx\n"
            "            further(x)\n"
            "\n"
            "    further(root)"
        ),
        "a function that calls itself for each input hands on what it has before the other users have reported; go by the reversed order",
    ),
}
RIGHT["backward"] = {
    "collect in a dictionary": (
        "def backward(root, g):\n"
        "    arrived = {id(root): np.array(g, float)}\n"
        "    for node in in_order(root)[::-1]:\n"
        "        node.grad = arrived.pop(id(node))\n"
        "        if node.vjp is None:\n"
        "            continue\n"
        "        for x, gx in zip(node.inputs, node.vjp(node.grad)):\n"
        "            arrived[id(x)] = arrived[id(x)] + gx if id(x) in arrived else gx"
    ),
    "own zeros, in place": (
        "def backward(root, g):\n"
        "    nodes = list(in_order(root))\n"
        "    for node in nodes:\n"
        "        node.grad = np.zeros(node.value.shape)\n"
        "    root.grad[...] = g\n"
        "    while nodes:\n"
        "        node = nodes.pop()\n"
        "        if node.inputs:\n"
        "            for x, gx in zip(node.inputs, node.vjp(node.grad)):\n"
        "                x.grad[...] += gx"
    ),
    "the gradient that came, as it is": (
        "def backward(root, g):\n"
        "    order = in_order(root)\n"
        "    for node in order:\n"
        "        node.grad = 0.0\n"
        "    root.grad = g\n"
        "    for node in reversed(order):\n"
        "        if node.inputs:\n"
        "            for x, gx in zip(node.inputs, node.vjp(node.grad)):\n"
        "                x.grad = x.grad + gx"
    ),
}

WRONG["gradient_check"] = {
    "one-sided": (
        "(f(x + h * v) - f(x - h * v)) / (2 * h)",
        "(f(x + h * v) - f(x)) / h",
        "this measures on one side only, with a much larger error; move both ways and divide by 2h",
    ),
    "divided by h": (
        "/ (2 * h)",
        "/ h",
        "the two points are 2h apart; dividing by h doubles the slope",
    ),
    "all ones instead of v": (
        "f(x + h * v) - f(x - h * v)",
        "f(x + h) - f(x - h)",
        "the measured side moves all entries equally; it must move along v",
    ),
    "direction left out of the claim": (
        "np.sum(gradient * v)",
        "np.sum(gradient)",
        "the claimed slope along v weighs each entry of the gradient with that of v",
    ),
    "absolute tolerance": (
        "tol * larger",
        "tol",
        "the allowed difference must grow and shrink with the slopes: multiply tol by the larger of them",
    ),
    "without the absolute value": (
        "abs(claimed - measured) <= tol",
        "(claimed - measured) <= tol",
        "a claim far below what was measured passes too: compare the absolute value of the difference",
    ),
    "isclose with its own absolute part": (
        "bool(abs(claimed - measured) <= tol * larger)",
        "bool(np.isclose(claimed, measured, rtol=tol))",
        "np.isclose forgives 1e-8 besides rtol, so small wrong slopes pass; give it atol=0",
    ),
    "agree turned round": ("<= tol", "> tol", "True must mean that the two agree"),
    "moves x": (
        "def gradient_check(f, x, gradient, v, h, tol=1e-5):\n"
        "    x += h * v\n"
        "    up = f(x)\n"
        "    x -= 2 * h * v\n"
        "    measured, claimed = (up - f(x)) / (2 * h), np.sum(gradient * v)\n"
        "    larger = max(abs(claimed), abs(measured))\n"
        "    return claimed, measured, bool(abs(claimed - measured) <= tol * larger)",
        "x was moved and not put back; compute x + h v as a new array",
    ),
    "mean instead of sum": (
        "np.sum(gradient * v)",
        "np.mean(gradient * v)",
        "the slope along v is the sum of all products, not their mean",
    ),
    "signs ignored": (
        "abs(claimed - measured) <=",
        "abs(abs(claimed) - abs(measured)) <=",
        "a gradient of the wrong sign passes here; compare the slopes themselves",
    ),
    "order exchanged": (
        "return claimed, measured,",
        "return measured, claimed,",
        "the claimed slope comes first, then the measured",
    ),
    "the slope behind": (
        "(f(x + h * v) - f(x - h * v)) / (2 * h)",
        "(f(x) - f(x - h * v)) / h",
        "this measures on one side only: the bend of the curve stays in it. Take the two places that lie evenly around x",
    ),
    "a share of nothing": (
        "bool(abs(claimed - measured) <= tol * larger)",
        "bool(larger and abs(claimed - measured) / larger <= tol)",
        "at a flat place both slopes are 0, and 0 is equal to 0: compare without dividing",
    ),
    "direction made one long": (
        "    claimed = np.sum(gradient * v)\n",
        "    v = v / np.linalg.norm(v)\n    claimed = np.sum(gradient * v)\n",
        "you shortened v to length 1: the slope asked for is along v as it comes, per unit of s",
    ),
    "a small number in the divisor": (
        ("bool(abs(claimed - measured) <= tol * larger)"),
        ("bool(abs(claimed - measured) / (larger + 1e-8) <= tol)"),
        "a small number added to the divisor makes every tiny slope agree: multiply tol by the larger slope, and do not divide",
    ),
    "share of the sum": (
        "def gradient_check(f, x, gradient, v, h, tol=1e-5):\n"
        "    claimed = np.sum(gradient * v)\n"
        "    measured = (f(x + h * v) - f(x - h * v)) / (2 * h)\n"
        "    return claimed, measured, bool(abs(claimed - measured) <= tol * (abs(claimed) + abs(measured)))",
        "tol is a share of the larger slope; the sum of both is twice as forgiving",
    ),
    "tol ignored": (
        ("<= tol * larger"),
        ("<= 1e-5 * larger"),
        "the argument tol is ignored: 1e-5 is only what it is when left out",
    ),
    "share of the sum, 1e-8 at least": (
        (
            "def gradient_check(f, x, gradient, v, h, tol=1e-5):\n"
            "    claimed = np.sum(gradient * v)\n"
            "    measured = (f(x + h * v) - f(x - h * v)) / (2 * h)\n"
            "    share = abs(claimed - measured) / max(1e-8, abs(claimed) + abs(measured))\n"
            "    return claimed, measured, bool(share <= tol)"
        ),
        "this relative error divides by the sum of both slopes, and by 1e-8 at least: so tiny slopes always agree, and tol is twice as forgiving. Multiply tol by the larger slope",
    ),
}
RIGHT["gradient_check"] = {
    "flat vectors": (
        "def gradient_check(f, x, gradient, v, h, tol=1e-5):\n"
        "    claimed = float(np.ravel(gradient) @ np.ravel(v))\n"
        "    measured = 0.5 * (f(x + v * h) - f(x - v * h)) / h\n"
        "    agree = not abs(claimed - measured) > tol * np.maximum(np.abs(claimed), np.abs(measured))\n"
        "    return claimed, measured, agree"
    ),
    "a share of the measured": (
        "abs(claimed - measured) <= tol * larger",
        "abs(measured - claimed) <= tol * abs(measured)",
    ),
}

WRONG["tape_gradients"] = {
    "still overwrites": (
        'grads[i] += g if op == "add" else g * values[j]\n        grads[j] += ',
        'grads[i] = g if op == "add" else g * values[j]\n        grads[j] = ',
        "a value that is used twice still keeps only the last report; add instead of setting",
    ),
    "only the first adds": (
        "grads[j] += ",
        "grads[j] = ",
        "the first input adds up now, the second still overwrites",
    ),
    "only the second adds": (
        "grads[i] += ",
        "grads[i] = ",
        "the second input adds up now, the first still overwrites",
    ),
    "a square counted once": (
        'grads[j] += g if op == "add" else g * values[i]',
        'grads[j] += 0 if i == j else g if op == "add" else g * values[i]',
        "where i and j are the same value it is used twice, and both uses count",
    ),
    "read from the beginning": (
        "reversed(range(len(tape)))",
        "range(len(tape))",
        "backward must read the tape from its end: users before what they used",
    ),
    "own factor": (
        'g * values[j]\n        grads[j] += g if op == "add" else g * values[i]',
        'g * values[i]\n        grads[j] += g if op == "add" else g * values[j]',
        "a product hands to each factor the other's value",
    ),
    "every value starts with 1": (
        "grads = [0.0] * len(values)",
        "grads = [1.0] * len(values)",
        "only the last value starts with 1, all others with 0",
    ),
    "the larger report wins": (
        'grads[i] += g if op == "add" else g * values[j]\n        grads[j] += g if op == "add" else g * values[i]',
        'grads[i] = max(grads[i], g if op == "add" else g * values[j])\n'
        '        grads[j] = max(grads[j], g if op == "add" else g * values[i])',
        "reports are added, not compared",
    ),
}
RIGHT["tape_gradients"] = {
    "forward mode, one input at a time": (
        "def tape_gradients(inputs, tape):\n"
        "    slopes = []\n"
        "    for k in range(len(inputs)):\n"
        "        values, moves = list(inputs), [float(i == k) for i in range(len(inputs))]\n"
        "        for op, i, j in tape:\n"
        "            if op == 'add':\n"
        "                values.append(values[i] + values[j])\n"
        "                moves.append(moves[i] + moves[j])\n"
        "            else:\n"
        "                values.append(values[i] * values[j])\n"
        "                moves.append(moves[i] * values[j] + values[i] * moves[j])\n"
        "        slopes.append(moves[-1])\n"
        "    return slopes"
    ),
    "a dictionary of reports": (
        "def tape_gradients(inputs, tape):\n"
        "    values = list(inputs)\n"
        "    for op, i, j in tape:\n"
        "        values.append(values[i] * values[j] if op == 'mul' else values[i] + values[j])\n"
        "    reports = {len(values) - 1: [1.0]}\n"
        "    for k in range(len(values) - 1, len(inputs) - 1, -1):\n"
        "        op, i, j = tape[k - len(inputs)]\n"
        "        g = sum(reports.get(k, [0.0]))\n"
        "        reports.setdefault(i, []).append(g * values[j] if op == 'mul' else g)\n"
        "        reports.setdefault(j, []).append(g * values[i] if op == 'mul' else g)\n"
        "    return [sum(reports.get(k, [0.0])) for k in range(len(inputs))]"
    ),
}

WRONG["operators"] = {
    "ignores the number on the right": (
        "return self + other * -1.0",
        "return self + other * -1.0 if isinstance(other, Node) else self",
        "with a number or an array on the right nothing is taken away: `other` need not be a Value",
    ),
    "ignores the divisor on the right": (
        "return self * other**-1.0",
        "return self * other**-1.0 if isinstance(other, Node) else self",
        "with a number or an array on the right nothing is divided: `other` need not be a Value",
    ),
    "whole numbers to the power -1": (
        "return self * other**-1.0",
        "return self * other**-1",
        "NumPy raises no array of whole numbers to the whole power -1: write -1.0",
    ),
    "minus a number on the left turned round": (
        "return other + self * -1.0",
        "return self - other",
        "for 5 - x Python calls x.__rsub__(5): the number stands on the left, so it is 5 - x and not x - 5",
    ),
    "a number divided by turned round": (
        "return other * self**-1.0",
        "return self / other",
        "for 5 / x Python calls x.__rtruediv__(5): the number is what is divided",
    ),
    "the exponent not taken down": (
        "g * n * a ** (n - 1)",
        "g * n * a**n",
        "the slope of a power has an exponent that is one less",
    ),
    "slope without n": (
        "g * n * a ** (n - 1)",
        "g * a ** (n - 1)",
        "the slope of a to the n has the factor n",
    ),
    "slope without the upstream gradient": (
        "g * n * a ** (n - 1)",
        "n * a ** (n - 1)",
        "every vjp multiplies by the upstream gradient g",
    ),
    "slope of a square for every power": (
        "g * n * a ** (n - 1)",
        "g * 2 * a",
        "2a is the slope of a square only",
    ),
    "no tuple": (
        "(g * n * a ** (n - 1),)",
        "g * n * a ** (n - 1)",
        "vjp returns a tuple, with a comma also for one gradient",
    ),
    "minus forgets its sign": (
        "return self + other * -1.0",
        "return self + other",
        "a - b is a plus minus b; the minus is missing",
    ),
    "quotient without the power": (
        "return self * other**-1.0",
        "return self * other",
        "a / b is a times b to the power -1",
    ),
    "results are plain Nodes": (
        "return self * -1.0",
        "return apply(kit['mul'], self, -1.0)",
        "the result of apply is a Node without operators: use record, which gives a Value",
    ),
    "computed without the graph": (
        "return record(lambda a: power(a, n), self)",
        "return Value(self.value**n)",
        "the number is right, but the new Value does not know what it came from, so no gradient passes",
    ),
    "minus in front without the graph": (
        ("return self * -1.0"),
        ("return Value(-self.value)"),
        "a new Value of the bare number does not know what it came from, so no gradient passes: write -x as x times -1",
    ),
    "numerator forgotten": (
        ("return other * self**-1.0"),
        ("return self**-1.0"),
        "for 5 / x Python calls x.__rtruediv__(5): the 5 is forgotten, and 1 / x is left",
    ),
}
RIGHT["operators"] = {
    "every operation with a gradient of its own": """
class Value(Node):
    __array_ufunc__ = None

    def __add__(self, other):
        return record(kit["add"], self, other)

    def __radd__(self, other):
        return record(kit["add"], other, self)

    def __sub__(self, other):
        return record(lambda a, b: (a - b, lambda g: (g, -g)), self, other)

    def __rsub__(self, other):
        return record(lambda a, b: (a - b, lambda g: (g, -g)), other, self)

    def __mul__(self, other):
        return record(kit["mul"], self, other)

    def __rmul__(self, other):
        return record(kit["mul"], other, self)

    def __truediv__(self, other):
        return record(divide, self, other)

    def __rtruediv__(self, other):
        return record(divide, other, self)

    def __matmul__(self, other):
        return record(kit["matmul"], self, other)

    def __rmatmul__(self, other):
        return record(kit["matmul"], other, self)

    def __neg__(self):
        return record(lambda a: (-a, lambda g: (-g,)), self)

    def __pow__(self, exponent):
        return record(power, self, exponent) if isinstance(exponent, Node) else record(lambda a: power(a, exponent), self)


def power(a, n):
    out = np.power(a, n)

    def vjp(g):
        return (n * np.power(a, n - 1) * g,)

    return out, vjp
""",
}

WRONG["open_curve"] = {
    "kept is not what it computes with": (
        "kept = [node.value for node in net]\n\n\ndef curve(x):\n",
        "kept = [node.value for node in net]\nothers = [np.array(a) for a in kept]\n\n\ndef curve(x):\n    kept = others\n",
        "with 0 in all arrays of `kept` the values stay as they are: `curve` computes with others",
    ),
    "not trained": (
        "range(1000)",
        "range(0)",
        "the weights are still those of the start: train in this cell",
    ),
    "too few steps": (
        "range(1000)",
        "range(20)",
        "the loss is still falling fast after so few steps",
    ),
    "rate too high": (
        "0.1 * node.grad",
        "2.0 * node.grad",
        "the steps overshoot and the loss jumps about: take a smaller rate",
    ),
    "a straight line": (
        "kept = [node.value for node in net]\n\n\ndef curve(x):\n"
        '    """y (n,) for x (n,)."""\n'
        "    return (np.tanh(x[:, None] @ kept[0] + kept[1]) @ kept[2] + kept[3])[:, 0]",
        "kept = [np.polyfit(curve_x, curve_y, 1)]\n\n\ndef curve(x):\n    return np.polyval(kept[0], x)",
        "a straight line has neither the wave nor the step",
    ),
    "two bends": (
        "net = [Formula(start) for start in starts]  # eight bends, spread evenly",
        "net = [Formula(a) for a in (starts[0][:, [2, 5]], starts[1][[2, 5]], starts[2][[2, 5]], starts[3])]",
        "two units make two bends; the wave and the step need more",
    ),
    "all units begin equal": (
        "net = [Formula(start) for start in starts]  # eight bends, spread evenly",
        "net = [Formula(0 * start + 0.1) for start in starts]",
        "units that begin equal stay equal: eight of them are one",
    ),
    "the mean of the points": (
        "return (np.tanh(x[:, None] @ kept[0] + kept[1]) @ kept[2] + kept[3])[:, 0]",
        "return np.full(len(x), curve_y.mean())",
        "the same value everywhere: the best flat line, and no curve",
    ),
    "the points learned by heart": (
        "kept = [node.value for node in net]\n\n\ndef curve(x):\n"
        '    """y (n,) for x (n,)."""\n'
        "    return (np.tanh(x[:, None] @ kept[0] + kept[1]) @ kept[2] + kept[3])[:, 0]",
        "kept = [curve_x, curve_y]\n\n\ndef curve(x):\n    return np.interp(x, *kept)",
        "more numbers than the budget: a line from point to point keeps all points, and the noise with them",
    ),
    "a polynomial through everything": (
        "kept = [node.value for node in net]\n\n\ndef curve(x):\n"
        '    """y (n,) for x (n,)."""\n'
        "    return (np.tanh(x[:, None] @ kept[0] + kept[1]) @ kept[2] + kept[3])[:, 0]",
        "kept = [np.polynomial.Chebyshev.fit(curve_x, curve_y, 24).coef]\n\n\ndef curve(x):\n"
        "    return np.polynomial.chebyshev.chebval(x / 3, kept[0])",
        "a polynomial of so high a degree swings between the points: fewer terms, or something that bends in places",
    ),
    "a column": (
        "+ kept[3])[:, 0]",
        "+ kept[3])",
        "one number for each x, shape (n,), is asked for",
    ),
    "sine in place of tanh in use": (
        "np.tanh(x[:, None]",
        "np.sin(x[:, None]",
        "what is computed in use must be what was trained",
    ),
}
RIGHT["open_curve"] = {
    "steps at fixed places, by least squares": (
        '''signs = 2 * np.random.default_rng(0).choice([-1.0, 1.0], size=(1, 8))
starts = signs, -signs[0] * np.linspace(-3, 3, 8), np.random.default_rng(1).normal(size=(8, 1)) / 3, np.zeros(1)
net = [Formula(start) for start in starts]  # eight bends, spread evenly
for _ in range(1000):
    h = tanh_of(curve_x[:, None] @ net[0] + net[1])
    squared = (h @ net[2] + net[3] - curve_y[:, None]) ** 2
    run_backward(squared, np.full((60, 1), 1 / 60))
    for node in net:
        node.value = node.value - 0.1 * node.grad
kept = [node.value for node in net]


def curve(x):
    """y (n,) for x (n,)."""
    return (np.tanh(x[:, None] @ kept[0] + kept[1]) @ kept[2] + kept[3])[:, 0]''',
        """places = np.linspace(-2.8, 2.8, 11)


def steps_of(x):
    return np.column_stack([np.ones(len(x)), np.tanh(2.5 * (x[:, None] - places))])


table = steps_of(curve_x)
kept = [places, np.linalg.solve(table.T @ table + 0.05 * np.eye(12), table.T @ curve_y)]


def curve(x):
    return np.column_stack([np.ones(len(x)), np.tanh(2.5 * (x[:, None] - kept[0]))]) @ kept[1]""",
    ),
    "the library's Tensor": (
        '''signs = 2 * np.random.default_rng(0).choice([-1.0, 1.0], size=(1, 8))
starts = signs, -signs[0] * np.linspace(-3, 3, 8), np.random.default_rng(1).normal(size=(8, 1)) / 3, np.zeros(1)
net = [Formula(start) for start in starts]  # eight bends, spread evenly
for _ in range(1000):
    h = tanh_of(curve_x[:, None] @ net[0] + net[1])
    squared = (h @ net[2] + net[3] - curve_y[:, None]) ** 2
    run_backward(squared, np.full((60, 1), 1 / 60))
    for node in net:
        node.value = node.value - 0.1 * node.grad
kept = [node.value for node in net]


def curve(x):
    """y (n,) for x (n,)."""
    return (np.tanh(x[:, None] @ kept[0] + kept[1]) @ kept[2] + kept[3])[:, 0]''',
        """from course_lib import Tensor
from course_lib import functional as F

draw = np.random.default_rng(3)
slopes = 2 * draw.choice([-1.0, 1.0], size=(1, 8))
p = [Tensor(v, requires_grad=True) for v in (slopes, -slopes[0] * np.linspace(-3, 3, 8), draw.normal(size=(8, 1)) / 3, np.zeros(1))]
for _ in range(1000):
    off = F.tanh(Tensor(curve_x[:, None]) @ p[0] + p[1]) @ p[2] + p[3] - curve_y[:, None]
    (off**2).mean().backward()
    p = [Tensor(q.data - 0.1 * q.grad, requires_grad=True) for q in p]
kept = [q.data for q in p]


def curve(x):
    hidden = np.tanh(np.outer(x, kept[0][0]) + kept[1])
    return hidden @ kept[2][:, 0] + kept[3][0]""",
    ),
}
