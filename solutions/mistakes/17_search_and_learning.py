"""Lesson 17, search and learning: known mistakes, and right answers in other styles.

By exercise, in the order of the lesson; read as literals, never run.

WRONG["id"] = {name: (find, replace, what a tutor would say) or (definition, what a tutor would say)}
RIGHT["id"] = {name: definition or (find, replace)}
Find and replace edit the reference answer; a definition takes the place of what it defines.
"""

WRONG, RIGHT = {}, {}

WRONG["drop_stone"] = {
    "falls to the top": (
        "np.flatnonzero(board[:, column] == 0)[-1]",
        "np.flatnonzero(board[:, column] == 0)[0]",
        "the stone stays in the topmost empty cell: the lowest one has the largest row number",
    ),
    "not turned round": (
        "after = -board\n    row = np.flatnonzero(board[:, column] == 0)[-1]\n    after[row, column] = -1",
        "after = board.copy()\n    row = np.flatnonzero(board[:, column] == 0)[-1]\n    after[row, column] = 1",
        "the board is handed to the other player: my stones become -1 and hers 1",
    ),
    "my new stone is hers": (
        "after[row, column] = -1",
        "after[row, column] = 1",
        "after the board is turned round my own stones are -1, the new one too",
    ),
    "writes into the board": (
        "after = -board",
        "after = board\n    after *= -1",
        "`*=` turns the caller's board: a search needs it again. Make a new array",
    ),
    "room where the bottom is empty": (
        "board[0, c] == 0",
        "board[-1, c] == 0",
        "a column has room while its top cell is empty; the bottom cell fills first",
    ),
    "all columns legal": (
        "[c for c in range(board.shape[1]) if board[0, c] == 0]",
        "list(range(board.shape[1]))",
        "a full column is no move: a column has room while its top cell is empty",
    ),
    "1 for one's own line": (
        """
def outcome(board, line):
    rows, columns = board.shape
    for r, c in np.argwhere(board != 0):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            ends = [(r + k * down, c + k * right) for k in range(line)]
            if all(i < rows and 0 <= j < columns and board[i, j] == board[r, c] for i, j in ends):
                return int(board[r, c])
    return None if (board == 0).any() else 0
""",
        "my own lines do not matter: I have not moved yet, so only the other player can have ended the game. There is no 1",
    ),
    "looks for my lines": (
        "    rows, columns = board.shape\n    for r, c",
        "    board = -board\n    rows, columns = board.shape\n    for r, c",
        "the player who moved last is the other one: only stones of -1 can have made a line",
    ),
    "either player's lines": (
        "all(i < rows and 0 <= j < columns and board[i, j] == -1 for i, j in ends)",
        "all(i < rows and 0 <= j < columns and board[i, j] != 0 for i, j in ends)",
        "a line is made of one player's stones, the other's: compare with -1",
    ),
    "one diagonal": (
        "((0, 1), (1, 0), (1, 1), (1, -1))",
        "((0, 1), (1, 0), (1, 1))",
        "there are two diagonals: down to the right and down to the left",
    ),
    "no diagonals": (
        "((0, 1), (1, 0), (1, 1), (1, -1))",
        "((0, 1), (1, 0))",
        "diagonals count as lines, both of them",
    ),
    "the board laid flat": (
        """
def outcome(board, line):
    flat, columns = board.ravel(), board.shape[1]
    for i in np.flatnonzero(flat == -1):
        for step in (1, columns, columns + 1, columns - 1):
            ends = [i + k * step for k in range(line)]
            if ends[-1] < flat.size and all(flat[j] == -1 for j in ends):
                return -1
    return None if (board == 0).any() else 0
""",
        "in the flattened board the last cell of a row stands beside the first of the next, on the board it does not: "
        "a line may not run over the edge",
    ),
    "on round the right edge": (
        "all(i < rows and 0 <= j < columns and board[i, j] == -1 for i, j in ends)",
        "all(i < rows and board[i, j % columns] == -1 for i, j in ends)",
        "`%` leads a line out at one side and in at the other: a line may not run over the edge",
    ),
    "round the edge": (
        "all(i < rows and 0 <= j < columns and board[i, j] == -1 for i, j in ends)",
        "all(i < rows and j < columns and board[i, j] == -1 for i, j in ends)",
        "column -1 is the last column to NumPy: the line runs round the left edge. Ask for 0 <= j too",
    ),
    "always four": ("range(line)", "range(4)", "a line has `line` stones, not always 4"),
    "one short": ("range(line)", "range(line - 1)", "one stone too few is called a line"),
    "full board goes on": (
        "return None if (board == 0).any() else 0",
        "return None",
        "a full board without a line is a draw, 0",
    ),
    "0 for a game that goes on": (
        "return None if (board == 0).any() else 0",
        "return 0",
        "0 means a draw; while there is room the game goes on, and the answer is None",
    ),
    "1 for a line": (
        "return -1\n",
        "return 1\n",
        "the line is the other player's, so the player to move has lost: -1",
    ),
    "full board lost": (
        "return None if (board == 0).any() else 0",
        "return None if (board == 0).any() else -1",
        "a full board without a line is a draw: 0, not a loss",
    ),
    "full board won": (
        "return None if (board == 0).any() else 0",
        "return None if (board == 0).any() else 1",
        "a full board without a line is a draw: 0, not a win",
    ),
    "gaps counted": (
        """
def outcome(board, line):
    hers = board == -1
    for grid in (hers, hers.T):
        if (grid.sum(axis=1) >= line).any():
            return -1
    for grid in (hers, hers[:, ::-1]):
        if any(np.diagonal(grid, k).sum() >= line for k in range(-len(board) + 1, board.shape[1])):
            return -1
    return None if (board == 0).any() else 0
""",
        "the stones of a line are neighbours: three in the same row with a gap between them are no line",
    ),
    "columns by the rows": (
        "range(board.shape[1])",
        "range(board.shape[0])",
        "columns are axis 1: board.shape[1]",
    ),
    "the board not turned": (
        """    after = -board
""",
        """    after = board.copy()
""",
        "the other player sees all signs turned",
    ),
    "one row too high": (
        "np.flatnonzero(board[:, column] == 0)[-1]",
        "max(np.flatnonzero(board[:, column] == 0)[-1] - 1, 0)",
        "the stone falls to the lowest empty cell, not one above",
    ),
    "rows forgotten": (
        "((0, 1), (1, 0), (1, 1), (1, -1))",
        "((1, 0), (1, 1), (1, -1))",
        "a line may lie along a row",
    ),
    "columns forgotten": (
        "((0, 1), (1, 0), (1, 1), (1, -1))",
        "((0, 1), (1, 1), (1, -1))",
        "a line may stand in a column",
    ),
    "one stone more": (
        "range(line)]",
        "range(line + 1)]",
        "`line` stones in a row; yours asks for one more",
    ),
    "mine as well": (
        "np.argwhere(board == -1)",
        "np.argwhere(board == -1)[::2]",
        "every stone of the other player may begin a line",
    ),
    "full before the line": (
        """    rows, columns = board.shape
""",
        """    rows, columns = board.shape
    if (board != 0).all():
        return 0
""",
        "the last stone may make a line: ask for the line first",
    ),
    "lines in squares": (
        """
def outcome(board, line):
    rows, columns = board.shape
    for r in range(rows - line + 1):
        for c in range(columns - line + 1):
            part = board[r : r + line, c : c + line] == -1
            if part.all(axis=0).any() or part.all(axis=1).any() or np.diag(part).all() or np.diag(part[:, ::-1]).all():
                return -1
    return None if (board == 0).any() else 0
""",
        "a row or column may hold a line where no square of that size fits",
    ),
}
RIGHT["drop_stone"] = {
    "windows": """
def legal_moves(board):
    return np.flatnonzero(board[0] == 0).tolist()


def drop(board, column):
    board = board.copy()
    row = (board[:, column] == 0).sum() - 1
    board[row, column] = 1
    return board * -1


def outcome(board, line):
    hers = board == -1
    for grid in (hers, hers.T):
        for row in grid:
            run = 0
            for cell in row:
                run = run + 1 if cell else 0
                if run >= line:
                    return -1
    for grid in (hers, hers[:, ::-1]):
        for shift in range(-grid.shape[0], grid.shape[1]):
            run = 0
            for cell in np.diagonal(grid, shift):
                run = run + 1 if cell else 0
                if run >= line:
                    return -1
    if np.all(board != 0):
        return 0
    return None
""",
}

WRONG["game_value"] = {
    "sign forgotten": (
        "max(-game_value(game, game.play(state, m), table)",
        "max(game_value(game, game.play(state, m), table)",
        "after a move the other player is to move: what is good for her is bad for you. Take minus her value",
    ),
    "worst move": (
        "max(-game_value",
        "min(-game_value",
        "with the minus sign in place the player to move takes the largest value, not the smallest",
    ),
    "smallest of hers": (
        "max(-game_value(game, game.play(state, m), table)",
        "min(game_value(game, game.play(state, m), table)",
        "the smallest of her values is the right move, but its worth for you is minus that",
    ),
    "no table": (
        """
def game_value(game, state, table):
    value = game.result(state)
    if value is None:
        value = max(-game_value(game, game.play(state, m), table) for m in game.moves(state))
    return value
""",
        "nothing is put into the table, so positions are worked out again and again",
    ),
    "finished games not kept": (
        """
def game_value(game, state, table):
    value = game.result(state)
    if value is not None:
        return value
    if state not in table:
        table[state] = max(-game_value(game, game.play(state, m), table) for m in game.moves(state))
    return table[state]
""",
        "finished states belong into the table too",
    ),
    "table never read": (
        """
def game_value(game, state, table):
    value = game.result(state)
    if value is None:
        value = max(-game_value(game, game.play(state, m), table) for m in game.moves(state))
    table[state] = value
    return value
""",
        "look into the table before you work a state out: where it is there, return table[state] at once",
    ),
    "draws worked out again": (
        """
def game_value(game, state, table):
    if table.get(state):
        return table[state]
    value = game.result(state)
    if value is None:
        value = max(-game_value(game, game.play(state, m), table) for m in game.moves(state))
    table[state] = value
    return value
""",
        "a kept value of 0 counts as false: every draw is worked out again. Ask `if state in table`",
    ),
    "a drawn end played on": (
        """
def game_value(game, state, table):
    if state not in table:
        value = game.result(state)
        if not value:
            value = max([-game_value(game, game.play(state, m), table) for m in game.moves(state)], default=0)
        table[state] = value
    return table[state]
""",
        "a result of 0 counts as false, so a game that ended in a draw is played on: ask `is None`",
    ),
    "finished is lost": (
        "value = game.result(state)\n        if value is None:",
        "value = game.result(state)\n        if value is not None:\n            value = -1\n        if value is None:",
        "a finished game has the value that `result` says: 0 for a draw, and some games are won by who has no move",
    ),
    "result turned round": (
        "value = game.result(state)\n        if value is None:",
        "value = game.result(state)\n        if value is not None:\n            value = -value\n        if value is None:",
        "`result` is already for the player to move: no minus there",
    ),
    "stops at a win": (
        """
def game_value(game, state, table):
    if state not in table:
        value = game.result(state)
        if value is None:
            value = -1
            for m in game.moves(state):
                value = max(value, -game_value(game, game.play(state, m), table))
                if value == 1:
                    break
        table[state] = value
    return table[state]
""",
        "stopping at the first winning move leaves states out of the table; here all moves are to be tried",
    ),
    "first move only": (
        "for m in game.moves(state))",
        "for m in game.moves(state)[:1])",
        "all moves compete, not the first alone",
    ),
    "0 read as no result": (
        "if value is None:",
        "if not value:",
        "a result of 0 is a result: ask `is None`, not for truth",
    ),
    "best begins at 0": (
        """def game_value(game, state, table):
    if state not in table:
        value = game.result(state)
        if value is None:
            value = 0
            for m in game.moves(state):
                value = max(value, -game_value(game, game.play(state, m), table))
        table[state] = value
    return table[state]
""",
        "a best that begins at 0 never falls below: lost states come out drawn",
    ),
    "a table for each move": (
        "game.play(state, m), table)",
        "game.play(state, m), dict(table))",
        "each move gets a copy of the table, and what is found there is lost",
    ),
    "sum of the moves": (
        "value = max(-",
        "value = sum(-",
        "the best move counts, not all together",
    ),
    "last move": (
        "for m in game.moves(state))",
        "for m in game.moves(state)[-1:])",
        "all moves are tried, not the last one only",
    ),
    "kept with the sign turned": (
        "table[state] = value",
        "table[state] = -value",
        "the table holds the value for the player to move",
    ),
    "turns counted": (
        """def game_value(game, state, table, mine=True):
    if state not in table:
        value = game.result(state)
        if value is None:
            values = [game_value(game, game.play(state, m), table, not mine) for m in game.moves(state)]
            value = max(values) if mine else min(values)
        table[state] = value
    return table[state]
""",
        "`play` gives the state as the other player sees it: every player takes the largest of the turned values, nobody the smallest",
    ),
    "mean of the moves": (
        "value = max(-game_value(game, game.play(state, m), table) for m in game.moves(state))",
        "value = round(sum(-game_value(game, game.play(state, m), table) for m in game.moves(state)) / len(game.moves(state)))",
        "the best move counts, not the mean of all",
    ),
}
RIGHT["game_value"] = {
    "a loop": """
def game_value(game, state, table):
    if state in table:
        return table[state]
    value = game.result(state)
    if value is None:
        value = -2
        for move in game.moves(state):
            after = game.play(state, move)
            value = max(value, -game_value(game, after, table))
    table[state] = value
    return value
""",
    "a stack instead of recursion": """
def game_value(game, state, table):
    stack = [state]
    while stack:
        top = stack[-1]
        if top in table:
            stack.pop()
            continue
        result = game.result(top)
        if result is not None:
            table[top] = result
            continue
        after = [game.play(top, m) for m in game.moves(top)]
        missing = [s for s in after if s not in table]
        if missing:
            stack.extend(missing)
        else:
            table[top] = -min(table[s] for s in after)
    return table[state]
""",
}

WRONG["puct"] = {
    "UCB without the logarithm": (
        "np.sqrt(np.log(max(np.sum(visits), 1)) / tried)",
        "np.sqrt(np.sum(visits) / tried)",
        "UCB has the logarithm of all visits under the root",
    ),
    "root of the logarithm only": (
        "np.sqrt(np.log(max(np.sum(visits), 1)) / tried)",
        "np.sqrt(np.log(max(np.sum(visits), 1))) / tried",
        "the visits of the move stand under the root as well",
    ),
    "divides by 0": (
        "    tried = np.maximum(visits, 1)\n    bonus = np.sqrt(np.log(max(np.sum(visits), 1)) / tried)\n"
        "    return np.where(np.asarray(visits) == 0, np.inf, total / tried + c * bonus)",
        "    bonus = np.sqrt(np.log(max(np.sum(visits), 1)) / visits)\n"
        "    return np.where(np.asarray(visits) == 0, np.inf, total / visits + c * bonus)",
        "np.where works out both sides first, so NumPy divides by 0 visits and warns: divide by np.maximum(visits, 1)",
    ),
    "untried not first": (
        "np.where(np.asarray(visits) == 0, np.inf, total / tried + c * bonus)",
        "total / tried + c * bonus",
        "in UCB a move never tried has the score infinity",
    ),
    "sum in place of mean": (
        "total / tried + c * bonus",
        "total + c * bonus",
        "the first part is the mean value W / N, not the sum W",
    ),
    "sum in PUCT": (
        "return total / np.maximum(visits, 1) + c * bonus",
        "return total + c * bonus",
        "the first part is the mean value W / N, not the sum W",
    ),
    "prior forgotten": (
        "prior * np.sqrt(1 + np.sum(visits))",
        "np.sqrt(1 + np.sum(visits))",
        "the prior multiplies the bonus: without it all moves look alike at first",
    ),
    "all visits without the 1": (
        "np.sqrt(1 + np.sum(visits))",
        "np.sqrt(np.sum(visits))",
        "without the 1 under the root the first look does not see the prior: all scores are 0",
    ),
    "visits not plus 1": (
        "/ (1 + np.asarray(visits))",
        "/ np.maximum(1, visits)",
        "the bonus is divided by 1 + N: a first visit must already halve it",
    ),
    "root of the visits": (
        "/ (1 + np.asarray(visits))",
        "/ np.sqrt(1 + np.asarray(visits))",
        "in PUCT 1 + N is divided by as it is, only UCB has it under the root",
    ),
    "logarithm in PUCT": (
        "prior * np.sqrt(1 + np.sum(visits))",
        "prior * np.sqrt(np.log(1 + np.sum(visits)))",
        "PUCT has the root of 1 + n; the logarithm belongs to UCB",
    ),
    "constant forgotten": (
        "np.maximum(visits, 1) + c * bonus",
        "np.maximum(visits, 1) + bonus",
        "c scales the bonus: it says how curious the search is",
    ),
    "untried counted as a visit": (
        "total / np.maximum(visits, 1) + c * bonus",
        "total / (1 + np.asarray(visits)) + c * bonus",
        "the mean is W / N; only the bonus divides by 1 + N",
    ),
    "inputs changed": (
        "return total / np.maximum(visits, 1) + c * bonus",
        "visits += 1\n    return total / np.maximum(visits - 1, 1) + c * bonus",
        "`+=` changes the caller's visits",
    ),
    "logarithm to base 2": (
        "np.log(max(np.sum(visits), 1))",
        "np.log2(max(np.sum(visits), 1))",
        "ln is the natural logarithm, np.log",
    ),
    "all visits without the root": (
        "prior * np.sqrt(1 + np.sum(visits))",
        "prior * (1 + np.sum(visits))",
        "all visits stand under a square root in PUCT: without it the bonus outgrows the values",
    ),
    "all visits left out": (
        "prior * np.sqrt(1 + np.sum(visits))",
        "prior",
        "the root of 1 + n is missing: it keeps the search coming back to moves little tried",
    ),
    "root forgotten": (
        "np.sqrt(np.log(max(np.sum(visits), 1)) / tried)",
        "np.log(max(np.sum(visits), 1)) / tried",
        "UCB has a root around ln N / n",
    ),
    "constant under the root": (
        "total / tried + c * bonus)",
        "total / tried + np.sqrt(c) * bonus)",
        "c stands before the root",
    ),
    "twice the logarithm": (
        "np.log(max(np.sum(visits), 1))",
        "2 * np.log(max(np.sum(visits), 1))",
        "UCB1 of the books has a 2 there; the formula above has c alone",
    ),
    "untried gets 0": (
        "np.inf, total / tried",
        "0.0, total / tried",
        "a move with 0 visits has the score inf: it is tried first",
    ),
    "visits plus 1 in UCB": (
        "tried = np.maximum(visits, 1)",
        "tried = np.asarray(visits) + 1",
        "UCB divides by the visits themselves; only PUCT has 1 + n",
    ),
    "largest count": (
        "np.log(max(np.sum(visits), 1))",
        "np.log(max(np.max(visits), 1))",
        "N are the visits of all moves together",
    ),
    "logarithm to base 10": (
        "np.log(max",
        "np.log10(max",
        "ln is the natural logarithm",
    ),
    "prior added": (
        "bonus = prior * np.sqrt(1 + np.sum(visits)) / (1 + np.asarray(visits))",
        "bonus = prior + np.sqrt(1 + np.sum(visits)) / (1 + np.asarray(visits))",
        "the bonus is multiplied by the prior",
    ),
    "bonus subtracted": (
        "np.maximum(visits, 1) + c * bonus",
        "np.maximum(visits, 1) - c * bonus",
        "the bonus is added",
    ),
    "visits plus 1 in the logarithm": (
        ("np.log(max(np.sum(visits), 1))"),
        ("np.log(np.sum(visits) + 1)"),
        "UCB's logarithm is of all visits, without a 1 added",
    ),
    "logarithm of the own visits": (
        ("    bonus = np.sqrt(np.log(max(np.sum(visits), 1)) / tried)"),
        ("    bonus = np.sqrt(np.log(tried) / max(np.sum(visits), 1))"),
        "under UCB's root stand the logarithm of all visits, above, and the move's own visits, below: these are exchanged",
    ),
}
RIGHT["puct"] = {
    "loops": """
def ucb(visits, total, c):
    n, scores = sum(visits), []
    for N, W in zip(visits, total):
        scores.append(np.inf if N == 0 else W / N + c * np.sqrt(np.log(n) / N))
    return np.array(scores)


def puct(prior, visits, total, c):
    n, scores = sum(visits), []
    for P, N, W in zip(prior, visits, total):
        q = W / N if N > 0 else 0.0
        scores.append(q + c * P * np.sqrt(1 + n) / (1 + N))
    return np.array(scores)
""",
    "masks": """
def ucb(visits, total, c):
    scores = np.full(len(visits), np.inf)
    seen = np.asarray(visits) > 0
    if seen.any():
        scores[seen] = total[seen] / visits[seen] + c * np.sqrt(np.log(visits.sum()) / visits[seen])
    return scores


def puct(prior, visits, total, c):
    mean = np.divide(total, visits, out=np.zeros(len(visits)), where=np.asarray(visits) > 0)
    return mean + c * np.asarray(prior) * (1 + visits.sum()) ** 0.5 / (visits + 1)
""",
}

WRONG["simulate_once"] = {
    "sign never changes": (
        "value = -value\n        parent.visits[k] += 1",
        "parent.visits[k] += 1",
        "the value is not negated on the way up: every other level counts the opponent's success as its own",
    ),
    "sign changes one level late": (
        "value = -value\n        parent.visits[k] += 1\n        parent.total[k] += value",
        "parent.visits[k] += 1\n        parent.total[k] += value\n        value = -value",
        "the node's value is for the player to move *there*; the move into it was the other's: negate before you add",
    ),
    "negated once": (
        "value = node.value\n    for parent, k in reversed(way):\n        value = -value\n",
        "value = -node.value\n    for parent, k in reversed(way):\n",
        "the sign turns at every level, not at the leaf alone",
    ),
    "from the top": (
        "reversed(way)",
        "way",
        "the value is backed up from the leaf to the root: walk the way backwards, or the signs are wrong",
    ),
    "visits not counted": (
        "parent.visits[k] += 1\n",
        "pass\n",
        "each move on the way counts one visit more",
    ),
    "a tree of one level": (
        """
def simulate_once(game, root, evaluate, c):
    k = int(np.argmax(puct_scores(root.prior, root.visits, root.total, c)))
    if k not in root.children:
        root.children[k] = grow(game, game.play(root.state, root.moves[k]), evaluate)
    root.visits[k] += 1
    root.total[k] -= root.children[k].value
""",
        "a move that has its node already leads further down: go on from that node, until a new one is made or the game is over",
    ),
    "nothing below the root is told": (
        "    value = node.value\n    for parent, k in reversed(way):\n        value = -value\n"
        "        parent.visits[k] += 1\n        parent.total[k] += value",
        "    parent, k = way[0]\n    parent.visits[k] += 1\n    parent.total[k] += node.value * (-1) ** len(way)",
        "visits and totals of the root alone are kept: every move on the way counts one visit more, with the sign of its level",
    ),
    "only the root is told": (
        "for parent, k in reversed(way):",
        "for parent, k in reversed(way[:1]):",
        "all moves on the way are told, not the root's alone",
    ),
    "only the leaf's parent is told": (
        "for parent, k in reversed(way):",
        "for parent, k in reversed(way[-1:]):",
        "all moves on the way are told, up to the root",
    ),
    "prior ignored": (
        "puct_scores(node.prior, node.visits, node.total, c)",
        "puct_scores(np.ones(len(node.moves)) / len(node.moves), node.visits, node.total, c)",
        "the scores use the node's own prior",
    ),
    "constant ignored": (
        "puct_scores(node.prior, node.visits, node.total, c)",
        "puct_scores(node.prior, node.visits, node.total)",
        "pass c on: the default of puct_scores is another one",
    ),
    "only the mean": (
        "int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))",
        "int(np.argmax(node.total / np.maximum(node.visits, 1)))",
        "selection follows the PUCT score, not the mean value alone: it would never try anything new",
    ),
    "expands to the end": (
        "while node.result is None and not new:",
        "while node.result is None:",
        "one simulation makes one new node; stop there and ask the evaluator",
    ),
    "index taken for a column": (
        "game.play(node.state, node.moves[k])",
        "game.play(node.state, k if k in node.moves else node.moves[k])",
        "k counts the node's moves; where a column is full they are not the columns: play node.moves[k]",
    ),
    "index played": (
        "game.play(node.state, node.moves[k])",
        "game.play(node.state, k)",
        "k is the index of a move in node.moves, not a column: play node.moves[k]",
    ),
    "value overwritten": (
        "parent.total[k] += value",
        "parent.total[k] = value",
        "totals add up over all visits",
    ),
    "result not backed up again": (
        "value = node.value\n",
        "if not new:\n        return\n    value = node.value\n",
        "when the way ends at a finished game met before, its value is backed up once more",
    ),
    "mean kept": (
        "parent.total[k] += value",
        "parent.total[k] += (value - parent.total[k]) / parent.visits[k]",
        "`total` is the sum, not the mean",
    ),
    "all children at once": (
        """            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
""",
        """            for j, move in enumerate(node.moves):
                node.children[j] = grow(game, game.play(node.state, move), evaluate)
""",
        "one simulation grows one node, the chosen one",
    ),
    "most visited": (
        "np.argmax(puct_scores(node.prior, node.visits, node.total, c))",
        "np.argmax(np.asarray(node.visits) + 1e-3 * np.asarray(node.prior))",
        "the move with the highest PUCT score is followed, not the most visited",
    ),
    "value of the root": (
        """value = node.value
""",
        """value = root.value
""",
        "the new node's value is backed up",
    ),
    "lowest score": (
        "int(np.argmax(puct",
        "int(np.argmin(puct",
        "the highest score is followed",
    ),
    "two at a time": (
        "parent.visits[k] += 1",
        "parent.visits[k] += 2",
        "one simulation is one visit",
    ),
    "result of the game for the value": (
        """value = node.value
""",
        """value = node.value if node.result is None else -node.result
""",
        "a finished game's value is for the player to move there, like every node's",
    ),
    "last of equals": (
        "int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))",
        "len(node.moves) - 1 - int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)[::-1]))",
        "of equal scores the first is taken",
    ),
    "finished games count 0": (
        ("value = node.value"),
        ("value = node.value if node.result is None else 0"),
        "a finished game's `value` is backed up like every other: who would move there has lost, or it is a draw",
    ),
}
RIGHT["simulate_once"] = {
    "recursion": """
def simulate_once(game, root, evaluate, c):
    def visit(node):
        if node.result is not None:
            return node.value
        scores = puct_scores(node.prior, node.visits, node.total, c)
        k = int(scores.argmax())
        if k in node.children:
            value = -visit(node.children[k])
        else:
            child = node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = -child.value
        node.visits[k] += 1
        node.total[k] += value
        return value

    visit(root)
""",
    "a sign that alternates": """
def simulate_once(game, root, evaluate, c):
    node, way = root, []
    while True:
        k = max(range(len(node.moves)), key=lambda i: puct_scores(node.prior, node.visits, node.total, c)[i])
        way.append((node, k))
        if k not in node.children:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            node = node.children[k]
            break
        node = node.children[k]
        if node.result is not None:
            break
    for level, (parent, k) in enumerate(way):
        sign = (-1) ** (len(way) - level)
        parent.visits[k] += 1
        parent.total[k] += sign * node.value
""",
}

WRONG["visit_policy"] = {
    "noise changed in place": (
        "noise = np.where(np.asarray(prior) > 0, noise, 0.0)",
        "noise[np.asarray(prior) == 0] = 0.0",
        "this writes into the caller's noise: np.where makes a new array",
    ),
    "overflows when cold": (
        "(visits / visits.max()) ** (1 / temperature)",
        "visits ** (1 / temperature)",
        "900 to the power 250 is beyond all floats: divide by the largest visit first, the probabilities stay the same",
    ),
    "power turned round": (
        "** (1 / temperature)",
        "** temperature",
        "the power is 1 over the temperature: cold makes the best move more likely",
    ),
    "softmax of the visits": (
        "(visits / visits.max()) ** (1 / temperature)",
        "np.exp((visits - visits.max()) / temperature)",
        "the visits themselves are raised to a power; a softmax would take exp of them",
    ),
    "temperature ignored": (
        "(visits / visits.max()) ** (1 / temperature)",
        "visits / visits.max()",
        "the temperature does nothing here",
    ),
    "not normalised": (
        "return weights / weights.sum()",
        "return weights",
        "probabilities add up to 1: divide by the sum",
    ),
    "shared among equals": (
        "return np.eye(len(visits))[visits.argmax()]",
        "return (visits == visits.max()) / (visits == visits.max()).sum()",
        "of equally visited moves the lowest gets all at temperature 0",
    ),
    "last of equals": (
        "return np.eye(len(visits))[visits.argmax()]",
        "return np.eye(len(visits))[len(visits) - 1 - visits[::-1].argmax()]",
        "of equally visited moves the lowest is taken, here it is the highest",
    ),
    "temperature 0 is 1": (
        "return np.eye(len(visits))[visits.argmax()]",
        "return visits / visits.sum()",
        "at temperature 0 all probability is on the most visited move",
    ),
    "noise on full columns": (
        "noise = np.where(np.asarray(prior) > 0, noise, 0.0)",
        "noise = np.asarray(noise, float)",
        "a full column cannot be played: where the prior is 0 the noise is 0 too",
    ),
    "noise not scaled": (
        "share * noise / noise.sum()",
        "share * noise",
        "once noise is set to 0 for full columns it no longer adds up to 1: scale it",
    ),
    "shares exchanged": (
        "(1 - share) * np.asarray(prior) + share * noise",
        "share * np.asarray(prior) + (1 - share) * noise",
        "`share` is that of the noise; the prior keeps 1 - share",
    ),
    "noise on top": (
        "(1 - share) * np.asarray(prior)",
        "np.asarray(prior)",
        "the prior gives way by `share`, else the sum is more than 1",
    ),
    "softmax of the shares": (
        "(visits / visits.max()) ** (1 / temperature)",
        "np.exp(visits / visits.sum() / temperature)",
        "the visits are raised to the power 1 over the temperature; a softmax of their shares is something else",
    ),
    "mixture scaled in place of the noise": (
        "return (1 - share) * np.asarray(prior) + share * noise / noise.sum()",
        "mixed = (1 - share) * np.asarray(prior) + share * noise\n    return mixed / mixed.sum()",
        "scale the noise to the sum 1 before it is mixed; scaled afterwards it has less than its share",
    ),
    "number of the move": (
        "return np.eye(len(visits))[visits.argmax()]",
        "return int(visits.argmax())",
        "probabilities of all moves are asked, (moves,)",
    ),
    "noise times the prior": (
        "share * noise / noise.sum()",
        "share * noise * np.asarray(prior) / (noise * np.asarray(prior)).sum()",
        "the noise is set to 0 where the prior is 0; elsewhere the prior does not change it",
    ),
    "noise mean": (
        "noise / noise.sum()",
        "noise / np.count_nonzero(noise)",
        "scaled to the *sum* 1",
    ),
    "root at every temperature": (
        "** (1 / temperature)",
        "** 0.5",
        "the power is 1 / temperature",
    ),
    "visits plus 1": (
        "(visits / visits.max())",
        "((visits + 1) / (visits.max() + 1))",
        "a move without visits gets 0: nothing is added",
    ),
}
RIGHT["visit_policy"] = {
    "logarithms": """
def visit_policy(visits, temperature):
    visits = np.array(visits, dtype=float)
    if temperature == 0:
        out = np.zeros(len(visits))
        out[np.argmax(visits)] = 1.0
        return out
    with np.errstate(divide="ignore"):
        z = np.log(visits) / temperature
    w = np.exp(z - z.max())
    return w / w.sum()


def with_noise(prior, noise, share):
    prior, noise = np.array(prior, float), np.array(noise, float)
    noise[prior == 0] = 0
    noise /= noise.sum()
    return prior * (1 - share) + noise * share
""",
}

WRONG["reinforce"] = {
    "logits changed in place": (
        "z = np.where(legal, logits, -np.inf)",
        "z = logits\n    z[~legal] = -np.inf",
        "z is another name for the caller's logits: np.where makes a new array",
    ),
    "full columns taken out after the softmax": (
        "z = np.where(legal, logits, -np.inf)\n    p = np.exp(z - z.max(axis=1, keepdims=True))\n    p /= p.sum(axis=1, keepdims=True)",
        "p = np.exp(logits - logits.max(axis=1, keepdims=True))\n    p = p / p.sum(axis=1, keepdims=True) * legal\n"
        "    p /= p.sum(axis=1, keepdims=True)",
        "beside a large logit of a full column all the others round to 0, and 0 / 0 is nan: take the full columns out before the "
        "softmax, and the largest logit of the legal ones",
    ),
    "no baseline": (
        "advantage = returns - np.mean(returns)",
        "advantage = returns + 0.0",
        "the baseline, the mean of all returns, is not subtracted",
    ),
    "ascends": (
        "return p * advantage[:, None] / len(p)",
        "return -p * advantage[:, None] / len(p)",
        "asked is the gradient of the loss, which has a minus sign: pi minus one-hot, not one-hot minus pi",
    ),
    "sum over the rows": (
        "return p * advantage[:, None] / len(p)",
        "return p * advantage[:, None]",
        "the loss is a mean over the rows: divide by n",
    ),
    "divided by the columns too": ("/ len(p)", "/ p.size", "the mean is over the n rows, not over all entries"),
    "full columns take part": (
        "z = np.where(legal, logits, -np.inf)",
        "z = np.where(legal, logits, logits)",
        "columns that are not legal have probability 0 and gradient 0",
    ),
    "full columns as logit 0": (
        "np.where(legal, logits, -np.inf)",
        "np.where(legal, logits, 0.0)",
        "a logit of 0 is not a probability of 0: use minus infinity",
    ),
    "full columns after the softmax": (
        """
def reinforce(logits, legal, moves, returns):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True) * legal
    p[np.arange(len(p)), moves] -= 1
    return p * (returns - np.mean(returns))[:, None] / len(p)
""",
        "when full columns are set to 0 after the softmax, the rest no longer adds up to 1",
    ),
    "overflows": (
        "np.exp(z - z.max(axis=1, keepdims=True))",
        "np.exp(z)",
        "subtract the row's largest logit before exp",
    ),
    "one-hot forgotten": (
        "    p[np.arange(len(p)), moves] -= 1\n",
        "",
        "the derivative of -log pi is pi minus one-hot: the 1 of the move that was made is missing",
    ),
    "softmax over the batch": (
        "p /= p.sum(axis=1, keepdims=True)",
        "p /= p.sum(axis=0, keepdims=True)",
        "each row is a distribution over columns: sum along axis 1",
    ),
    "advantage scaled": (
        "advantage = returns - np.mean(returns)",
        "advantage = (returns - np.mean(returns)) / (np.std(returns) + 1e-8)",
        "some divide by the spread as well; here only the mean is subtracted",
    ),
    "advantage divided by its deviation": (
        "advantage = returns - np.mean(returns)",
        "advantage = (returns - np.mean(returns)) / np.std(returns)",
        "some divide by the standard deviation as well; here only the mean is subtracted",
    ),
    "advantage divided by its sample deviation": (
        "advantage = returns - np.mean(returns)",
        "advantage = (returns - np.mean(returns)) / np.std(returns, ddof=1)",
        "some divide by the standard deviation as well; here only the mean is subtracted",
    ),
    "weights the columns": (
        "advantage[:, None]",
        "np.resize(advantage, p.shape[1])[None, :]",
        "each *row* has its return: a column vector, advantage[:, None]",
    ),
    "masked afterwards": (
        "return p * advantage[:, None] / len(p)",
        "return np.where(legal, p, 1.0) * advantage[:, None] / len(p)",
        "illegal columns have the gradient 0",
    ),
    "1 added": (
        "moves] -= 1",
        "moves] += 1",
        "the gradient is π *less* 1 at the move that was made",
    ),
    "at the move only": (
        """    p[np.arange(len(p)), moves] -= 1
""",
        """    p[np.arange(len(p)), moves] -= 1
    p = p * (np.arange(p.shape[1]) == moves[:, None])
""",
        "the other legal columns have a gradient too: π",
    ),
    "every row at all moves": (
        "p[np.arange(len(p)), moves] -= 1",
        "p[:, moves] -= 1",
        "each row has its own move: p[np.arange(n), moves]",
    ),
    "sum over everything": (
        "p /= p.sum(axis=1, keepdims=True)",
        "p /= p.sum()",
        "each row has a softmax of its own",
    ),
    "magnitudes": (
        "returns - np.mean(returns)",
        "np.abs(returns - np.mean(returns))",
        "the advantage keeps its sign",
    ),
    "median for the mean": (
        "np.mean(returns)",
        "np.median(returns)",
        "b is the mean of all returns",
    ),
    "best return for the mean": (
        "np.mean(returns)",
        "np.max(returns)",
        "b is the mean of all returns",
    ),
    "running mean": (
        "returns - np.mean(returns)",
        "returns - np.cumsum(returns) / np.arange(1, len(returns) + 1)",
        "b is the mean of *all* returns",
    ),
    "others' mean": (
        "returns - np.mean(returns)",
        "returns - (np.sum(returns) - returns) / (len(returns) - 1)",
        "b is the mean of all returns, the row's own included",
    ),
    "probability of the move": (
        "return p * advantage[:, None] / len(p)",
        "return p * np.exp(z - z.max(axis=1, keepdims=True)) * advantage[:, None] / len(p)",
        "the logarithm's gradient has no further factor π",
    ),
    "a large penalty": (
        "-np.inf",
        "-900.0",
        "no number is low enough: logits far below 0 come beneath it; take -inf",
    ),
}
RIGHT["reinforce"] = {
    "row by row": """
def reinforce(logits, legal, moves, returns):
    n = len(logits)
    out, mean = np.zeros(logits.shape), sum(returns) / n
    for i in range(n):
        open_ = np.flatnonzero(legal[i])
        z = logits[i, open_]
        p = np.exp(z - z.max())
        p = p / p.sum()
        out[i, open_] = p * (returns[i] - mean)
        out[i, moves[i]] -= returns[i] - mean
    return out / n
""",
    "one-hot rows": """
def reinforce(logits, legal, moves, returns):
    z = np.where(legal, logits, -1e300)
    p = np.exp(z - z.max(1, keepdims=True)) * legal
    p = p / p.sum(1, keepdims=True)
    made = np.eye(logits.shape[1])[moves]
    return np.einsum("i,ij->ij", (returns - returns.mean()) / len(returns), p - made)
""",
}

WRONG["game_targets"] = {
    "boards turned in place": (
        "both = np.concatenate([boards, boards[:, :, ::-1]])",
        "both = boards.copy()\n    boards[:] = boards[:, :, ::-1].copy()\n    both = np.concatenate([both, boards])",
        "`boards[:] =` turns the caller's boards: leave them as they are",
    ),
    "same value for both": (
        "value = result * (-1.0) ** to_the_end",
        "value = -float(result) * np.ones(len(boards))",
        "the players take turns: the value changes its sign from position to position",
    ),
    "sign wrong": (
        "(-1.0) ** to_the_end",
        "-((-1.0) ** to_the_end)",
        "`result` is for who would move *after* the last move; whoever made the last move has minus that",
    ),
    "always the first player": (
        "to_the_end = np.arange(len(boards), 0, -1)\n    value = result * (-1.0) ** to_the_end",
        "value = result * (-1.0) ** len(boards) * np.ones(len(boards))",
        "the value is for the player to move in each position, not always for the first",
    ),
    "counted from the start": (
        "np.arange(len(boards), 0, -1)",
        "np.arange(1, len(boards) + 1)",
        "count the moves that are left, not those made: with an even number of moves every sign is wrong",
    ),
    "policy not mirrored": (
        "np.concatenate([policy, policy[:, ::-1]])",
        "np.concatenate([policy, policy])",
        "when the board is mirrored, its columns are exchanged: so are the visits",
    ),
    "value turned with the board": (
        "np.concatenate([value, value])",
        "np.concatenate([value, -value])",
        "a mirrored position is worth the same",
    ),
    "upside down": (
        "boards[:, :, ::-1]",
        "boards[:, ::-1]",
        "left and right are exchanged, not top and bottom: stones fall down",
    ),
    "order of games reversed": (
        "np.concatenate([boards, boards[:, :, ::-1]])",
        "np.concatenate([boards, boards[::-1, :, ::-1]])",
        "the mirror images come in the same order as the positions",
    ),
    "visits not scaled": (
        "visits / visits.sum(axis=1, keepdims=True)",
        "visits * 1.0",
        "the policy is a distribution: each row has the sum 1",
    ),
    "scaled over the game": (
        "visits.sum(axis=1, keepdims=True)",
        "visits.sum()",
        "each position has a policy of its own: divide each row by its own sum",
    ),
    "only the most visited": (
        "visits / visits.sum(axis=1, keepdims=True)",
        "np.eye(visits.shape[1])[visits.argmax(axis=1)]",
        "the target is the share of visits, not the best move alone: it says how sure the search was",
    ),
    "pairs in place of halves": (
        "both = np.concatenate([boards, boards[:, :, ::-1]])",
        "both = np.stack([boards, boards[:, :, ::-1]], axis=1).reshape(-1, *boards.shape[1:])",
        "first all positions of the game, then all mirror images",
    ),
    "the result for all": (
        "value = result * (-1.0) ** to_the_end",
        "value = result * np.ones(len(boards))",
        "`result` is for one player; each position is valued for the player to move *there*, and they take turns",
    ),
    "boards not mirrored": (
        "np.concatenate([boards, boards[:, :, ::-1]])",
        "np.concatenate([boards, boards])",
        "the second half are the mirror images",
    ),
    "order of the examples mirrored": (
        "boards[:, :, ::-1]",
        "boards[::-1]",
        "each board is mirrored; the order of the boards stays",
    ),
    "order of the policies mirrored": (
        "policy[:, ::-1]",
        "policy[::-1]",
        "each policy is mirrored; the order of the examples stays",
    ),
    "divided by the largest": (
        "visits.sum(axis=1, keepdims=True)",
        "visits.max(axis=1, keepdims=True)",
        "each row sums to 1: divide by its sum, not its largest",
    ),
    "columns for rows": (
        "visits.sum(axis=1, keepdims=True)",
        "visits.sum(axis=0, keepdims=True)",
        "each row sums to 1: axis 1",
    ),
    "without the mirror images": (
        "    return both, np.concatenate([policy, policy[:, ::-1]]), np.concatenate([value, value])",
        "    return boards, policy, value",
        "2T examples are asked: the mirror images are missing",
    ),
    "stones turned in the mirror": (
        "boards[:, :, ::-1]]",
        "-boards[:, :, ::-1]]",
        "the mirror image has the same stones, on the other side",
    ),
    "only the end has a value": (
        "value = result * (-1.0) ** to_the_end",
        "value = np.where(to_the_end == 1, -float(result), 0.0)",
        "every position of the game gets the result, from its player's side",
    ),
    "fading": (
        "result * (-1.0) ** to_the_end",
        "result * (-0.9) ** to_the_end",
        "the result is not discounted",
    ),
    "policy in integers": (
        "policy = visits / visits.sum(axis=1, keepdims=True)",
        "policy = visits // visits.sum(axis=1, keepdims=True)",
        "// rounds down to 0",
    ),
    "softmax of the visits": (
        "policy = visits / visits.sum(axis=1, keepdims=True)",
        """policy = np.exp(visits - visits.max(axis=1, keepdims=True))
    policy = policy / policy.sum(axis=1, keepdims=True)""",
        "the policy are the shares of the visits, no softmax",
    ),
}
RIGHT["game_targets"] = {
    "backwards in a loop": """
def game_targets(boards, visits, result):
    rows, now = [], float(result)
    for board, count in zip(boards[::-1], visits[::-1]):
        now = -now
        rows.insert(0, (board, count / count.sum(), now))
    mirrored = [(np.fliplr(b), p[::-1], v) for b, p, v in rows]
    b, p, v = zip(*rows, *mirrored)
    return np.array(b), np.array(p), np.array(v)
""",
}

WRONG["search_bug"] = {
    "negated on return": (
        "value = -descend(node.children[k])",
        "value = descend(node.children[k])",
        "a child's value is the other player's, at its later visits too",
    ),
    "first visit spoilt": (
        "value = -node.children[k].value",
        "value = node.children[k].value",
        "now both branches agree, and both are wrong: the child's value is the other player's",
    ),
    "only finished games negated": (
        """
def search_visits(game, state, evaluate, simulations, c):
    root = grow(game, state, evaluate)

    def descend(node):
        if node.result is not None:
            return -node.value
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        if k in node.children:
            value = descend(node.children[k])
        else:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = -node.children[k].value
        node.visits[k] += 1
        node.total[k] += value
        return value

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits
""",
        "this mends moves that end the game; one level further up the sign is still wrong: negate what descend returns",
    ),
    "total negated": (
        "node.total[k] += value",
        "node.total[k] -= value",
        "the total is for the player who moves at this node: add the value, once its sign is right",
    ),
    "best of the mean": (
        "np.argmax(puct_scores(node.prior, node.visits, node.total, c))",
        "np.argmin(puct_scores(node.prior, node.visits, node.total, c))",
        "the scores are for the player to move: the highest is taken",
    ),
    "absolute value": (
        "value = -descend(node.children[k])",
        "value = abs(descend(node.children[k]))",
        "losses count as wins now: the sign must turn, not vanish",
    ),
    "no minus anywhere": (
        """
def search_visits(game, state, evaluate, simulations, c):
    root = grow(game, state, evaluate)

    def descend(node):
        if node.result is not None:
            return node.value
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        if k in node.children:
            value = descend(node.children[k])
        else:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = node.children[k].value
        node.visits[k] += 1
        node.total[k] += value
        return value

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits
""",
        "the two branches agree now, but without any minus both players want the same: negate in both",
    ),
    "total turned, branches left": (
        """
def search_visits(game, state, evaluate, simulations, c):
    root = grow(game, state, evaluate)

    def descend(node):
        if node.result is not None:
            return node.value
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        if k in node.children:
            value = descend(node.children[k])
        else:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = -node.children[k].value
        node.visits[k] += 1
        node.total[k] -= value
        return value

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits
""",
        "turning the total spoils the first visits, which were right: mend the branch of the later visits instead",
    ),
    "minus on return, not for finished games": (
        """
def search_visits(game, state, evaluate, simulations, c):
    root = grow(game, state, evaluate)

    def descend(node):
        if node.result is not None:
            return node.value
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        if k in node.children:
            value = descend(node.children[k])
        else:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = -node.children[k].value
        node.visits[k] += 1
        node.total[k] += value
        return -value

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits
""",
        "one of the two returns has a minus and the other has none: what a finished game hands up gets the wrong sign",
    ),
    "total of the move returned": (
        """        node.total[k] += value
        return value""",
        """        node.total[k] += value
        return node.total[k]""",
        "what is handed up is this simulation's value, not the sum of all",
    ),
    "mean handed up": (
        """        node.total[k] += value
        return value""",
        """        node.total[k] += value
        return node.total[k] / node.visits[k]""",
        "what is handed up is this simulation's value, not the mean",
    ),
    "finished games worth nothing": (
        """            return node.value
        k""",
        """            return 0.0
        k""",
        "a finished game's value counts",
    ),
    "visits of the way not counted": (
        """        node.visits[k] += 1
        node.total""",
        """        node.visits[k] += k not in node.children or node is root
        node.total""",
        "every edge of the way gets one more visit",
    ),
    "value of the own node": (
        "value = -descend(node.children[k])",
        "value = -node.children[k].value",
        "the value of the *leaf* comes up; yours is the child's first estimate",
    ),
    "best of both": (
        "value = -descend(node.children[k])",
        "value = max(-descend(node.children[k]), 0)",
        "bad values count as well",
    ),
    "visits by index": (
        (
            "def search_visits(game, state, evaluate, simulations, c):\n"
            "    root = grow(game, state, evaluate)\n"
            "\n"
            "    def descend(node):\n"
            "        if node.result is not None:\n"
            "            return node.value\n"
            "        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))\n"
            "        if k in node.children:\n"
            "            value = -descend(node.children[k])\n"
            "        else:\n"
            "            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)\n"
            "            value = -node.children[k].value\n"
            "        node.visits[k] += 1\n"
            "        node.total[k] += value\n"
            "        return value\n"
            "\n"
            "    for _ in range(simulations):\n"
            "        descend(root)\n"
            "    visits = np.zeros(game.columns)\n"
            "    visits[: len(root.visits)] = root.visits\n"
            "    return visits"
        ),
        "entry k of `root.visits` is the move `root.moves[k]`: where a column is full, the number of a move is not its column",
    ),
}
RIGHT["search_bug"] = {
    "negated on return": """
def search_visits(game, state, evaluate, simulations, c):
    root = grow(game, state, evaluate)

    def descend(node):
        if node.result is not None:
            return -node.value
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        if k in node.children:
            value = descend(node.children[k])
        else:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = -node.children[k].value
        node.visits[k] += 1
        node.total[k] += value
        return -value

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits
""",
}

WRONG["elo_fit"] = {
    "steps of one size": (
        """def elo_fit(points):
    games, r = points + points.T, np.zeros(len(points))
    for _ in range(200):
        r = r + 10 * (points - games * expected_points(r[:, None] - r)).sum(axis=1)
    return r - r.mean()
""",
        "a step of fixed size is too long where many games were played, and the ratings swing to and fro: divide what is missing by "
        "the number of games",
    ),
    "half points added in place": (
        "games, r = points + points.T, np.zeros(len(points))",
        "points += 0.5 * (1 - np.eye(len(points)))\n    games, r = points + points.T, np.zeros(len(points))",
        "`+=` changes the caller's table, and draws that nobody played pull the ratings together",
    ),
    "sign of the gap": (
        "10.0 ** (-np.asarray(d) / 400)",
        "10.0 ** (np.asarray(d) / 400)",
        "who is ahead expects more than half: the exponent is minus d / 400",
    ),
    "exp in place of 10": (
        "10.0 ** (-np.asarray(d) / 400)",
        "np.exp(-np.asarray(d) / 400)",
        "Elo's scale has powers of 10, not of e",
    ),
    "400 forgotten": (
        "10.0 ** (-np.asarray(d) / 400)",
        "10.0 ** (-np.asarray(d) / 100)",
        "400 points ahead means 10 to 1",
    ),
    "one step": ("range(3000)", "range(1)", "one step is not the maximum: repeat until nothing moves"),
    "too few steps": ("range(3000)", "range(3)", "the ratings still move: take more steps"),
    "wins of the rows and columns mixed": (
        "(points - expected).sum(axis=1)",
        "(points - expected).sum(axis=0)",
        "points[i, j] are those of player i: sum along axis 1",
    ),
    "gap turned round": (
        "expected_points(r[:, None] - r)",
        "expected_points(r - r[:, None])",
        "row i expects by r[i] - r[j], not the reverse: the iteration runs away or settles at nothing",
    ),
    "mean not 0": ("return r - r.mean()", "return r - r.min()", "the ratings are shifted to mean 0"),
    "from total shares only": (
        """
def elo_fit(points):
    games = points + points.T
    share = points.sum(axis=1) / games.sum(axis=1)
    r = 400 * np.log10(share / (1 - share))
    return r - r.mean()


def expected_points(d):
    return 1 / (1 + 10.0 ** (-np.asarray(d) / 400))
""",
        "a share of 60 % against strong players is worth more than against weak ones: fit all pairs together",
    ),
    "mean of pairwise gaps": (
        """
def elo_fit(points):
    games = points + points.T + np.eye(len(points))
    share = np.clip((points + 0.5 * np.eye(len(points))) / games, 1e-9, 1 - 1e-9)
    r = (400 * np.log10(share / (1 - share))).mean(axis=1)
    return r - r.mean()


def expected_points(d):
    return 1 / (1 + 10.0 ** (-np.asarray(d) / 400))
""",
        "averaging the gaps of pairs weighs a pair of 3 games like one of 300: take the most likely ratings",
    ),
    "one pass of Elo's rule": (
        "r = r + 400 * (points - expected).sum(axis=1) / games.sum(axis=1)",
        "r = r + 400 * (points - expected).sum(axis=1) / games.sum(axis=1) / (1 + _) ** 2",
        "with steps that shrink so fast the ratings stop before the maximum",
    ),
    "draws lost": (
        "games, r = points + points.T, np.zeros(len(points))",
        "points = np.floor(points)\n    games, r = points + points.T, np.zeros(len(points))",
        "half points count: a draw is half a point for both",
    ),
    "200 for 400": (
        "np.asarray(d) / 400)",
        "np.asarray(d) / 200)",
        "400 points stand below",
    ),
    "mean not removed": (
        "return r - r.mean()",
        "return r - r[0]",
        "shifted to the mean 0, not to the first player",
    ),
    "1500 added": (
        "return r - r.mean()",
        "return r - r.mean() + 1500",
        "shifted to the mean 0",
    ),
    "own points for games": (
        "games, r = points + points.T",
        "games, r = points + 0.0",
        "the games of two players are the points of both together",
    ),
    "one pass": (
        """def elo_fit(points):
    games, r = points + points.T, np.zeros(len(points))
    for i in range(len(points)):
        for j in range(len(points)):
            r[i] += 32 * (points[i, j] - games[i, j] * expected_points(r[i] - r[j]))
    return r - r.mean()
""",
        "one pass with K = 32 is no fit: repeat until nothing moves",
    ),
    "straight line": (
        "1 / (1 + 10.0 ** (-np.asarray(d) / 400))",
        "0.5 + np.asarray(d) / 800",
        "the curve is no straight line: at 300 behind there is still a chance",
    ),
    "natural units": (
        "return r - r.mean()",
        "return (r - r.mean()) * np.log(10) / 400",
        "the ratings are asked in Elo points",
    ),
    "difference of points": (
        """def elo_fit(points):
    lead = (points - points.T).sum(axis=1) / (points + points.T).sum(axis=1)
    return 400 * (lead - lead.mean())
""",
        "a lead in points is no rating: the most likely ratings solve expected = made",
    ),
    "half a point for everybody": (
        "games, r = points + points.T, np",
        """points = points + 0.5 * (1 - np.eye(len(points)))
    games, r = points + points.T, np""",
        "nothing is added to the points: nobody has won or lost everything",
    ),
    "one pass, by shares": (
        (
            "def elo_fit(points):\n"
            "    games, r = points + points.T, np.zeros(len(points))\n"
            "    for i in range(len(points)):\n"
            "        for j in range(len(points)):\n"
            "            if i != j:\n"
            "                r[i] += 32 * (points[i, j] / games[i, j] - expected_points(r[i] - r[j]))\n"
            "    return r - r.mean()"
        ),
        "one pass with K = 32 is no fit: repeat until nothing moves",
    ),
}
RIGHT["elo_fit"] = {
    "Zermelo's iteration": """
def expected_points(d):
    return 0.5 * (1 + np.tanh(np.log(10) / 800 * np.asarray(d)))


def elo_fit(points):
    games, strength = points + points.T, np.ones(len(points))
    for _ in range(5000):
        shared = games / (strength[:, None] + strength)
        strength = points.sum(axis=1) / shared.sum(axis=1)
        strength = strength / np.exp(np.log(strength).mean())
    r = 400 * np.log10(strength)
    return r - r.mean()
""",
    "Newton": """
def expected_points(d):
    return 10 ** (np.asarray(d) / 400.0) / (1 + 10 ** (np.asarray(d) / 400.0))


def elo_fit(points):
    k, games = len(points), points + points.T
    r = np.zeros(k)
    for _ in range(60):
        p = expected_points(r[:, None] - r[None, :])
        slope = (points - games * p).sum(1)
        w = games * p * (1 - p) * np.log(10) / 400
        hessian = np.diag(w.sum(1)) - w + 1e-3
        r = r + np.linalg.solve(hessian, slope)
    return r - r.mean()
""",
}

WRONG["play_curves"] = {
    "healthy and signs exchanged": (
        '"B": FAULTS[0], "C": FAULTS[2], "D": FAULTS[3]',
        '"B": FAULTS[3], "C": FAULTS[2], "D": FAULTS[0]',
        "B and D have losses alike, but only one of them plays better and better: with the wrong sign play gets worse",
    ),
    "low loss called healthy": (
        '"A": FAULTS[1], "B": FAULTS[0]',
        '"A": FAULTS[0], "B": FAULTS[1]',
        "the lowest loss is that of the run that sees 16 positions: one game, learned by heart",
    ),
    "small rate for small variety": (
        '"A": FAULTS[1], "B": FAULTS[0], "C": FAULTS[2]',
        '"A": FAULTS[2], "B": FAULTS[0], "C": FAULTS[1]',
        "a rate far too small leaves the play as it was at the start, a straight line; few positions mean no exploration",
    ),
    "small rate and sign exchanged": (
        '"C": FAULTS[2], "D": FAULTS[3]',
        '"C": FAULTS[3], "D": FAULTS[2]',
        "with a rate far too small nothing moves at all: that is C, whose play never changes",
    ),
    "small letters": (
        '{"A": FAULTS[1], "B": FAULTS[0], "C": FAULTS[2], "D": FAULTS[3]}',
        '{"a": FAULTS[1], "b": FAULTS[0], "c": FAULTS[2], "d": FAULTS[3]}',
        "the runs are called A, B, C and D, with capital letters",
    ),
    "one word twice": (
        '"D": FAULTS[3]',
        '"D": FAULTS[2]',
        "each word belongs to one run: two runs cannot both have a rate far too small",
    ),
    "temperature only at ply 0": (
        "replace(plan, curious=20, noise=1.0)",
        "replace(plan, curious=1)",
        "one ply of curiosity gives as many games as there are first moves: draw moves for more plies, or add noise",
    ),
    "nothing repaired": (
        "return replace(plan, curious=20, noise=1.0)",
        "return plan",
        "with this plan all games of a generation are still the same",
    ),
    "writes into the plan": (
        "return replace(plan, curious=20, noise=1.0)",
        "plan.curious, plan.noise = 20, 1.0\n    return plan",
        "a Plan cannot be changed: replace(plan, ...) makes a new one",
    ),
    "more games of the same": (
        "replace(plan, curious=20, noise=1.0)",
        "replace(plan, games=20 * plan.games)",
        "more copies of one game are still one game",
    ),
    "a fresh plan": (
        "replace(plan, curious=20, noise=1.0)",
        "Plan(curious=20, noise=1.0)",
        "the rest of the plan is to stay as it was: use replace(plan, ...)",
    ),
    "A and D exchanged": (
        '{"A": FAULTS[1], "B": FAULTS[0], "C": FAULTS[2], "D": FAULTS[3]}',
        '{"D": FAULTS[1], "B": FAULTS[0], "C": FAULTS[2], "A": FAULTS[3]}',
        "results with the wrong sign make the player worse than a random one",
    ),
    "B and C exchanged": (
        '"B": FAULTS[0], "C": FAULTS[2]',
        '"C": FAULTS[0], "B": FAULTS[2]',
        "the healthy run rises; with too small a rate nothing moves",
    ),
    "more games": (
        "replace(plan, curious=20, noise=1.0)",
        "replace(plan, games=200)",
        "more games without exploration are the same game more often: curious or noise",
    ),
    "more simulations too": (
        "curious=20, noise=1.0)",
        "curious=20, noise=1.0, simulations=60)",
        "all else stays as in `plan`",
    ),
}
RIGHT["play_curves"] = {
    "another plan": """
FAULTS = ("healthy", "no exploration", "rate far too small", "results with the wrong sign")


def diagnosis():
    lazy, healthy, slow, signs = "no exploration", "healthy", "rate far too small", "results with the wrong sign"
    return dict(zip("ABCD", (lazy, healthy, slow, signs)))


def repaired(plan):
    return replace(plan, noise=0.5, curious=8)
""",
}

WRONG["open_player"] = {
    "always column 0": (
        "visits, _ = tree_search.search(game, states, evaluate, 16)\n    return visits.argmax(axis=1)",
        "return np.zeros(len(states), int)",
        "column 0 is full on some boards: choose among the columns with room, game.legal_all(states)",
    ),
    "the table of the other board": (
        """
def choose(game, states):
    columns = game.legal_all(states).argmax(axis=1)
    for i in range(len(states)):
        try:
            columns[i] = perfect.move_values(states[i : i + 1])[0].argmax()
        except KeyError:
            pass
    return columns
""",
        "the solved table is no player: look ahead within the budget, on whatever board `game` is",
    ),
    "moves tried on a board beside": (
        "tree_search.search(game, states, evaluate, 16)",
        "tree_search.search(wide if game.columns == 5 else game, states, evaluate, 16)",
        "what is tried on `wide` counts too: try moves with the `game` that is handed over",
    ),
    "the leftmost column": (
        "visits, _ = tree_search.search(game, states, evaluate, 16)\n    return visits.argmax(axis=1)",
        "return game.legal_all(states).argmax(axis=1)",
        "a player that looks at nothing finds about a third of the moves: look ahead within the budget",
    ),
    "least visited": (
        "visits.argmax(axis=1)",
        "visits.argmin(axis=1)",
        "the fewest visits, none, belong to a full column: the best move is the one with the most",
    ),
    "values turned round": (
        "np.tanh(score)",
        "-np.tanh(score)",
        "your evaluator praises lost positions: the value is for the player to move, whose stones are states[:, 0]",
    ),
    "over the budget": (
        "tree_search.search(game, states, evaluate, 16)",
        "tree_search.search(game, states, evaluate, 64)",
        "the budget is 16 moves tried for each position, and those that rollouts or your evaluator try count too: fewer simulations",
    ),
    "plain search": (
        "np.tanh(score)",
        "0 * score",
        "value 0 for every position that is not over: enough for half of the positions, not for 70 %",
    ),
    "hers count for me": (
        "- worth[theirs] * (own == 0)",
        "+ worth[theirs] * (own == 0)",
        "lines that are open for the other player are bad for the one to move: subtract them",
    ),
}
RIGHT["open_player"] = {
    "one look ahead": """
def choose(game, states):
    masks, worth = np.array(game.line_masks(), np.uint64), np.array([0.0, 0.05, 0.2, 0.45, 0.8])

    def score(states):
        mine, other = states[:, :1], states[:, :1] ^ states[:, 1:]
        a, b = np.bitwise_count(mine & masks), np.bitwise_count(other & masks)
        return (worth[a] * (b == 0) - worth[b] * (a == 0)).sum(axis=1)

    best = np.full((len(states), game.columns), -99.0)
    legal = game.legal_all(states)
    for column in range(game.columns):
        rows = np.flatnonzero(legal[:, column])
        after = game.play_all(states[rows], np.full(len(rows), column))
        over = game.results_all(after)
        best[rows, column] = np.where(np.isnan(over), -score(after), -50 * over)
    return best.argmax(axis=1)
""",
    "a smaller search": (
        "tree_search.search(game, states, evaluate, 16)",
        "tree_search.search(game, states, evaluate, 12)",
    ),
}
