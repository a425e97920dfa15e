"""Who takes part in the demo: names, recipes, and how much each of them looks at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seat:
    """One forecaster of one honest participant.

    features: how many of the 21 it looks at; window: which part of the training eras, as fractions of time;
    rows: at most so many training rows.
    """

    alias: str
    kind: str
    recipe: str
    features: int
    window: tuple[float, float] = (0.0, 1.0)
    rows: int = 40_000
    forecaster: str = "main"


# The linear models come first: what many plain models say together, one more plain model can hardly add to.
SEATS = (
    Seat("Aldebaran", "logistic regression on few features", "logistic", 6),
    Seat("Juniper", "linear discriminant of recent weeks", "linear discriminant", 6, (0.55, 1.0)),
    Seat("Windlass", "stochastic gradient descent, averaged weights", "descent", 7, (0.0, 0.5)),
    Seat("Mistral", "partial least squares, two directions", "partial least squares", 7, (0.0, 0.6)),
    Seat("Periwinkle", "lasso that drops most features", "lasso", 6, (0.5, 1.0)),
    Seat(
        "Three Sisters", "three models, three different views", "ridge", 5, (0.4, 1.0), forecaster="Alnilam"
    ),
    Seat("Cobalt", "principal components and their curves", "components", 7, (0.3, 1.0)),
    Seat("Marigold", "naive Bayes with Gaussian densities", "gaussian bayes", 8, (0.2, 1.0)),
    Seat("Vesper", "Gaussian Bayes on recent months", "gaussian bayes", 6, (0.6, 1.0)),
    Seat("Lodestar", "naive Bayes on yes-no questions", "bernoulli bayes", 8),
    Seat("Thimble", "logistic regression on feature bins", "bins", 7, (0.1, 0.9)),
    Seat("Foxglove", "logistic regression on smooth splines", "splines", 7, (0.0, 0.8)),
    Seat("Isobar", "splines fitted to recent half", "splines", 6, (0.5, 1.0)),
    Seat("Meridian", "quadratic discriminant with strong shrinkage", "quadratic discriminant", 7),
    Seat("Blue Heron", "ridge regression on pairwise products", "products", 8, (0.3, 1.0)),
    Seat("Saltmarsh", "boosted stumps, one feature each", "stumps", 6, rows=60_000),
    Seat("Kestrel", "gradient boosting of small trees", "boosting", 8, rows=80_000),
    Seat("Old Oak", "random forest of deep trees", "forest", 8, rows=30_000),
    Seat("Quiet Harbour", "votes of 250 nearest neighbours", "neighbours", 6, rows=6_000),
    Seat("Cassini", "small neural network, one layer", "network", 7, rows=60_000),
    Seat("Tamarack", "extremely randomised trees, many averaged", "extra trees", 6, rows=30_000),
    Seat("Ptolemy", "random Fourier features, then ridge", "fourier", 7),
    Seat("Sparrow & Daughters", "one decision tree, carefully pruned", "tree", 9, (0.25, 1.0), 60_000),
    Seat("Nightjar", "kernel machine on hundred landmarks", "nystroem", 7, rows=25_000),
    Seat("Copperfield", "bagged trees with random cuts", "bagged trees", 6, rows=50_000),
    Seat("Halcyon", "adaptive boosting of shallow trees", "ada", 8, rows=20_000),
    Seat("Rook and Pawn", "gradient boosting of last months", "boosting", 7, (0.6, 1.0), 80_000),
    Seat("Eiderdown", "neighbours in the latest third", "neighbours", 7, (0.67, 1.0), 6_000),
    Seat("Sycamore", "random forest of early months", "forest", 7, (0.0, 0.55), 30_000),
    Seat("Gentle Giant", "neural network on recent half", "network", 7, (0.5, 1.0), 60_000),
    Seat("Three Sisters", "three models, three different views", "boosting", 7, (0, 0.7), 60_000, "Alnitak"),
    Seat(
        "Three Sisters", "three models, three different views", "extra trees", 7, (0.3, 1), 30_000, "Mintaka"
    ),
)

COPY = ("Magpie", "exact copy of another file")
NOISY_COPY = ("Cuckoo", "copy with a little noise")
MIX = ("Chameleon", "average of two others' files")
