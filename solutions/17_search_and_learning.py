# %% [markdown] lesson="17" title="Search and learning" minutes=240 builds_on="06 08"
# A machine that looks ahead sees more the further it looks, but the number of futures explodes. Can a network say which few
# of them are worth looking at, and can it learn that from nothing but games against itself?
#
# After this lesson you will be able to
#
# - value every position of a small game exactly, and score any player against perfect play;
# - write one simulation of Monte Carlo tree search with PUCT, and say what prior, value and visits do in it;
# - turn visits into moves, games into targets, and results into a policy gradient;
# - train AlphaGo in miniature by self-play in under a minute, and show with intervals that it got better;
# - tell from its curves what is wrong with a run of self-play.
#
# You need lessons 06 and 08. There are eleven exercises, one of them open, two predictions and one written question.

# %% picture="opening" alt="A position of Connect-4, to its right the search tree with four moves and their visits, and then bars: an even prior, and the share of visits after the search, most of it on column 0"
from course_lib.viz.pictures import search

search.loop()

# %% [markdown]
# ## 1. Machines at the board
#
# Run this cell first. Section 9 shows recorded measurements. To repeat them here, which takes some minutes, change the line
# `FULL = ...` of the cell to `FULL = True` and run it again.

# %%
import os
from dataclasses import replace

import numpy as np

from course_lib.checks import NotDone, check, hint, yours
from course_lib.checks.quiet import warned
from course_lib.topics import evaluators, ratings, self_play, tree_search
from course_lib.topics.connect import Connect, Counted
from course_lib.topics.self_play import Plan
from course_lib.topics.solved_games import ILLEGAL, against_perfect, solve
from course_lib.topics.tree_search import Node, grow, puct_scores
from course_lib.train import plus_minus, progress
from course_lib.viz import curves, search_tree, style
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.search import play_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# Chess fell to search: Deep Blue looked at more than a hundred million positions a second and valued them by rules that people wrote.
# Go has too many moves for that. AlphaGo searched with two kinds of networks: one points at promising moves, the other values positions;
# it began with games of strong players. AlphaGo Zero has one network for both and learned from self-play alone.
#
# Two decks of the lectures disagree about one of these years. In the table *ours* is what was published, *setting* names the source.

# %% figure="L17"
dates = [
    ("Deep Blue beats Kasparov, 3½ to 2½", "1997", "May 1997", "Campbell, Hoane, Hsu: Deep Blue (2002)"),
    (
        "AlphaGo beats Fan Hui, 5 to 0",
        "",
        "October 2015, published January 2016",
        "Silver and others, Nature 529 (2016)",
    ),
    (
        "AlphaGo beats Lee Sedol, 4 to 1",
        "2016 in one deck, 2017 in another",
        "March 2016",
        "Silver and others, Nature 550 (2017)",
    ),
    ("AlphaGo Master beats Ke Jie, 3 to 0", "", "May 2017", "DeepMind, Future of Go Summit (2017)"),
    ("AlphaGo Zero, from self-play alone", "", "October 2017", "Silver and others, Nature 550 (2017)"),
    (
        "AlphaZero: chess, shogi, Go",
        "",
        "December 2017, published December 2018",
        "Silver and others, Science 362 (2018)",
    ),
]
lecture_table("Machines at the board", dates)

# %% [markdown]
# ## 2. A game small enough to know everything
#
# Stones fall into columns; who first has a given number of them in a row, in any direction, wins. We play **Connect-4 on 5
# rows and 4 columns**: too many positions to look ahead without thought, few enough to solve exactly.
#
# One habit makes everything shorter: **always look at the board as the player to move**. My stones are 1, the other's are
# -1, empty cells 0. After my move the board is turned round: what was 1 becomes -1.

# %%
game = Connect(rows=5, columns=4, line=4)
state = game.start
for column in (1, 1, 2):
    state = game.play(state, column)
print(game, "seen by the player to move:")
print(game.board(state))

# %% [markdown] task="drop_stone" title="Legal moves, a move, and the outcome"
# Boards are arrays `(rows, columns)`, top row first, as the player to move sees them: 1 mine, -1 the other's, 0 empty.
#
# - `legal_moves(board)`: the columns with room, from left to right, as a list of whole numbers.
# - `drop(board, column)`: a new board, my stone on the lowest empty cell of the column, seen by the *other* player.
# - `outcome(board, line)`: -1 when the other player has `line` stones in a row (along a row, a column or either diagonal), 0 when
#   nobody has and the board is full, None otherwise: None is an answer here, the game goes on. My own lines do not matter: I have
#   not moved yet.
#
# *Example:* `drop` of column 1 into a 1×3 board `[[1, 0, -1]]` gives `[[-1, -1, 1]]`, and `outcome` of that with `line=2` is -1.


# %% solve="drop_stone" difficulty=2 importance=4 minutes=15
def legal_moves(board):
    """Columns with room, a list of whole numbers."""
    ### BEGIN SOLUTION
    return [c for c in range(board.shape[1]) if board[0, c] == 0]
    ### END SOLUTION


def drop(board, column):
    """The board after my stone in `column`, seen by the other player."""
    ### BEGIN SOLUTION
    after = -board
    row = np.flatnonzero(board[:, column] == 0)[-1]
    after[row, column] = -1
    return after
    ### END SOLUTION


def outcome(board, line):
    """-1: the other player has a line; 0: full; None: the game goes on."""
    ### BEGIN SOLUTION
    rows, columns = board.shape
    for r, c in np.argwhere(board == -1):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            ends = [(r + k * down, c + k * right) for k in range(line)]
            if all(i < rows and 0 <= j < columns and board[i, j] == -1 for i, j in ends):
                return -1
    return None if (board == 0).any() else 0
    ### END SOLUTION


# %% [markdown] hint="drop_stone"
# A column has room while its top cell is empty. Rows are counted from the top, so the lowest cell has the largest index.

# %% [markdown] hint="drop_stone"
# For lines: start at each of the other's stones and walk `line` steps right, down, down-right and down-left. Mind that index
# -1 does not mean "outside" to NumPy but "last".

# %% [markdown] hint="drop_stone"
# ```python
# after = -board                      # a new array, turned round
# row = np.flatnonzero(...)[-1]
# after[row, column] = ...
# ...
# for r, c in np.argwhere(board == -1):
#     for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
#         ends = [(r + k * down, c + k * right) for k in range(line)]
#         if all(... for i, j in ends):
#             return -1
# return ...
# ```

# %% check="drop_stone-moves" points=3
with check("drop_stone-moves") as expect:

    def shuffled(rows, columns, plies, seed):
        rules, rng = Connect(rows, columns, 4), np.random.default_rng(seed)
        now = rules.start
        for _ in range(plies):
            now = rules.play(now, int(rng.choice(rules.moves(now))))
        return rules.board(now).astype(int)

    uneven = np.array([[0, -1, 0], [0, 1, -1], [0, -1, 1], [1, 1, -1]])
    expect("columns with room, 4×3, column 1 is full", legal_moves(uneven))
    for column in (0, 2):
        expect(f"4×3, a stone in column {column}", drop(uneven, column))
    expect.unchanged("the board afterwards", uneven)

    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170101)
    for rows, columns, plies in [(5, 4, 11), (3, 6, 13), (4, 2, 6), (2, 7, 0)]:
        board = shuffled(rows, columns, plies, seed=int(rng.integers(10**6)))
        expect(f"{rows}×{columns}, {plies} stones: columns", legal_moves(board))
        room = [c for c in range(columns) if not board[:, c].all()]
        expect(f"{rows}×{columns}, {plies} stones: all moves", [drop(board, c) for c in room])
        expect.unchanged(f"{rows}×{columns}, {plies} stones: the board", board)
    ### END HIDDEN TESTS

# %% check="drop_stone-outcome" points=3
with check("drop_stone-outcome") as expect:
    falling = np.array([[0, 0, 0, 0], [-1, 0, 0, 0], [1, -1, 0, 0], [1, 1, -1, 0]])
    expect("three in a diagonal: with line 3, with line 4", [outcome(falling, 3), outcome(falling, 4)])
    expect("the other diagonal: with line 3, with line 4", [outcome(falling[:, ::-1], 3), outcome(falling[:, ::-1], 4)])
    expect("seen by the one who has the line", [outcome(-falling, 3)])
    expect("a row over the edge is none", [outcome(np.array([[0, 0, 0, -1], [-1, -1, 0, 1]]), 3)])
    expect("three of a row with a gap", [outcome(np.array([[0, 0, 0, 0], [-1, -1, 0, -1]]), 3)])
    flat = np.array([[0, 0, 0, 0], [1, -1, -1, -1]])
    expect("a row on a low board, a column on a narrow one", [outcome(flat, 3), outcome(flat.T, 3)])
    expect("a full board", [outcome(np.array([[1, -1], [-1, 1], [1, -1]]), 3)])
    expect("a full board with a line", [outcome(np.array([[-1, -1, -1], [1, -1, 1], [1, 1, -1]]), 3)])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170102)
    for rows, columns, line in [(5, 4, 4), (3, 6, 3), (4, 5, 3), (6, 3, 3), (5, 7, 4), (2, 6, 3), (6, 2, 3)]:
        plies = rng.integers(rows * columns // 2, rows * columns + 1, 24)
        boards = [shuffled(rows, columns, n, seed=int(rng.integers(10**6))) for n in plies]
        expect(f"24 boards of {rows}×{columns}, line {line}", [outcome(b, line) for b in boards])
    for board in (np.eye(4, dtype=int), np.eye(4, dtype=int)[::-1]):
        expect("a diagonal of 4, line 4", [outcome(-board, 4), outcome(board, 4), outcome(-np.roll(board, 1, 1), 4)])
    ### END HIDDEN TESTS

# %% [markdown]
# From here on the library's `game` plays. Its states are pairs of whole numbers that stand for the board, so that they can
# be keys of a dict: `game.moves(state)`, `game.play(state, column)`, `game.result(state)` do what your three functions do.
#
# ## 3. Perfect play
#
# The **value** of a position is what the player to move gets when both play perfectly: 1 won, 0 drawn, -1 lost. A finished game
# has its result. Any other position is worth the best of its moves, and a move is worth *minus* the value of the
# position it leads to, because there the other one is to move:
#
# $$v(s) = \max_a \; -v(s_a)$$
#
# That is **minimax** (the idea goes back to Zermelo 1913), written for one point of view. Different orders of moves lead to the
# same position, so keep a table of the values that you know already.
#
# ### Predict: a stone in the corner
#
# In Connect-3 on 3 rows and 5 columns the first player drops the first stone into column 0, at the edge. What is the game worth
# for that *first* player now, when both play perfectly from here on? `corner = ...`, one of -1, 0, 1.

# %% solve="corner" difficulty=2 importance=3 minutes=4
### BEGIN SOLUTION
corner = -1
### END SOLUTION

# %% [markdown] hint="corner"
# A stone in the middle column takes part in many lines, one in the corner in few.

# %% [markdown] hint="corner"
# The second player may now take the middle. How can two stones in the bottom row threaten both ends?

# %% [markdown] hint="corner"
# Count who is first to have two neighbouring stones in the bottom row with an empty cell on both sides.

# %% predict="corner" points=1
with check("corner") as expect:
    expect("value for the first player", corner)

# %% [markdown]
# The exact values of all five first moves. Moving first is an advantage only if you know where.

# %%
small = solve(rows=3, columns=5, line=3)
for column, value in enumerate(small.moves[0][0]):
    print(f"first stone in column {column}: {value:+d} for the first player")

# %% [markdown] task="game_value" title="Minimax with a table"
# Write `game_value(game, state, table)` for any game of two players with `game.moves(state)` (a list), `game.play(state, move)` (the
# state seen by the other player) and `game.result(state)` (None, or the value for the player to move when the game is over).
#
# Return the value for the player to move, a whole number. `table` is a dict, empty at first: put the value of *every* state you
# meet into it, finished ones too, and never work a state out twice. Try all moves; do not stop at the first that wins.
#
# *Example:* a heap of 4 stones, each takes 1, 2 or 3, who takes the last wins: the value is -1, and the table has the states 0 to 4.


# %% solve="game_value" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.solved_games.solve course_lib.topics.solved_games.Solution"
def game_value(game, state, table):
    """The value of `state` for the player to move; fills `table`."""
    ### BEGIN SOLUTION
    if state not in table:
        value = game.result(state)
        if value is None:
            value = max(-game_value(game, game.play(state, m), table) for m in game.moves(state))
        table[state] = value
    return table[state]
    ### END SOLUTION


# %% [markdown] hint="game_value"
# The function calls itself on the state after each move. What it gets back is the *other* player's value.

# %% [markdown] hint="game_value"
# The heap: at 0 the player to move has lost (-1). At 1, 2, 3 one move leads to 0, so the value is 1. At 4 every move leads
# to a 1 of the other player.

# %% [markdown] hint="game_value"
# ```python
# if state not in table:
#     value = game.result(state)
#     if value is None:
#         value = max(... for move in game.moves(state))
#     table[state] = ...
# return ...
# ```

# %% check="game_value" points=5
with check("game_value") as expect:

    class Heap:
        """Take some stones from a heap until fewer than `stop` are left; `last` is what that is worth for who would go on."""

        def __init__(self, takes, last=-1, stop=None):
            self.takes, self.last, self.stop, self.asked = takes, last, stop or min(takes), 0

        def moves(self, state):
            return [k for k in self.takes if k <= state]

        def play(self, state, move):
            return state - move

        def result(self, state):
            self.asked += 1
            return self.last if state < self.stop else None

    def solved(game, state):
        table = {}
        value = game_value(game, state, table)
        return value, len(table), sum(v > 0 for v in table.values()), sum(v == 0 for v in table.values())

    expect("heap of 4: value, states, won, drawn", solved(Heap((1, 2, 3)), 4))
    thirteen = Heap((1, 3, 4))
    expect("heap of 13, take 1, 3 or 4", solved(thirteen, 13))
    expect("Connect-3 on 3×3", solved(Connect(3, 3, 3), (0, 0)))
    drawn = Heap((1, 2), last=0, stop=3)
    expect("heap of 14, a draw when fewer than 3 are left", solved(drawn, 14))
    asked = [heap.asked <= 4 * 14 for heap in (thirteen, drawn)]
    expect("no state of these heaps of 13 and 14 worked out again: `result` asked 4 times a state at most", asked)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170201)
    for takes, last in [((1, 2), 1), ((2, 5), -1), ((1, 4, 6), 1), ((2, 3), 0)]:
        n = int(rng.integers(14, 19))
        expect(f"heap of {n}, takes {takes}, the end is worth {last}", solved(Heap(takes, last), n))
    counted = [Heap((1, 2, 4), last, stop=5) for last in (-1, 0)]
    expect("heaps that end with moves left", [solved(heap, int(rng.integers(16, 19))) for heap in counted])
    expect("no state worked out again", [heap.asked <= 4 * 19 for heap in counted])
    for rows, columns, line, plies in [(3, 4, 3, 4), (2, 5, 3, 2), (4, 4, 4, 9), (4, 3, 3, 3)]:
        rules, now = Connect(rows, columns, line), (0, 0)
        for _ in range(plies):
            now = rules.play(now, int(rng.choice(rules.moves(now))))
        expect(f"{rules} after {plies} stones", solved(rules, now))
    ### END HIDDEN TESTS

# %% [markdown]
# The library solves our game by the same rule, on whole arrays (`topics/solved_games.py`): all positions with the same number of stones
# at once, from the fullest boards back to the empty one. Now every player can be scored against perfection: the share of moves that keep
# the value, and the **regret**, the mean value that is lost.
#
# The positions below are **held**: drawn once, and in each exactly *one* move keeps the value.

# %%
perfect = solve(rows=5, columns=4, line=4)
held, best = perfect.held(range(6, 15), 450, rng=np.random.default_rng(0))
print(f"{game}: {len(perfect):,} positions, value of the empty board {perfect.value(game.starts(1))[0]}")
guess = np.random.default_rng(1).random((len(held), 4)) * game.legal_all(held)
share, regret = against_perfect(perfect, held, guess.argmax(axis=1))
print(f"random moves on held positions: {share:.0%} best, regret {regret:.2f}")

# %% [markdown]
# ## 4. Where to look next
#
# Without a table for everything you have to look ahead, and you cannot look everywhere. You stand at one position and have looked some
# times: which move deserves the next look? Move $a$ was looked at $N_a$ times, its *visits*; the values that came back add up to $W_a$, so
# their mean is $Q_a = W_a / N_a$.
#
# The best $Q$ may be luck; a move hardly tried may be better than it seems. So a bonus is added that shrinks with the visits of the
# move. Let $n$ be the visits of all moves together:
#
# - **UCB** (Auer and others 2002): $Q_a + c\sqrt{\ln n / N_a}$. A move never tried comes first.
# - **PUCT** (Rosin 2011, changed for AlphaGo): $Q_a + c\,P_a\,\dfrac{\sqrt{1+n}}{1+N_a}$. A **prior** $P_a$, from a network, says before
#   the first visit where to look; the 1 under the root lets it speak when $n = 0$. $Q_a$ counts as 0 for a move never tried.
#
# The scores are used only to compare: the move with the highest one is looked at next. A larger $c$ is more curious.

# %% [markdown] task="puct" title="UCB and PUCT"
# Write `ucb(visits, total, c)` and `puct(prior, visits, total, c)` after the two formulas. `visits` and `total` (the $W_a$) are arrays
# `(moves,)`, whole numbers or floats; return the scores, `(moves,)` floats.
#
# In `ucb` a move with 0 visits has the score `np.inf`. Neither function may warn, or change its inputs.
#
# *Example:* `visits = np.array([1, 0])`, `total = np.array([1, 0])`, `c = 2`: UCB `[1, inf]`; PUCT with the prior `np.array([0.75, 0.25])`:
# `[2.06, 0.71]`.


# %% solve="puct" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.tree_search.puct_scores"
def ucb(visits, total, c):
    """Scores (moves,): mean value and a bonus for moves little tried."""
    ### BEGIN SOLUTION
    tried = np.maximum(visits, 1)
    bonus = np.sqrt(np.log(max(np.sum(visits), 1)) / tried)
    return np.where(np.asarray(visits) == 0, np.inf, total / tried + c * bonus)
    ### END SOLUTION


def puct(prior, visits, total, c):
    """Scores (moves,): mean value, and a bonus by the prior."""
    ### BEGIN SOLUTION
    bonus = prior * np.sqrt(1 + np.sum(visits)) / (1 + np.asarray(visits))
    return total / np.maximum(visits, 1) + c * bonus
    ### END SOLUTION


# %% [markdown] hint="puct"
# The two differ in what guides the first look: UCB tries everything once, PUCT believes the prior.

# %% [markdown] hint="puct"
# Where N is 0, so is W: dividing by `np.maximum(visits, 1)` gives the 0 that is asked, without a warning.

# %% [markdown] hint="puct"
# ```python
# tried = np.maximum(visits, 1)
# bonus = np.sqrt(np.log(max(np.sum(visits), 1)) / tried)
# return np.where(..., np.inf, ...)
#
# bonus = prior * np.sqrt(...) / (...)
# return total / tried + c * bonus
# ```

# %% check="puct" points=4
with check("puct") as expect:
    visits, total, prior = np.array([3, 1, 0]), np.array([1.5, -1.0, 0.0]), np.array([0.2, 0.3, 0.5])
    expect("UCB, c = 2", ucb(visits, total, 2))
    expect("PUCT, c = 2", puct(prior, visits, total, 2))
    expect("warnings", warned(lambda: [ucb(visits, total, 2), puct(prior, visits, total, 2)]))
    expect("nothing tried yet", [ucb(0 * visits, 0 * total, 0.7), puct(prior, 0 * visits, 0 * total, 0.7)])
    expect.unchanged("the inputs afterwards", [visits, total, prior])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170301)
    for moves, c in [(3, 0.3), (5, 1.7), (7, 4.0)]:
        visits = rng.integers(0, 30, moves)
        visits[rng.integers(moves)] = 0
        total, prior = rng.uniform(-1, 1, moves) * visits, rng.dirichlet([1.0] * moves)
        expect(f"{moves} moves, c = {c}: UCB", ucb(visits, total, c))
        expect(f"{moves} moves, c = {c}: PUCT", puct(prior, visits, total, c))
        expect(f"{moves} moves, all tried", ucb(visits + 2, total, c))
        expect(f"{moves} moves, warnings", warned(lambda v=visits, t=total, p=prior: [ucb(v, t, 2), puct(p, v, t, 2)]))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Predict: the first four looks
#
# Three moves have the priors 0.5, 0.3 and 0.2; $c = 1$. Each look at any of them brings back the value 0. Of equal scores the lowest
# move is taken. Which moves do the first four looks go to? `looks = [..., ..., ..., ...]`, numbers 0 to 2.

# %% solve="looks" difficulty=2 importance=4 minutes=5
### BEGIN SOLUTION
looks = [0, 1, 0, 2]
### END SOLUTION

# %% [markdown] hint="looks"
# All $Q$ stay 0, and the square root is the same for all moves: compare $P_a / (1 + N_a)$.

# %% [markdown] hint="looks"
# Before the first look these are 0.5, 0.3, 0.2. After a look at move 0 its quotient is a half of 0.5.

# %% [markdown] hint="looks"
# Write the three quotients down again after each look; only that of the move just taken changes.

# %% predict="looks" points=1
with check("looks") as expect:
    expect("four moves", looks)

# %%
prior, visits = np.array([0.5, 0.3, 0.2]), np.zeros(3)
for _ in range(30):
    visits[np.argmax(puct_scores(prior, visits, 0 * visits, c=1.0))] += 1
print("visits after 30 looks:", visits, " their shares:", (visits / visits.sum()).round(2))

# %% [markdown]
# Where all values are alike, the shares of the visits come close to the prior. Where they differ, they bend the visits towards the
# better move.
#
# ## 5. One simulation
#
# **Monte Carlo tree search** grows a tree, one new position at a time. Each *simulation* has four steps:

# %% picture="four_steps" alt="Four small trees: select, the way of highest scores is followed; expand, one new node; evaluate, the node gets a value 0.4; back up, the moves on the way get -0.4, +0.4, -0.4"
from course_lib.viz.pictures import search

search.four_steps()

# %% [markdown]
# 1. **Select.** From the root follow the highest PUCT score, as long as the move leads to a node that is there already.
# 2. **Expand.** The move leads out of the tree: a new node is made for the position behind it.
# 3. **Evaluate.** The new node asks the *evaluator* for the prior of its moves and for its value; a finished game has its result.
# 4. **Back up.** All moves on the way count one visit more and add the value, *as seen by the player who made the move*.
#
# A `Node` has `state`, `moves`, `result` (None while the game goes on), `value`; arrays `prior`, `visits`, `total` with one entry for each of
# its moves; and the dict `children` from the index `k` of a move in `moves` to a Node. `grow(game, state, evaluate)` makes
# steps 2 and 3 for you: a new Node that has its value and its prior.

# %%
root = grow(game, game.start, evaluators.open_lines(game))
print("moves", root.moves, " prior", root.prior, " visits", root.visits, " value", root.value)

# %% [markdown] task="simulate_once" title="Select, expand, evaluate, back up"
# Write `simulate_once(game, root, evaluate, c)`: one simulation below `root`, a Node whose game is not over. It changes the tree and returns
# nothing. Scores are `puct_scores(node.prior, node.visits, node.total, c)`; of equal ones take the first (`np.argmax`).
#
# A node whose game is over is never expanded: when the way ends there, its `value` is backed up once more.
#
# *Example:* after the first simulation at a root with 3 moves, one entry of `root.visits` is 1, `root.children` has one Node, and
# `root.total` holds minus that Node's value there.


# %% solve="simulate_once" difficulty=4 importance=5 minutes=25 forbid="course_lib.topics.tree_search.simulate course_lib.topics.tree_search.tree_of course_lib.topics.tree_search.search"
def simulate_once(game, root, evaluate, c):
    """One simulation: select, expand, evaluate, back up."""
    ### BEGIN SOLUTION
    node, way, new = root, [], False
    while node.result is None and not new:
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        new = k not in node.children
        if new:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
        way.append((node, k))
        node = node.children[k]
    value = node.value
    for parent, k in reversed(way):
        value = -value
        parent.visits[k] += 1
        parent.total[k] += value
    ### END SOLUTION


# %% [markdown] hint="simulate_once"
# Go down in a loop and remember the way as a list of (node, index of the move). Then walk that list backwards.

# %% [markdown] hint="simulate_once"
# The value of a node is its own player's. The move into it was made by the *other* player, for whom it is minus that. One level
# up it changes sign again: look at the picture's last panel.

# %% [markdown] hint="simulate_once"
# ```python
# node, way, new = root, [], False
# while node.result is None and not new:
#     k = int(np.argmax(...))
#     new = k not in node.children
#     if new:
#         node.children[k] = grow(game, ..., evaluate)
#     way.append(...)
#     node = ...
# value = node.value
# for parent, k in reversed(way):
#     value = ...
#     ...
# ```

# %% check="simulate_once" points=6
with check("simulate_once") as expect:

    def strange(game, salt):
        """An evaluator whose numbers mean nothing, but differ from state to state."""

        def evaluate(states):
            mix = ((states[:, 0] * np.uint64(31) + states[:, 1] * np.uint64(17)) % np.uint64(1009)).astype(float) + salt
            prior = game.legal_all(states) * (0.2 + np.sin(mix[:, None] * np.arange(1, game.columns + 1)) ** 2)
            return prior / prior.sum(axis=1, keepdims=True), np.cos(mix)

        return evaluate

    def inside(node):
        below = {node.moves[k]: inside(child) for k, child in sorted(node.children.items())}
        return [node.visits, node.total, below]

    def grown(game, state, simulations, c, salt):
        evaluate = evaluators.uniform(game) if salt is None else strange(game, salt)
        root = grow(game, state, evaluate)
        for _ in range(simulations):
            simulate_once(game, root, evaluate, c)
        return inside(root)

    board = Connect(3, 3, 3)
    expect("3×3, one simulation: visits, totals, children", grown(board, (0, 0), 1, 1.3, salt=1))
    expect("3×3, nine simulations", grown(board, (0, 0), 9, 1.3, salt=2))
    nearly = board.state(np.array([[0, 0, 0], [-1, 1, 0], [1, -1, 1]]))
    expect("near the end, 25 simulations", grown(board, nearly, 25, 1.3, salt=3))
    column_full = board.state(np.array([[1, 0, 0], [-1, 0, 0], [-1, 1, 0]]))
    expect("column 0 full, 14 simulations", grown(board, column_full, 14, 1.3, salt=4))
    expect("equal priors and values, 7 simulations", grown(board, (0, 0), 7, 1.3, salt=None))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170401)
    for rows, columns, line, plies, n in [
        (4, 3, 3, 4, 12),
        (2, 5, 3, 4, 30),
        (3, 4, 3, 6, 20),
        (2, 4, 4, 4, 40),
        (2, 5, 4, 5, 40),
    ]:
        rules, now = Connect(rows, columns, line), (0, 0)
        for _ in range(plies):
            open_moves = [m for m in rules.moves(now) if rules.result(rules.play(now, m)) is None]
            now = rules.play(now, int(rng.choice(open_moves)))
        c, salt = float(rng.uniform(0.4, 3)), int(rng.integers(50))
        expect(f"{rules}, {n} simulations, c = {c:.2f}", grown(rules, now, n, c, salt))
        expect(f"{rules}, {n // 2} simulations, equal priors", grown(rules, now, n // 2, c, None))
    ### END HIDDEN TESTS

# %% [markdown]
# Plain search has an evaluator that knows nothing: an even prior, value 0 unless the game is over (`evaluators.uniform`).
# Its older form plays a game of random moves from the new node instead, a **rollout** (`evaluators.rollouts`). How well do they
# play the held positions? The library searches all positions at once, one tree each (`tree_search.search`), with the same visits.

# %%
simulations = (4, 8, 16, 32, 64, 128)
kinds = {"value 0": evaluators.uniform(game), "rollouts": evaluators.rollouts(game, rng=np.random.default_rng(0))}
shares = {}
for name, evaluate in kinds.items():
    moves = [ratings.searcher(game, evaluate, n)(held) for n in simulations]
    shares[name] = (simulations, [100 * against_perfect(perfect, held, m)[0] for m in moves])
names = {"xlabel": "simulations", "ylabel": "best moves, %", "title": "Plain search on held positions (one run)"}
ax = curves.learning_curves(shares, **names)
ax.set_xscale("log", base=2)

# %% [markdown]
# More simulations help, but every further gain costs twice the work. A better idea of where to look would be cheaper.
#
# ### Look into the tree
#
# In every box: the column of a move, its visits N, its prior P, and its mean value Q for the player who makes that move. The box on top is
# the position itself; its v is what the evaluator says of it, for the player to move.

# %% picture="explored" alt="A board, and to its right the search tree after 40 simulations: boxes with column, visits, prior and mean value; an orange line follows the most visited moves"
from course_lib.viz.pictures import search

search.explored(40)

# %% [markdown]
# Play against it. The agent here knows only to count open lines by hand. After section 9 you may hand it your trained network:
# `play_explorer(evaluators.network(game, net))`. With "perfect play" ticked you see what each of your moves is worth.

# %%
play_explorer()

# %% [markdown]
# ## 6. From visits to moves
#
# When the simulations are spent, the visits say what the search believes. With **temperature** $\tau$ a move is drawn with probability
#
# $$\pi_a = \frac{N_a^{1/\tau}}{\sum_b N_b^{1/\tau}}$$
#
# At $\tau = 1$ games differ, which learning needs; for $\tau \to 0$ the most visited move is always taken.
#
# In self-play the root's prior is mixed with random noise as well, so that no move is overlooked for ever:
# $(1-\varepsilon)P + \varepsilon\,D$ with the noise's share $\varepsilon$. The noise $D$ is drawn from a **Dirichlet distribution**:
# random probabilities, one for each move, that add up to 1. Its parameter says how even they are: with a large one all moves get nearly
# the same, with one far below 1 a single move gets nearly all.

# %% picture="temperature" alt="Bars of the same visits at temperature 1, 0.5 and 0.1, ever more on column 2, and a prior of four columns with noise stacked on it"
from course_lib.viz.pictures import search

search.temperatures()

# %% [markdown] task="visit_policy" title="Temperature and noise"
# - `visit_policy(visits, temperature)`: the probabilities above, an array `(moves,)`. Temperature 0 puts all on the most visited move, the lowest
#   of equals. Temperatures near 0 must not overflow; some visits may be 0, not all.
# - `with_noise(prior, noise, share)`: `(1 - share) * prior + share * noise`, where the noise, drawn for all columns, is first set to 0 wherever
#   the prior is 0 (full columns) and then scaled to the sum 1. An array `(moves,)`. Neither function may change its inputs.
#
# *Example:* `visit_policy(np.array([1, 3]), 0.5)` is `array([0.1, 0.9])`. With `prior = np.array([0.5, 0, 0.5])` and
# `noise = np.array([0.2, 0.6, 0.2])`, `with_noise(prior, noise, 0.4)` is `array([0.5, 0, 0.5])`.


# %% solve="visit_policy" difficulty=2 importance=4 minutes=10
def visit_policy(visits, temperature):
    """Probabilities of the moves (moves,)."""
    ### BEGIN SOLUTION
    visits = np.asarray(visits, float)
    if temperature == 0:
        return np.eye(len(visits))[visits.argmax()]
    weights = (visits / visits.max()) ** (1 / temperature)
    return weights / weights.sum()
    ### END SOLUTION


def with_noise(prior, noise, share):
    """The prior with noise mixed in (moves,)."""
    ### BEGIN SOLUTION
    noise = np.where(np.asarray(prior) > 0, noise, 0.0)
    return (1 - share) * np.asarray(prior) + share * noise / noise.sum()
    ### END SOLUTION


# %% [markdown] hint="visit_policy"
# The probabilities do not change when all visits are divided by the same number. Which number keeps powers small?

# %% [markdown] hint="visit_policy"
# `900 ** (1 / 0.004)` is beyond all floats; `(900 / 900) ** 250` is 1, and everything smaller goes to 0 without harm.

# %% [markdown] hint="visit_policy"
# ```python
# if temperature == 0:
#     return np.eye(len(visits))[...]
# weights = (visits / ...) ** (...)
# return weights / ...
#
# noise = np.where(..., noise, 0.0)
# return (1 - share) * prior + share * ...
# ```

# %% check="visit_policy" points=4
with check("visit_policy") as expect:
    visits = np.array([3, 0, 12, 5])
    for temperature in (1, 2.5, 0.4, 0):
        expect(f"temperature {temperature}", visit_policy(visits, temperature))
    expect("equals at temperature 0", visit_policy(np.array([2, 7, 7]), 0))
    expect("cold: 0.004", visit_policy(np.array([880, 900, 20]), 0.004))
    prior, noise = np.array([0.2, 0.0, 0.5, 0.3]), np.array([0.1, 0.4, 0.3, 0.2])
    expect("noise, share 0.3", with_noise(prior, noise, 0.3))
    expect.unchanged("the inputs afterwards", [visits, prior, noise])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170501)
    equals = np.full(5, int(rng.integers(4, 30)))
    equals[[0, 3]] -= 3
    expect("three equals at temperature 0", visit_policy(equals, 0))
    for moves in (3, 5, 8):
        visits, prior, noise = rng.integers(0, 60, moves), rng.dirichlet([1.0] * moves), rng.dirichlet([0.6] * moves)
        visits[0], prior[1] = 40, 0
        prior /= prior.sum()
        expect(f"{moves} moves, noise", with_noise(prior, noise, float(rng.uniform(0.1, 0.6))))
        for temperature in (*rng.uniform(0.3, 3, 2).round(2).tolist(), 0.003, 0):
            expect(f"{moves} moves, temperature {temperature}", visit_policy(visits, temperature))
        expect.unchanged(f"{moves} moves: inputs", [visits, prior, noise])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 7. Two networks in one
#
# What a tree search wants to know at a new node is a prior for the moves and a value for the position. A **policy-value network** has
# one body and two heads: logits of the moves, whose softmax over the legal ones is the prior, and a number in (-1, 1), the value. It sees
# two planes, my stones and the other's.

# %%
net = evaluators.PolicyValueNet(game, rng=np.random.default_rng(0))
weights = sum(p.numel() for p in net.parameters())
prior, value = evaluators.network(game, net)(game.starts(1))
print(f"{weights:,} weights; before training: prior {prior[0].round(2)}, value {value[0]:+.2f}")

# %% [markdown]
# How could its policy learn without a teacher? One way needs no search: play, and make the moves of won games more probable, those of lost
# games less. **REINFORCE** (Williams 1992): let $R$ be the result of the game for the player who made the move $a$ at $s$. Then
#
# $$\nabla_\theta\, \mathbb{E}[R] = \mathbb{E}\big[(R - b)\,\nabla_\theta \log \pi_\theta(a \mid s)\big]$$
#
# for any **baseline** $b$ that does not depend on the move: every such $b$ leaves the expectation as it is, a wise one makes the samples scatter
# less. The mean of all results is a usual choice. It contains $R$ itself, so that the estimate from n independent samples is, in the mean,
# $1 - 1/n$ times the gradient: a little short, but its direction is right. AlphaGo of 2016 sharpened a policy that way, and learned its value
# network from the games of that policy.

# %% [markdown] task="reinforce" title="The REINFORCE gradient"
# Write `reinforce(logits, legal, moves, returns)`: the gradient `(n, columns)`, with respect to the logits, of the *loss*
#
# $$L = -\frac1n \sum_i (R_i - b)\,\log \pi_i(a_i), \qquad b = \text{mean of all } R_i .$$
#
# $\pi_i$ is the softmax over the legal columns of row i: a column that is not `legal` `(n, columns)`, bool, has probability 0 and
# gradient 0. `moves` `(n,)` are legal columns, `returns` `(n,)` the $R_i$. Logits may be large, those of full columns too; no input
# may change.
#
# *Example:* two rows of logits `[0, 0]`, all legal, moves `[0, 1]`, returns `[1, -1]`: the gradient is `[[-0.25, 0.25], [-0.25, 0.25]]`.


# %% solve="reinforce" difficulty=3 importance=4 minutes=15 forbid="course_lib.topics.evaluators.masked_softmax"
def reinforce(logits, legal, moves, returns):
    """Gradient of the REINFORCE loss with respect to the logits (n, columns)."""
    ### BEGIN SOLUTION
    z = np.where(legal, logits, -np.inf)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), moves] -= 1
    advantage = returns - np.mean(returns)
    return p * advantage[:, None] / len(p)
    ### END SOLUTION


# %% [markdown] hint="reinforce"
# The gradient of $-\log \pi(a)$ with respect to the logits is that of the cross-entropy with the label a: $\pi$ minus one-hot (lesson 02). Here every row
# has a weight.

# %% [markdown] hint="reinforce"
# In the example b = 0 and $\pi$ = 0.5 everywhere. Row 0: $(0.5 - 1, 0.5)$ times 1, divided by 2 rows. Row 1: $(0.5, 0.5-1)$ times -1.

# %% [markdown] hint="reinforce"
# ```python
# z = np.where(legal, logits, -np.inf)
# p = ...                                  # stable softmax by rows
# p[np.arange(len(p)), moves] -= 1
# advantage = returns - ...
# return ...
# ```

# %% check="reinforce" points=4
with check("reinforce") as expect:
    rng = np.random.default_rng(71)
    logits, legal = rng.normal(size=(3, 3)), np.ones((3, 3), bool)
    expect("3 rows of 3, all legal", reinforce(logits, legal, np.array([2, 0, 1]), np.array([1.0, -1.0, 1.0])))
    legal[1, 2] = False
    returns = np.array([1.0, -1.0, 0.5])
    expect("one column full", reinforce(logits, legal, np.array([2, 0, 1]), returns))
    expect("large logits", reinforce(900 + 40 * logits, legal, np.array([2, 0, 1]), returns))
    expect("logits far below 0", reinforce(-2000 + logits, legal, np.array([2, 0, 1]), returns))
    beside = np.where(legal, logits, 2000.0)
    expect("a logit of 2000 in the full column", reinforce(beside, legal, np.array([2, 0, 1]), returns))
    expect.unchanged("the inputs afterwards", [logits, legal, returns])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170601)
    for n, columns in [(5, 4), (9, 3), (4, 7)]:
        logits, legal = rng.normal(size=(n, columns)), rng.random((n, columns)) < 0.7
        moves = rng.integers(0, columns, n)
        legal[np.arange(n), moves] = True
        returns = rng.choice([-1.0, 0.0, 1.0, 1.0], n)
        returns[:2] = 1.0, -1.0
        expect(f"{n} rows of {columns}", reinforce(logits, legal, moves, returns))
        expect(f"{n} rows of {columns}, large logits", reinforce(1000 + 3 * logits, legal, moves, returns))
        expect(f"{n} rows of {columns}, logits far below 0", reinforce(-3000 + 3 * logits, legal, moves, returns))
        beside = np.where(legal, logits, 1500.0)
        expect(f"{n} rows of {columns}, large logits in full columns", reinforce(beside, legal, moves, returns))
        expect.unchanged(f"{n} rows of {columns}: inputs", [logits, legal, returns])
    ### END HIDDEN TESTS

# %% [markdown]
# A test without a game: four columns that win with the chances below, one decision, a batch of 20 at each step. Does the policy find the
# best column? Mean of 30 starts, with the standard error as a band.


# %%
def library_reinforce(logits, legal, moves, returns):
    p = evaluators.masked_softmax(logits, legal)
    return (p - np.eye(logits.shape[1])[moves]) * (returns - returns.mean())[:, None] / len(p)


gradient = yours("reinforce", else_=library_reinforce)
chances, legal = np.array([0.3, 0.5, 0.7, 0.4]), np.ones((20, 4), bool)


def learned(seed, steps=150, rate=1.0):
    rng, theta, seen = np.random.default_rng(seed), np.zeros(4), []
    for _ in range(steps):
        p = np.exp(theta) / np.exp(theta).sum()
        moves = rng.choice(4, 20, p=p)
        won = np.where(rng.random(20) < chances[moves], 1.0, -1.0)
        theta = theta - rate * gradient(np.tile(theta, (20, 1)), legal, moves, won).sum(axis=0)
        seen.append(p[2])
    return seen


runs = np.array([learned(seed) for seed in range(30)])
band = {"column 2": runs.std(axis=0, ddof=1) / np.sqrt(30)}
names = {"xlabel": "step", "ylabel": "probability", "title": "REINFORCE finds the column that wins most"}
ax = curves.learning_curves({"column 2": runs.mean(axis=0)}, spread=band, **names)

# %% [markdown]
# ## 8. Self-play
#
# REINFORCE learns from one number a game. AlphaGo Zero learns more: the *search* is a better player than the network that
# guides it, so let the network imitate the search at every position, and let it predict the result.

# %% picture="cycle" alt="Four boxes in a row, network, tree search, self-play, targets, joined by arrows, and an orange arrow of gradient descent from the targets back to the network"
from course_lib.viz.pictures import search

search.cycle()

# %% [markdown]
# Each position of each game becomes an example with two targets: the share of visits at its root, for the policy, and the result of
# the game *for the player who was to move there*, for the value. The loss adds the cross-entropy and the squared error.
# Our board may be mirrored, which doubles the examples for nothing.

# %% [markdown] task="game_targets" title="Targets of a game"
# Write `game_targets(boards, visits, result)` for one game of T moves. `boards` `(T, rows, columns)` are the positions before each move, as the player to move saw
# them, `visits` `(T, columns)` those of the roots; `result` is -1 or 0, for the player who would have to move after the last move.
#
# Return `(boards, policy, value)` of 2T examples, first those of the game, then their mirror images (left and right exchanged) in the same
# order: boards `(2T, rows, columns)`, policy `(2T, columns)` with rows of sum 1, value `(2T,)` floats for the player to move in each position.
#
# *Example:* a game of 3 moves that the first player won has `result` -1 and the values 1, -1, 1, then 1, -1, 1 again.


# %% solve="game_targets" difficulty=3 importance=5 minutes=12
def game_targets(boards, visits, result):
    """Examples (2T): boards, policy, value."""
    ### BEGIN SOLUTION
    policy = visits / visits.sum(axis=1, keepdims=True)
    to_the_end = np.arange(len(boards), 0, -1)
    value = result * (-1.0) ** to_the_end
    both = np.concatenate([boards, boards[:, :, ::-1]])
    return both, np.concatenate([policy, policy[:, ::-1]]), np.concatenate([value, value])
    ### END SOLUTION


# %% [markdown] hint="game_targets"
# Begin at the end: before the last move, the player to move was the one who then left the other with `result`.

# %% [markdown] hint="game_targets"
# T = 3, result -1: before move 2 (the last) the value is 1, before move 1 it is -1, before move 0 it is 1. When a board is mirrored,
# which other array has columns?

# %% [markdown] hint="game_targets"
# ```python
# policy = visits / ...
# to_the_end = np.arange(len(boards), 0, -1)       # T, ..., 2, 1
# value = result * ...
# both = np.concatenate([boards, boards[:, :, ...]])
# return both, np.concatenate([policy, ...]), np.concatenate([value, ...])
# ```

# %% check="game_targets" points=4
with check("game_targets") as expect:

    def drawn_game(moves, rows, columns, rng):
        boards, visits = rng.integers(-1, 2, (moves, rows, columns)), rng.integers(0, 40, (moves, columns))
        visits[:, 0] += 5
        return boards, visits

    boards, visits = drawn_game(3, 3, 3, np.random.default_rng(81))
    expect("3 moves, 3×3, the last move won", game_targets(boards, visits, -1))
    expect("the same game, drawn", game_targets(boards, visits, 0))
    expect("4 moves, 3×2, the last move won", game_targets(*drawn_game(4, 3, 2, np.random.default_rng(82)), -1))

    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170701)
    for moves, rows, columns, result in [(6, 3, 4, -1), (5, 2, 7, -1), (8, 4, 3, 0), (1, 5, 2, -1)]:
        boards, visits = drawn_game(moves, rows, columns, rng)
        expect(f"{moves} moves, {rows}×{columns}, result {result}", game_targets(boards, visits, result))
        expect.unchanged(f"{moves} moves: inputs", [boards, visits])
    ### END HIDDEN TESTS

# %% [markdown]
# ### Find the bug

# %% [markdown] task="search_bug" title="the agent that helps its opponent"
# `search_visits(game, state, evaluate, simulations, c)` grows a tree by calling itself, and returns the visits of the root, one for each column.
#
# The program below runs. With few simulations its moves are sensible. With more of them it plays *worse*, as if it hoped that
# the opponent wins. Find out why, and repair it. What it calls, `grow` and `puct_scores`, is right.
#
# *Example:* on 3×3 with `line=3`, the board `[[0, 0, 0], [0, 0, 0], [1, 1, 0]]` to move: the winning column 2 should get nearly all visits.


# %% solve="search_bug" difficulty=3 importance=5 minutes=15 bug=true forbid="course_lib.topics.tree_search.simulate course_lib.topics.tree_search.tree_of course_lib.topics.tree_search.search"
def search_visits(game, state, evaluate, simulations, c):
    """Visits of the root's moves, by column (columns,)."""
    ### BEGIN SOLUTION
    root = grow(game, state, evaluate)

    def descend(node):
        if node.result is not None:
            return node.value
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        if k in node.children:
            value = -descend(node.children[k])
        else:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
            value = -node.children[k].value
        node.visits[k] += 1
        node.total[k] += value
        return value

    ### END SOLUTION

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits


# %% given="search_bug"
def search_visits(game, state, evaluate, simulations, c):
    """Visits of the root's moves, by column (columns,)."""
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
        return value

    for _ in range(simulations):
        descend(root)
    visits = np.zeros(game.columns)
    visits[root.moves] = root.visits
    return visits


# %% [markdown] hint="search_bug"
# What does `descend(node)` return, and for which player? Say it in one sentence, then read each line that uses a returned value.

# %% [markdown] hint="search_bug"
# The first visit of a move and every later one take different branches. In the example, follow the winning move: what is added at
# its first visit, and what at its second?

# %% [markdown] hint="search_bug"
# ```python
# if k in node.children:
#     value = ...          # the child's value is the other player's
# ```

# %% check="search_bug" points=4
with check("search_bug") as expect:

    def odd(game, salt):
        """An evaluator whose numbers mean nothing, but differ from state to state."""

        def evaluate(states):
            mix = ((states[:, 0] * np.uint64(37) + states[:, 1] * np.uint64(11)) % np.uint64(997)).astype(float) + salt
            prior = game.legal_all(states) * (0.3 + np.cos(mix[:, None] * np.arange(1, game.columns + 1)) ** 2)
            return prior / prior.sum(axis=1, keepdims=True), 0.9 * np.sin(mix)

        return evaluate

    board = Connect(3, 3, 3)
    winning = board.state(np.array([[0, 0, 0], [0, 0, 0], [1, 1, 0]]))
    expect("a win in one move, 30 simulations", search_visits(board, winning, odd(board, 1), 30, 1.1))
    expect("3×3, empty, 40 simulations", search_visits(board, (0, 0), odd(board, 2), 40, 1.1))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170801)
    begun = [(4, 3, 3, 1, 35), (2, 5, 3, 1, 50), (3, 4, 3, 1, 60), (5, 4, 4, 1, 45)]
    nearly_over = [(3, 3, 3, 4, 30), (4, 3, 3, 5, 40), (3, 4, 3, 5, 40), (3, 4, 3, 6, 50)]
    for rows, columns, line, plies, n in begun + nearly_over:
        rules, salt = Connect(rows, columns, line), int(rng.integers(90))
        now = rules.start
        for _ in range(plies):
            open_moves = [m for m in rules.moves(now) if rules.result(rules.play(now, m)) is None]
            now = rules.play(now, int(rng.choice(open_moves))) if open_moves else now
        label = f"{rules}, {plies} stones, {n} simulations"
        expect(label, search_visits(rules, now, odd(rules, salt), n, 1.4))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 9. Who plays better?
#
# Two agents are compared by games. A search that asks a network has nothing random, and from the empty board it would play the same game
# again and again. So each pair plays from many different **openings**, positions after some first stones, and two games from each, so that
# either moves first once. A win is one point, a draw a half.
#
# **Elo ratings** put many agents on one scale: who is $d$ points ahead is expected to score
#
# $$p(d) = \frac{1}{1 + 10^{-d/400}}$$
#
# points a game. The ratings of a tournament are those under which its result is most likely (Zermelo 1929, Bradley and Terry 1952). At that
# maximum, every player's expected points equal the points really made.

# %% [markdown] task="elo_fit" title="Elo ratings of a tournament"
# Write `expected_points(d)`, the formula above, for a number or an array; and `elo_fit(points)`, where `points[i, j]` `(k, k)` are the points that
# player i made in all games against player j, so that `points[i, j] + points[j, i]` is the number of these games. The diagonal is 0.
#
# Return the most likely ratings `(k,)`, shifted to mean 0, to within 0.05 Elo, whether a pair played four games or a hundred and more.
# Nobody has won, or lost, everything.
#
# *Example:* one player who made 3 of 4 points against another: the ratings are 95.4 and -95.4, as $p(190.8) = 0.75$.


# %% solve="elo_fit" difficulty=3 importance=4 minutes=15 forbid="course_lib.topics.ratings.elo course_lib.topics.ratings.expected_score"
def expected_points(d):
    """Points a game of who is d Elo points ahead."""
    ### BEGIN SOLUTION
    return 1 / (1 + 10.0 ** (-np.asarray(d) / 400))
    ### END SOLUTION


def elo_fit(points):
    """The most likely ratings (k,), mean 0."""
    ### BEGIN SOLUTION
    games, r = points + points.T, np.zeros(len(points))
    for _ in range(3000):
        expected = games * expected_points(r[:, None] - r)
        r = r + 400 * (points - expected).sum(axis=1) / games.sum(axis=1)
    return r - r.mean()
    ### END SOLUTION


# %% [markdown] hint="elo_fit"
# Who made more points than expected is rated too low. Move every rating a little in the right direction, and repeat.

# %% [markdown] hint="elo_fit"
# Two players, 3 of 4 points, ratings (0, 0): expected are 2 and 2, made 3 and 1. So the first goes up, the second down, until
# the first is expected to make 3.

# %% [markdown] hint="elo_fit"
# ```python
# games, r = points + points.T, np.zeros(len(points))
# for _ in range(3000):
#     expected = games * expected_points(...)         # (k, k)
#     r = r + 400 * (...).sum(axis=1) / games.sum(axis=1)
# return ...
# ```

# %% check="elo_fit" points=4
with check("elo_fit") as expect:
    expect("expected points at -300, 0, 120", expected_points(np.array([-300, 0, 120])), rtol=1e-9)
    table = np.array([[0, 6.5, 8], [3.5, 0, 7.5], [2, 4.5, 0]])
    expect("three players", elo_fit(table), rtol=0, atol=0.05)
    MANY = np.array([[0, 70.5, 88], [49.5, 0, 61], [32, 59, 0]])
    ladder = np.array([[0, 28, 0.5, 0.5], [12, 0, 26, 0.5], [0.5, 14, 0, 30], [0.5, 0.5, 10, 0]])
    expect("four players, most games between neighbours", elo_fit(ladder), rtol=0, atol=0.05)
    expect("three players, 120 games a pair", elo_fit(MANY), rtol=0, atol=0.05)
    expect.unchanged("the table afterwards", table)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(170901)
    for k in (2, 4, 5):
        games = np.triu(rng.integers(8, 30, (k, k)), 1)
        made = np.round(2 * games * rng.uniform(0.25, 0.75, (k, k))) / 2
        table = made + (games - made).T
        expect(f"{k} players", elo_fit(table), rtol=0, atol=0.05)
        expect(f"{k} players: expected points", expected_points(10 * (table - table.T)), rtol=1e-9)
    ladder = (
        np.full((5, 5), 0.5) * (1 - np.eye(5))
        + np.diag(rng.integers(25, 33, 4), 1)
        + np.diag(rng.integers(9, 14, 4), -1)
    )
    expect("five players, most games between neighbours", elo_fit(ladder), rtol=0, atol=0.05)
    games = np.triu(rng.integers(110, 140, (3, 3)), 1)
    made = np.round(2 * games * rng.uniform(0.3, 0.7, (3, 3))) / 2
    expect("three players, more than a hundred games a pair", elo_fit(made + (games - made).T), rtol=0, atol=0.05)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Practice run: AlphaGo in miniature
#
# A network that knows nothing plays games against itself, all games of a **generation** side by side, and learns from the last generations.
# After each, two scores on the held positions: the policy alone, and a search of 16 simulations with it.
#
# The settings are a `Plan`. A *ply* is one move of one player; in the first `curious` plies of a game moves are drawn at temperature 1,
# later the most visited one is taken. `noise` is the Dirichlet parameter at the root, 0 for no noise, and `share` the noise's part of the
# prior there.

# %%
told = Plan()
print(f"{told.generations} generations of {told.games} games, {told.simulations} simulations a move")
print(
    f"learned from: the last {told.kept} generations; curious: {told.curious} plies; noise: {told.noise:g}, share {told.share:.0%}"
)

# %% practice="self_play"
LARGE = False  # True: more games, generations and simulations, and a wider network; some minutes
plan = Plan().larger() if LARGE else Plan()
policy, searched = [], []
for net, _, _ in progress(self_play.train(game, plan), "generations", total=plan.generations):
    agent = evaluators.network(game, net)
    for line, n in ((policy, 0), (searched, 16)):
        line.append(100 * against_perfect(perfect, held, ratings.searcher(game, agent, n)(held))[0])

# %% practice="self_play_plot"
plain = against_perfect(perfect, held, ratings.searcher(game, evaluators.uniform(game), 64)(held))[0]
lines = {"the policy alone": policy, "search, 16 simulations": searched}
names = {"xlabel": "generation", "ylabel": "best moves, %", "title": "Self-play, one run, on held positions"}
ax = curves.learning_curves(lines, **names)
ax.axhline(100 * plain, color=style.GREY, linestyle="--", linewidth=1)
_ = ax.text(
    ax.get_xlim()[1], 100 * plain, "plain search, 64 simulations", ha="right", va="top", fontsize=8, color=style.GREY
)

# %% [markdown]
# Now let it play. Your trained agent with 16 simulations meets plain search with 64, two games from each of 100 openings of four stones.

# %% practice="self_play_match"
openings = perfect.positions[4]
openings = openings[np.random.default_rng(2).choice(len(openings), 100, replace=False)]
rivals = {"value 0": evaluators.uniform(game), "rollouts": evaluators.rollouts(game, rng=np.random.default_rng(3))}
for name, evaluate in rivals.items():
    players = ratings.searcher(game, agent, 16), ratings.searcher(game, evaluate, 64)
    points = ratings.match(game, *players, openings).mean(axis=1)
    error = points.std(ddof=1) / np.sqrt(len(points))
    print(f"16 simulations against 64 with {name}: {points.mean():.1%} of the points, standard error {error:.1%}")

# %% [markdown]
# One run proves little. The same at three seeds: learning curves with standard errors; the **ablation**, which takes from the trained
# agent its prior, its value or both, at several numbers of simulations; matches against plain search; and a **round robin**, in which
# every player meets every other, with Elo ratings whose intervals come from drawing the openings again (bootstrap).
#
# Equal for all are the game, the plan, the held positions and the openings. The simulations are equal in the ablation; in matches and in
# the round robin they stand in the names.


# %% figure="L17a"
def trained_runs(seeds=(0, 1, 2), plan=None):
    """By seed: the last network, and per generation the shares of the policy alone and of 16 simulations with it."""
    found = []
    for seed in seeds:
        rows = []
        for net, _, _ in self_play.train(game, plan or Plan(), seed=seed):
            agent = evaluators.network(game, net)
            moves = [ratings.searcher(game, agent, n)(held) for n in (0, 16)]
            rows.append([100 * against_perfect(perfect, held, m)[0] for m in moves])
        found.append((net, np.array(rows)))
    return found


# %% figure="L17a"
def curve_figure(runs):
    shares = np.array([rows for _, rows in runs])  # seeds, generations, 2
    names = ("the policy alone", "search, 16 simulations")
    mean, error = shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(len(runs))
    told = {"xlabel": "generation", "ylabel": "best moves on held positions, %"}
    bands = dict(zip(names, error.T, strict=True))
    title = f"Self-play, mean and standard error of {len(runs)} seeds"
    return curves.learning_curves(dict(zip(names, mean.T, strict=True)), spread=bands, title=title, **told)


def ablation_figure(runs):
    rows, kinds = [], {"prior and value": {}, "no prior": {"prior": False}, "no value": {"value": False}}
    kinds["neither: plain search"] = {"prior": False, "value": False}
    for name, less in kinds.items():
        for n in (4, 16, 64):
            told = runs if len(less) < 2 else runs[:1]  # plain search asks no network: the same at every seed
            agents = [evaluators.network(game, net, **less) for net, _ in told]
            seen = [against_perfect(perfect, held, ratings.searcher(game, a, n)(held)) for a in agents]
            share, regret = np.array(seen).T
            setting = f"{len(held)} held positions, {f'{len(told)} seeds' if len(told) > 1 else 'no network'}"
            ours = f"{plus_minus(share, 1, 100)} % best, regret {regret.mean():.2f}"
            rows.append((f"{name}, {n} simulations", "", ours, setting))
    return lecture_table("What prior, value and simulations are worth: mean ± standard error", rows)


# %% figure="L17a"
def match_figure(runs, openings):
    rows = []
    rivals = {"value 0": evaluators.uniform(game), "rollouts": evaluators.rollouts(game, rng=np.random.default_rng(3))}
    for name, evaluate in rivals.items():
        for n in (8, 16, 32):
            told = []
            for net, _ in runs:
                players = (
                    ratings.searcher(game, evaluators.network(game, net), n),
                    ratings.searcher(game, evaluate, 4 * n),
                )
                points = ratings.match(game, *players, openings).mean(axis=1)
                told.append(f"{points.mean():.1%} ± {points.std(ddof=1) / np.sqrt(len(points)):.1%}")
            setting = f"{len(openings)} openings of 4 stones, both ways round; each seed ± standard error"
            rows.append((f"{n} simulations against {4 * n} with {name}", "", ", ".join(told), setting))
    return lecture_table("The trained agent against plain search with four times its simulations, points", rows)


# %% figure="L17a"
def elo_figure(runs, openings):
    plain = {f"plain, {n} simulations": ratings.searcher(game, evaluators.uniform(game), n) for n in (16, 64, 256)}
    dice = np.random.default_rng(4)
    plain["rollouts, 64"] = ratings.searcher(game, evaluators.rollouts(game, rng=dice), 64)
    plain["perfect play"] = lambda states: perfect.move_values(states).argmax(axis=1)
    for k, (net, _) in enumerate(runs):
        plain[f"trained, seed {k}, 16"] = ratings.searcher(game, evaluators.network(game, net), 16)
    plain["trained, seed 0, policy alone"] = ratings.searcher(game, evaluators.network(game, runs[0][0]), 0)
    table = ratings.round_robin(game, list(plain.values()), openings)
    rated, between = ratings.elo_intervals(table, rng=np.random.default_rng(5))
    setting = f"round robin, {len(openings)} openings, both ways round; 95 % interval"
    order = np.argsort(-rated)
    rows = [
        (list(plain)[i], "", f"{rated[i]:+.0f} ({between[i, 0]:+.0f} to {between[i, 1]:+.0f})", setting) for i in order
    ]
    return lecture_table("Elo, mean 0", rows)


# %% figure="L17a"
if FULL:
    runs, some = trained_runs(), perfect.positions[4]
    openings = some[np.random.default_rng(2).choice(len(some), 100, replace=False)]
curve_figure(runs) if FULL else None

# %% figure="L17a"
ablation_figure(runs) if FULL else None

# %% figure="L17a"
match_figure(runs, openings) if FULL else None

# %% figure="L17a"
elo_figure(runs, openings) if FULL else recorded("L17a")

# %% [markdown]
# What to read in it.
#
# - At every seed the trained agent beat plain search with four times its simulations: clearly when plain search says 0 of every game
#   that is not over, by less when it uses rollouts. Each rollout plays a game of random moves to its end, which this comparison does not count.
#   (With other seeds it wins most of these matches, too. Against 128 simulations with rollouts it may come out even.)
# - With 4 simulations the agent would miss its prior most. With 16 and with 64 it plays no worse without: the visits come to the right
#   move anyway, and what it would miss is the value.
# - In the Elo table, compare "policy alone" with the same network under 16 simulations: the difference is what the search adds. Where two
#   intervals overlap, do not trust the order of the two.
#
# Between the best trained agent and perfect play the table has fewer points than between plain search with 64 and with 256 simulations. On the held
# positions one move alone is right; over all positions that is the exception, as the next cell counts: in most, several moves keep the value, and a game
# forgives what a held position does not. A score on chosen positions and a score in games are two different questions.

# %%
for stones in (4, 8, 12):
    values = perfect.moves[stones]
    several = (values == values.max(axis=1, keepdims=True)).sum(axis=1) > 1
    print(f"{stones:2} stones: {len(values):,} positions, in {several.mean():.0%} of them several moves keep the value")

# %% [markdown]
# ## 10. Read the curves
#
# Four runs of self-play on a smaller board, Connect-4 on 4×4. One is healthy, each other has one fault. The three panels: the training loss;
# the share of best moves of a search with 8 simulations; and how many *different* positions the 32 games of a generation had.

# %% picture="lettered" alt="Three panels with curves A to D by generation. Loss: A falls to 0.3, B and D from 2 to 1.5, C stays near 1.9. Share of best moves: B rises from 0.45 to 0.6, C stays at 0.42, A ends at 0.38, D falls to 0.3 and ends at 0.37. Different positions in a generation: A has at most 16, the others about 300 to 390"
from course_lib.viz.pictures import search

search.lettered()

# %% [markdown] task="play_curves" title="Name the faults, repair one"
# - `diagnosis()` returns a dict from each letter "A", "B", "C", "D" to one of the words in `FAULTS`, each used once. The check below sees
#   only that the form is right; whether the words are, is judged when your work is graded.
# - `repaired(plan)`: the plan of the run with "no exploration" has `curious=0` and `noise=0.0`: no move is drawn, and the root's prior has
#   no noise. Return a new Plan with which the games of a generation differ, all else as in `plan`; `curious`, `noise` and `share` (section 9)
#   are yours to choose. `replace(plan, games=7)` gives a plan with another number of games.
#
# *Example of the form:* `{"A": "healthy", "B": ..., "C": ..., "D": ...}`.


# %% solve="play_curves" difficulty=3 importance=5 minutes=15 forbid="course_lib.topics.faulty_runs.LETTERS"
FAULTS = ("healthy", "no exploration", "rate far too small", "results with the wrong sign")


def diagnosis():
    """The fault of each run, by its letter."""
    ### BEGIN SOLUTION
    return {"A": FAULTS[1], "B": FAULTS[0], "C": FAULTS[2], "D": FAULTS[3]}
    ### END SOLUTION


def repaired(plan):
    """The plan with exploration, otherwise as it was."""
    ### BEGIN SOLUTION
    return replace(plan, curious=20, noise=1.0)
    ### END SOLUTION


# %% [markdown] hint="play_curves"
# Ask of each fault what it would do to each panel. Which one makes all 32 games the same? Which one leaves everything as it was at
# the start?

# %% [markdown] hint="play_curves"
# With the wrong sign the network learns *something* as easily as the healthy one: the loss falls alike. But its search then
# prefers positions that are lost. A loss near 0 is no good news when there is only one game to learn by heart.

# %% [markdown] hint="play_curves"
# ```python
# return {"A": FAULTS[...], ...}
#
# return replace(plan, curious=..., noise=...)       # plies at temperature 1; Dirichlet parameter
# ```

# %% check="play_curves" points=4
with check("play_curves") as expect:

    def variety(plan, seed):
        """How many different positions a generation has, for an even network."""
        board = Connect(4, 4, 4)
        played = self_play.play_games(board, evaluators.uniform(board), plan, rng=np.random.default_rng(seed))
        return len(np.unique(played.states, axis=0))

    told, narrow = diagnosis(), Plan(games=24, simulations=6, curious=0, noise=0.0)
    expect("letters", sorted(told))
    expect("each word once (whether it fits is judged at grading)", sorted(told.values()))
    mended = repaired(narrow)
    expect("the rest of the plan", replace(mended, curious=0, noise=0.0, share=0.25).__dict__)
    expect.at_least("different positions in 24 games", variety(mended, seed=1), 100)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(171001)
    for letter in "ABCD":
        expect(f"the fault of {letter}", told[letter])
    other = Plan(games=24, simulations=6, width=50, curious=0, noise=0.0, rate=1e-3, kept=4)
    expect("the rest of another plan", replace(repaired(other), curious=0, noise=0.0, share=0.25).__dict__)
    expect("100 different positions in 24 games", variety(repaired(other), seed=int(rng.integers(10**6))) >= 100)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 11. Your own player
#
# A player that has learned the answers by heart has learned nothing. So yours is judged on a board for which this notebook holds no table:
# Connect-4 on **4 rows and 5 columns**. `game` tells its own size: `game.rows`, `game.columns`. Who wants to train a network for the judge's board
# has it here as `wide`.

# %%
wide = Connect(rows=4, columns=5, line=4)

# %% [markdown] task="open_player" title="A player within a budget"
# Write `choose(game, states)`: a column for each of n positions `(n, 2)`, as `(n,)` whole numbers. In each position **one move alone keeps
# the value**; counted is how often you find it. Two steps: 42 % of the positions on 4×5, and 70 %. The share is measured at grading only: the
# checks here ask for legal moves within the budget on both boards, and the cell below them measures your share on 5×4.
#
# The budget: `game` counts every move that is tried, in a search, in rollouts or by an evaluator (`play` once, `play_all` once for each state),
# and stops you beyond **16 for each position**, 16n in all. `tree_search.search(game, states, evaluate, simulations)` returns visits and mean
# values and tries one move a simulation, if your `evaluate(states)`, which gives prior and value, tries none.
#
# Any design that looks no answer up: refused are the solved table (`perfect`, `solve`), the library's `open_lines`, and moves tried on any board but
# `game`, such as `wide` or one of your own. A network may be trained in this cell, for two seconds at most.


# %% solve="open_player" difficulty=4 importance=4 minutes=40 forbid="course_lib.topics.solved_games.solve course_lib.topics.solved_games.Solution course_lib.topics.solved_games.Solution.move_values course_lib.topics.evaluators.open_lines"
def choose(game, states):
    """A column for each position (n,)."""
    ### BEGIN SOLUTION
    masks, worth = np.array(game.line_masks(), np.uint64), np.array([0, 0.05, 0.2, 0.45, 0.8])

    def evaluate(states):
        mine, taken = states[:, :1], states[:, 1:]
        own, theirs = np.bitwise_count(mine & masks), np.bitwise_count((mine ^ taken) & masks)
        score = (worth[own] * (theirs == 0) - worth[theirs] * (own == 0)).sum(axis=1)
        legal = game.legal_all(states)
        return legal / legal.sum(axis=1, keepdims=True), np.tanh(score)

    visits, _ = tree_search.search(game, states, evaluate, 16)
    return visits.argmax(axis=1)
    ### END SOLUTION


# %% [markdown] hint="open_player"
# Plain search spends 16 simulations on what the columns look like two moves ahead. That is enough for the first step. For the second the value
# of a position that is not over should say something. `game.line_masks()` are the lines as whole numbers with a bit a cell, like `states[:, 0]`
# (mine) and `states[:, 1]` (taken).

# %% [markdown] hint="open_player"
# A line in which only I have stones may still become mine: the more stones, the better. Count such lines for both players. Which of
# 17 lines are still open, for whom, and with how many stones?

# %% [markdown] hint="open_player"
# ```python
# masks, worth = np.array(game.line_masks(), np.uint64), np.array([0, ...])   # worth of 0, 1, 2, 3, 4 stones
#
# def evaluate(states):
#     mine, taken = states[:, :1], states[:, 1:]
#     own = np.bitwise_count(mine & masks)                 # (n, lines)
#     ...
#     return prior, np.tanh(score)
#
# visits, _ = tree_search.search(game, states, evaluate, 16)
# return ...
# ```

# %% held="open_player" gives="states"
import numpy as np

from course_lib.topics.solved_games import solve

states, columns = solve(4, 5, 4).held(range(6, 15), 540, rng=np.random.default_rng(171101))

# %% check="open_player" points=2
with check("open_player") as expect:

    def chosen_by_yours(states, rows, columns):
        """Columns chosen within the budget of 16 moves tried a position, and how many moves were tried on other boards."""
        board, before = Counted(Connect(rows, columns, 4), 16 * len(states)), Connect.tried
        chosen = np.asarray(choose(board, states)).astype(int)
        return chosen, Connect.tried - before - board.used

    rules = Connect(5, 4, 4)
    boards = [
        [[0, 0, 0, 0]] * 4 + [[1, 1, 1, 0]],
        [[-1, 0, 0, 0], [1, 0, 0, 0], [-1, 0, 1, 0], [1, -1, 1, 0], [-1, -1, 1, 0]],
    ]
    ready = np.array([rules.state(np.array(board)) for board in boards], np.uint64)
    chosen, elsewhere = chosen_by_yours(ready, 5, 4)
    room = rules.legal_all(ready)[[0, 1], chosen].tolist()
    expect("two boards of 5×4: columns with room (best moves are counted at grading)", room)
    flat = Connect(4, 5, 4)
    lying = [[[1, 0, 0, 0, 0], [-1, 0, 0, 0, 0], [1, 0, 0, 0, -1], [-1, 1, 0, 0, -1]]]
    ready = np.array([flat.state(np.array(board)) for board in lying], np.uint64)
    chosen, beside = chosen_by_yours(ready, 4, 5)
    expect("a board of 4×5: a column with room", flat.legal_all(ready)[[0], chosen].tolist())
    expect("moves tried on other boards than `game`", elsewhere + beside)
    ### BEGIN HIDDEN TESTS
    chosen, elsewhere = chosen_by_yours(expect.held("states"), 4, 5)
    expect.outcome("best moves in 540 positions", chosen, truth="columns", measure="accuracy", at_least=0.42)
    expect("moves tried on other boards", elsewhere)
    ### END HIDDEN TESTS

# %% check="open_player-better" points=2
with check("open_player-better") as expect:
    empty = Counted(Connect(4, 5, 4), 16)
    column = int(np.asarray(choose(empty, np.zeros((1, 2), np.uint64)))[0])
    expect("the empty board of 4×5: a column with room (best moves are counted at grading)", column in range(5))
    ### BEGIN HIDDEN TESTS
    states, tried = expect.held("states"), Connect.tried
    rules = Counted(Connect(4, 5, 4), 16 * len(states))
    chosen = np.asarray(choose(rules, states)).astype(int)
    expect.outcome("best moves in 540 positions", chosen, truth="columns", measure="accuracy", at_least=0.7)
    expect("moves tried on other boards", Connect.tried - tried - rules.used)
    ### END HIDDEN TESTS

# %% practice="open_player_share"
try:
    columns = np.asarray(choose(Counted(game, 16 * len(held)), held)).astype(int)
    share, regret = against_perfect(perfect, held, columns)
    print(f"{share:.0%} best moves on the {len(held)} held positions of section 3, on 5×4; regret {regret:.2f}")
except NotDone:
    print("Nothing to measure yet: write `choose` first.")

# %% [markdown] question="why_search" points=5 title="What the search adds"
# (a) A network's policy guides a search, and the search's visits then become the target of the same policy. Why is that not a circle in
# which nothing is learned? (b) Where does knowledge about winning and losing enter the loop? (c) Self-play without temperature and noise
# can reach a loss near 0 and play badly. Why? (d) A colleague reports that her agent beats the agent of last week in 60 % of 20 games from the
# empty board, both deterministic. What do you ask?
#
# === BEGIN MARK SCHEME ===
# 1 point for (a): the search looks ahead and compares values, so its visits are a better policy than the prior that guided it; the
# network imitates an improved version of itself (policy improvement).
# 1 point for (b): by the rules at finished games, in the tree (results of terminal nodes) and as the value target of every position.
# Either earns the point.
# 2 points for (c): 1 for "all games are alike, so few positions are seen and learned by heart"; 1 for "elsewhere, as against other
# opponents, prior and value are untrained or wrong" or "moves never tried are never found to be better".
# 1 point for (d): deterministic agents from one opening play at most two different games, so it is no sample of 20; asks for
# different openings, both sides, and an interval. "20 games are few" with a standard error of about 11 points earns it too.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) The search does more than repeat the prior: it looks ahead, compares the values it finds there and moves its
# visits to what turned out better. So the visits are a better policy than the prior that guided them, and the network
# learns to imitate an improved version of itself.
#
# (b) At finished games, by the rules. They give the value of the finished positions inside the tree, which is backed
# up to the root; and the result of each game is the value target of all its positions.
#
# (c) Without temperature and noise all games are alike. Few positions are ever seen, and the network learns these by
# heart, so the loss falls to nearly 0. Everywhere else, as against any other opponent, prior and value are untrained;
# and a move that is never tried is never found to be better.
#
# (d) Which openings? Two deterministic agents from one position play the same game again and again, at most two if
# they change sides, so the 20 games are no sample of 20. I would ask for many different openings, each with either
# side first, and an interval; even 20 independent games have a standard error of about 11 points, so 60 % would be no
# proof.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. Minimax values a position exactly: the best move is worth minus the value that the other player then has.
# 2. PUCT looks where the value is high, the prior is high, or the visits are few.
# 3. One simulation: select, expand, evaluate, back up; the sign turns at each level.
# 4. Self-play learns from a player better than itself, its own search; without exploration it learns one game by heart.
# 5. Score players against perfect play if you can, else over many openings, both ways round, with intervals.
#
# ## Further reading
#
# - David Silver and others: *Mastering the game of Go with deep neural networks and tree search* (2016), *Mastering the game of Go without
#   human knowledge* (2017), *A general reinforcement learning algorithm that masters chess, shogi, and Go through self-play* (2018)
# - Murray Campbell, Joseph Hoane, Feng-hsiung Hsu: *Deep Blue* (2002)
# - Levente Kocsis, Csaba Szepesvári: *Bandit based Monte-Carlo planning* (2006); Rémi Coulom: *Efficient selectivity and backup operators in
#   Monte-Carlo tree search* (2006)
# - Christopher Rosin: *Multi-armed bandits with episode context* (2011)
# - Ronald Williams: *Simple statistical gradient-following algorithms for connectionist reinforcement learning* (1992)
# - Thomas Anthony, Zheng Tian, David Barber: *Thinking fast and slow with deep learning and tree search* (2017)
#
# **Next:** lesson 18 goes from one core to many machines.
