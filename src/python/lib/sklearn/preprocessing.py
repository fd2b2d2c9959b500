"""Data brought to one scale, and names to numbers."""
import numpy as np


def _matrix(X):
    X = np.asarray(X)
    if X.ndim == 1:
        raise ValueError(f'Expected 2D array, got 1D array instead:\narray={X}.\nReshape your data either using array.reshape(-1, 1) if your data has a '
                         'single feature or array.reshape(1, -1) if it contains a single sample.')
    return X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)


class _Fitted:
    def fit_transform(self, X, y=None, **more):
        return self.fit(X).transform(X)

    def get_params(self, deep=True):
        return {k: v for k, v in vars(self).items() if not k.endswith('_')}

    def __repr__(self):
        return f'{type(self).__name__}()'


class StandardScaler(_Fitted):
    """Mean 0 and variance 1 for each column. mean_, var_, scale_: as fitted."""

    def __init__(self, *, copy=True, with_mean=True, with_std=True):
        self.copy, self.with_mean, self.with_std = copy, with_mean, with_std

    def fit(self, X, y=None):
        X = _matrix(X).astype(np.float64)
        n = X.shape[0]
        self.n_samples_seen_, self.n_features_in_ = n, X.shape[1]
        self.mean_ = X.sum(axis=0) / n
        off = X - self.mean_
        # What rounding left of the mean is taken out.
        self.var_ = ((off * off).sum(axis=0) - off.sum(axis=0) ** 2 / n) / n
        scale = np.sqrt(self.var_)
        flat = self.var_ <= n * np.finfo(np.float64).eps * self.var_ + (n * self.mean_ * np.finfo(np.float64).eps) ** 2
        self.scale_ = np.where(flat, np.ones_like(scale), scale)
        return self

    def transform(self, X, copy=None):
        X = _matrix(X)
        found = X - self.mean_.astype(X.dtype) if self.with_mean else X
        return found / self.scale_.astype(X.dtype) if self.with_std else found

    def inverse_transform(self, X, copy=None):
        X = _matrix(X)
        found = X * self.scale_.astype(X.dtype) if self.with_std else X
        return found + self.mean_.astype(X.dtype) if self.with_mean else found


class MinMaxScaler(_Fitted):
    """Each column from feature_range[0] to feature_range[1]."""

    def __init__(self, feature_range=(0, 1), *, copy=True, clip=False):
        self.feature_range, self.copy, self.clip = feature_range, copy, clip

    def fit(self, X, y=None):
        X = _matrix(X)
        low, high = self.feature_range
        self.data_min_, self.data_max_ = X.min(axis=0), X.max(axis=0)
        self.data_range_ = self.data_max_ - self.data_min_
        width = np.where(self.data_range_ == 0, np.ones_like(self.data_range_), self.data_range_)
        self.scale_ = (high - low) / width
        self.min_ = low - self.data_min_ * self.scale_
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        found = _matrix(X) * self.scale_ + self.min_
        return np.clip(found, *self.feature_range) if self.clip else found

    def inverse_transform(self, X):
        return (_matrix(X) - self.min_) / self.scale_


class LabelEncoder(_Fitted):
    """Classes as 0, 1, 2, ... in their order."""

    def fit(self, y):
        found = sorted(set(np.asarray(y).tolist()) if not isinstance(y, (list, tuple)) else set(y))
        self._places = {v: i for i, v in enumerate(found)}
        try:
            self.classes_ = np.array(found)
        except (TypeError, ValueError):
            self.classes_ = found
        return self

    def transform(self, y):
        values = y if isinstance(y, (list, tuple)) else np.asarray(y).tolist()
        unseen = [v for v in values if v not in self._places]
        if unseen:
            raise ValueError(f'y contains previously unseen labels: {unseen}')
        return np.array([self._places[v] for v in values], dtype=np.int64)

    def fit_transform(self, y):
        return self.fit(y).transform(y)

    def inverse_transform(self, y):
        back = list(self._places)
        found = [back[int(i)] for i in np.asarray(y).tolist()]
        try:
            return np.array(found)
        except (TypeError, ValueError):
            return found


class OneHotEncoder(_Fitted):
    """Each category a column of 0 and 1. The answer has `toarray()`, unless sparse_output is False."""

    def __init__(self, *, sparse_output=True, sparse=None, **more):
        self.sparse_output = sparse_output if sparse is None else sparse

    def fit(self, X, y=None):
        self.categories_ = [np.array(sorted(set(column))) for column in zip(*np.asarray(X).tolist())]
        return self

    def transform(self, X):
        rows = [[1.0 if v == kind else 0.0 for v, kinds in zip(row, self.categories_) for kind in kinds.tolist()] for row in np.asarray(X).tolist()]
        found = np.array(rows)
        return _Sparse(found) if self.sparse_output else found


class _Sparse:
    def __init__(self, array):
        self._array, self.shape = array, array.shape

    def toarray(self):
        return self._array

    todense = toarray


def normalize(X, norm='l2', *, axis=1, copy=True, return_norm=False):
    """Each row (axis 1) or column divided by its l1, l2 or max norm; where that is 0 it stays."""
    if norm not in ('l1', 'l2', 'max'):
        raise ValueError(f"The 'norm' parameter of normalize must be a str among {{'l1', 'l2', 'max'}}. Got {norm!r} instead.")
    X = _matrix(X) if axis == 1 else _matrix(X).T
    size = np.abs(X).sum(axis=1) if norm == 'l1' else np.sqrt(np.einsum('ij,ij->i', X, X)) if norm == 'l2' else np.abs(X).max(axis=1)
    size = np.where(size == 0, np.ones_like(size), size)
    found = X / size[:, None]
    found = found if axis == 1 else found.T
    return (found, size) if return_norm else found


class Normalizer(_Fitted):
    """normalize(), as a transformer."""

    def __init__(self, norm='l2', *, copy=True):
        self.norm, self.copy = norm, copy

    def fit(self, X, y=None):
        return self

    def transform(self, X, copy=None):
        return normalize(X, self.norm)


def scale(X, *, axis=0, with_mean=True, with_std=True, copy=True):
    """StandardScaler's answer; of a vector too."""
    X = np.asarray(X)
    found = X.reshape(-1, 1) if X.ndim == 1 else X if axis == 0 else X.T
    found = StandardScaler(with_mean=with_mean, with_std=with_std).fit_transform(found)
    return found.reshape(-1) if X.ndim == 1 else found if axis == 0 else found.T


def minmax_scale(X, feature_range=(0, 1), *, axis=0, copy=True):
    """MinMaxScaler's answer; of a vector too."""
    X = np.asarray(X)
    found = X.reshape(-1, 1) if X.ndim == 1 else X if axis == 0 else X.T
    found = MinMaxScaler(feature_range).fit_transform(found)
    return found.reshape(-1) if X.ndim == 1 else found if axis == 0 else found.T


class PolynomialFeatures(_Fitted):
    """Products of the columns up to a degree, the lower ones first."""

    def __init__(self, degree=2, *, interaction_only=False, include_bias=True, order='C'):
        self.degree, self.interaction_only, self.include_bias = degree, interaction_only, include_bias

    def fit(self, X, y=None):
        self.n_features_in_ = _matrix(X).shape[1]
        return self

    def transform(self, X):
        from itertools import combinations, combinations_with_replacement
        X = _matrix(X)
        chosen = combinations if self.interaction_only else combinations_with_replacement
        columns = [np.ones(X.shape[0], dtype=X.dtype)] if self.include_bias else []
        for degree in range(1, self.degree + 1):
            for which in chosen(range(X.shape[1]), degree):
                found = X[:, which[0]]
                for k in which[1:]:
                    found = found * X[:, k]
                columns.append(found)
        return np.stack(columns, 1)
