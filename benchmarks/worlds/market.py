"""Reference world "Market" (FORMULAS section 10): generated, weak, non-linear, with changes of regime."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.world import FEATURES, ORIGINAL, SPLITS, Size, World, build

ERAS = {"training": 87, "validation": 11, "test": 11, "live": 11}
BEST_LOG_LOSS = 0.6915  # of one who knows each row's probability
FACTORS = 7
COMMON = 0.7  # share of a feature's variance that comes from the factors
REGIMES = 3
STAY = 0.85  # chance that the next era keeps the regime

# Shares of the signal's variance: what always holds can be learnt, what changes mostly misleads.
SHARES = {"linear": 0.45, "curved": 0.20, "linear_regime": 0.20, "curved_regime": 0.15}


def market(seed: int = 0, size: Size = ORIGINAL) -> World:
    """Build the world: 120 eras, 21 features in [0, 1], best attainable log loss 0.6915 over its rows.

    Each part of the signal has variance by SHARES; the sum is scaled so that the mean entropy of
    P(y=1) = σ(signal) is BEST_LOG_LOSS. Ordinary models land near 0.6930.
    """
    rng = np.random.default_rng([seed, 120])
    split = np.repeat(list(ERAS), list(ERAS.values()))
    rows = np.concatenate([_even(getattr(size, name), ERAS[name]) for name in ("training", *SPLITS)])
    era = np.repeat(np.arange(len(split)), rows)
    gaussian = _correlated(len(era), rng)
    signal = scaled(_signal(gaussian, _regimes(len(split), rng)[era], rng))
    target = (rng.random(len(era)) < 1 / (1 + np.exp(-signal))).astype(int)
    return build("market", _ranks(gaussian, rows), era + 1, split[era], target, rng)


def _even(total: int, parts: int) -> NDArray[np.int64]:
    return total // parts + (np.arange(parts) < total % parts)


def _correlated(rows: int, rng: np.random.Generator) -> NDArray[np.float64]:
    loadings = rng.standard_normal((FACTORS, len(FEATURES)))
    loadings *= np.sqrt(COMMON) / np.linalg.norm(loadings, axis=0)
    common = rng.standard_normal((rows, FACTORS)) @ loadings
    return common + np.sqrt(1 - COMMON) * rng.standard_normal((rows, len(FEATURES)))


def _regimes(eras: int, rng: np.random.Generator) -> NDArray[np.int64]:
    changes = rng.random(eras) > STAY
    return np.cumsum(changes * rng.integers(1, REGIMES, size=eras)) % REGIMES


def _signal(
    gaussian: NDArray[np.float64], regime: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    features = gaussian.shape[1]
    pairs = rng.permutation(features)[: features // 2 * 2].reshape(-1, 2)
    curved = np.tanh(gaussian[:, pairs[:, 0]] * gaussian[:, pairs[:, 1]])
    curved -= curved.mean(axis=0)
    total = np.zeros(len(gaussian))
    for basis, always, changing in [
        (gaussian, "linear", "linear_regime"),
        (curved, "curved", "curved_regime"),
    ]:
        steady = basis @ rng.standard_normal(basis.shape[1])
        weights = rng.standard_normal((REGIMES, basis.shape[1]))
        weights -= weights.mean(axis=0)
        fleeting = np.einsum("mf,mf->m", basis, weights[regime])
        total += np.sqrt(SHARES[always]) * steady / steady.std()
        total += np.sqrt(SHARES[changing]) * fleeting / fleeting.std()
    return total


def entropy(signal: NDArray[np.float64]) -> float:
    """Mean log loss of the true probabilities σ(signal), in nats."""
    p = 1 / (1 + np.exp(-signal))
    return float(np.mean(-p * np.log(p) - (1 - p) * np.log1p(-p)))


def scaled(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """The signal, (M,), times the factor that brings its entropy to BEST_LOG_LOSS (by bisection)."""
    low, high = 0.0, 5.0 / float(signal.std())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if entropy(middle * signal) > BEST_LOG_LOSS else (low, middle)
    return low * signal


def _ranks(gaussian: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    parts = np.split(gaussian, np.cumsum(rows)[:-1])
    return np.concatenate([(part.argsort(axis=0).argsort(axis=0) + 0.5) / len(part) for part in parts])
