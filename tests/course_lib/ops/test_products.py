"""Matrix products are cut into what the matrix library multiplies quickest, and stay the same products."""

import numpy as np
import pytest

from course_lib.ops import parallel, products


def test_the_matrix_library_has_its_threads_for_large_products_only(monkeypatch):
    libraries = parallel.matrix_libraries()
    asked = []
    monkeypatch.setattr(np, "matmul", lambda *_, **__: asked.extend(lib.get_num_threads() for lib in libraries))
    monkeypatch.setattr(parallel, "_chosen", 2)
    assert libraries
    for size in (8, 256):
        products.product(np.ones((size, size)), np.ones((size, size)))
        assert [lib.get_num_threads() for lib in libraries] == [1] * len(libraries)
    assert asked == [1] * len(libraries) + [2] * len(libraries)


@pytest.mark.parametrize(("takes", "n", "k", "m", "transposed", "rows"), [
    (True, 128, 256, 256, False, 8),  # 8 * 256 * 256 multiplications
    (True, 128, 256, 256, True, 4),  # 4 * 256 results
    (True, 130, 256, 256, False, 130),  # no block divides them
    (True, 16, 128, 128, False, 16),  # small as it is
    (True, 512, 64, 64, True, 512),  # too few columns to be quicker
    (False, 128, 256, 256, False, 128),
])  # fmt: skip
def test_a_product_goes_in_blocks_where_the_library_takes_small_ones(takes, n, k, m, transposed, rows, monkeypatch):
    monkeypatch.setattr(parallel, "_chosen", 1)
    monkeypatch.setattr(products, "_takes_small", lambda: takes)
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((n, k)), rng.standard_normal((m, k)).T if transposed else rng.standard_normal((k, m))
    assert products.in_blocks(a, b).shape == (n // rows, rows, k)
    out = np.empty((n, m))
    assert products.product(a, b, out) is out
    for result in (out, products.product(a, b), products.product(np.asfortranarray(a), b)):
        np.testing.assert_allclose(result, a @ b, rtol=1e-12, atol=1e-12)


@pytest.fixture
def takes(monkeypatch):
    """Says whether the library takes small matrices; the widths found before are forgotten, and again at the end."""

    def say(whether):
        monkeypatch.setattr(products, "_takes_small", lambda: whether)
        products._width.cache_clear()

    yield say
    products._width.cache_clear()


@pytest.mark.parametrize(("small", "n", "k", "m", "transposed", "width"), [
    (True, 20, 250, 1024, False, 128),  # 200 columns at most, of which 128 divide them
    (True, 16, 784, 1024, False, 64),
    (True, 128, 384, 128, False, 16),  # 20 at most
    (True, 20, 250, 1009, False, 1009),  # nothing divides them
    (True, 16, 48, 1024, False, 1024),  # small as it is
    (True, 256, 1152, 192, False, 192),  # 3 at most: too few to be quicker
    (True, 32, 512, 96, True, 32),  # 1024 results
    (True, 64, 256, 192, True, 16),
    (True, 16, 48, 1024, True, 1024),  # too few terms to be quicker
    (False, 20, 250, 1024, False, 1024),
])  # fmt: skip
def test_a_wide_product_goes_by_blocks_of_columns(small, n, k, m, transposed, width, takes, monkeypatch):
    takes(small)
    rng = np.random.default_rng(0)
    a, shape = rng.standard_normal((2, 1, n, k)), (3, m, k) if transposed else (3, k, m)
    b = rng.standard_normal(shape)
    b = b.swapaxes(1, 2) if transposed else b
    seen, whole = [], np.matmul
    monkeypatch.setattr(np, "matmul", lambda a, b, out=None: seen.append(b.shape[-1]) or whole(a, b, out=out))
    out = np.empty((2, 3, n, m)).transpose(1, 0, 2, 3).copy().transpose(1, 0, 2, 3)
    assert products.wide(a, b, out) is out
    for result in (out, products.wide(a, b)):
        np.testing.assert_allclose(result, whole(a, b), rtol=1e-12, atol=1e-12)
    assert seen == [width, width]


@pytest.mark.parametrize("shape", [(0, 3, 4), (2, 0, 4), (2, 3, 0), (64, 0, 64)])
def test_a_product_of_nothing_is_nothing(shape, takes):
    takes(True)
    n, k, m = shape
    assert np.array_equal(products.wide(np.ones((n, k)), np.ones((k, m))), np.zeros((n, m)))
    column = np.ones(8 * m).reshape(m, 8)[:, :k].T  # whose rows lie side by side
    assert np.array_equal(products.wide(np.ones((n, k)), column), np.ones((n, k)) @ column)
