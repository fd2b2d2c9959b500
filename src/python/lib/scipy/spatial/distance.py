"""scipy.spatial.distance: between the rows of two arrays, and between two vectors."""
import numpy as _np

from .. import _absent


def _cosine(a, b):
    return 1.0 - _np.sum(a * b, axis=-1) / (_np.sqrt(_np.sum(a * a, axis=-1)) * _np.sqrt(_np.sum(b * b, axis=-1)))


_METRICS = {
    'euclidean': lambda a, b: _np.sqrt(_np.sum((a - b) ** 2, axis=-1)),
    'sqeuclidean': lambda a, b: _np.sum((a - b) ** 2, axis=-1),
    'cityblock': lambda a, b: _np.sum(_np.abs(a - b), axis=-1),
    'chebyshev': lambda a, b: _np.max(_np.abs(a - b), axis=-1),
    'cosine': _cosine,
    'hamming': lambda a, b: _np.mean(a != b, axis=-1),
}


def _between(metric):
    if metric not in _METRICS:
        raise ValueError(f"Backstep's scipy measures by {', '.join(_METRICS)}, not {metric!r}")
    return _METRICS[metric]


def _of(metric):
    def measure(u, v):
        return _METRICS[metric](_np.asarray(u, dtype=_np.float64), _np.asarray(v, dtype=_np.float64))
    return measure


euclidean, sqeuclidean, cityblock, chebyshev, cosine, hamming = map(_of, _METRICS)


def cdist(XA, XB, metric='euclidean'):
    """Rows of XA x rows of XB."""
    a, b = _np.asarray(XA, dtype=_np.float64), _np.asarray(XB, dtype=_np.float64)
    if callable(metric):
        return _np.array([[metric(u, v) for v in b] for u in a])
    return _between(metric)(a[:, None, :], b[None, :, :])


def pdist(X, metric='euclidean'):
    """Of each pair of rows, the first with the others first."""
    found = cdist(X, X, metric)
    return found[_np.triu_indices(found.shape[0], 1)]


def squareform(X):
    """pdist()'s answer as a matrix, and back."""
    X = _np.asarray(X)
    if X.ndim == 2:
        return X[_np.triu_indices(X.shape[0], 1)]
    n = int(round((1 + (1 + 8 * X.size) ** 0.5) / 2))
    found = _np.zeros((n, n), dtype=X.dtype)
    found[_np.triu_indices(n, 1)] = X
    return found + found.T


__getattr__ = _absent('scipy.spatial.distance')
