"""The recipes of the demo's participants: ordinary scikit-learn models, small enough for a demo."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.linear_model import ElasticNet, LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

Vector = NDArray[np.float64]

RECIPES: dict[str, Callable[[int], Any]] = {
    "logistic": lambda seed: make_pipeline(StandardScaler(), LogisticRegression(C=0.01)),
    "ridge": lambda seed: make_pipeline(StandardScaler(), RidgeClassifier(alpha=1_000.0)),
    "lasso": lambda seed: make_pipeline(StandardScaler(), ElasticNet(alpha=0.0015, l1_ratio=0.8)),
    "descent": lambda seed: make_pipeline(
        StandardScaler(), SGDClassifier(loss="modified_huber", alpha=0.01, average=True, random_state=seed)
    ),
    "linear discriminant": lambda seed: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1),
    "quadratic discriminant": lambda seed: QuadraticDiscriminantAnalysis(reg_param=0.2),
    "gaussian bayes": lambda seed: GaussianNB(),
    "bernoulli bayes": lambda seed: make_pipeline(
        SplineTransformer(n_knots=5, degree=1), Binarizer(threshold=0.5), BernoulliNB()
    ),
    "bins": lambda seed: make_pipeline(KBinsDiscretizer(8, strategy="uniform"), LogisticRegression(C=0.01)),
    "splines": lambda seed: make_pipeline(SplineTransformer(n_knots=6), LogisticRegression(C=0.1)),
    "products": lambda seed: make_pipeline(
        StandardScaler(), PolynomialFeatures(2, interaction_only=True), RidgeClassifier(alpha=3_000.0)
    ),
    "components": lambda seed: make_pipeline(
        StandardScaler(), PCA(5), PolynomialFeatures(2), LogisticRegression(C=0.1)
    ),
    "partial least squares": lambda seed: PLSRegression(n_components=2),
    "nystroem": lambda seed: make_pipeline(
        StandardScaler(),
        Nystroem(gamma=0.1, n_components=100, random_state=seed),
        LogisticRegression(C=0.1, max_iter=300),
    ),
    "fourier": lambda seed: make_pipeline(
        StandardScaler(),
        RBFSampler(gamma=0.15, n_components=150, random_state=seed),
        RidgeClassifier(alpha=100.0),
    ),
    "boosting": lambda seed: HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.06, max_leaf_nodes=12, min_samples_leaf=300, random_state=seed
    ),
    "stumps": lambda seed: HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.08, max_leaf_nodes=2, min_samples_leaf=300, random_state=seed
    ),
    "ada": lambda seed: AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=2, min_samples_leaf=200), n_estimators=25, random_state=seed
    ),
    "tree": lambda seed: DecisionTreeClassifier(max_depth=8, min_samples_leaf=250, random_state=seed),
    "bagged trees": lambda seed: BaggingClassifier(
        DecisionTreeClassifier(max_depth=9, min_samples_leaf=100, splitter="random"),
        n_estimators=15,
        max_samples=0.3,
        random_state=seed,
    ),
    "forest": lambda seed: RandomForestClassifier(
        n_estimators=50, min_samples_leaf=60, max_samples=0.3, random_state=seed
    ),
    "extra trees": lambda seed: ExtraTreesClassifier(n_estimators=60, min_samples_leaf=40, random_state=seed),
    "neighbours": lambda seed: make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=250)),
    "network": lambda seed: make_pipeline(
        StandardScaler(),
        MLPClassifier(
            (16,), alpha=0.01, batch_size=500, learning_rate_init=0.003, max_iter=8, random_state=seed
        ),
    ),
}


def evidence(model: Any, rows: NDArray[np.float32]) -> Vector:
    """A fitted model's raw score of each row, (M,): the higher, the likelier is target 1; any scale."""
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(rows), dtype=float)
    if hasattr(model, "predict_proba"):
        p = np.clip(model.predict_proba(rows)[:, 1].astype(float), 1e-3, 1 - 1e-3)
        return np.log(p / (1 - p))
    return np.asarray(model.predict(rows), dtype=float).ravel()


def confidence(score: Vector, outcome: NDArray[np.int64]) -> float:
    """The slope from standardised score to logit, fitted on rows that the model has not seen.

    score, outcome: (M,). One standard error is taken off: what a weak model shows on a few thousand rows is
    partly luck.
    """
    fitted = LogisticRegression(C=100.0, fit_intercept=False).fit(score[:, None], outcome)
    return float(fitted.coef_[0, 0] - 2 / np.sqrt(len(score)))
