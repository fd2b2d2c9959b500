"""Small data sets of the UCI Machine Learning Repository's (CC BY 4.0), in scikit-learn's files."""
import csv
import gzip

import numpy as np

from ..utils import Bunch

_FOLDER = __file__.rpartition('/')[0] + '/data/'


def _lines(name):
    if name.endswith('.gz'):
        with gzip.open(_FOLDER + name, 'rt') as file:
            return file.read().split('\n')
    with open(_FOLDER + name) as file:
        return file.read().split('\n')


def _labelled(name):
    """A first line with counts and class names, then rows with the class last."""
    rows = [row for row in csv.reader(_lines(name)) if row]
    names = rows[0][2:]
    X = np.array([[float(v) for v in row[:-1]] for row in rows[1:]])
    y = np.array([int(row[-1]) for row in rows[1:]], dtype=np.int64)
    return X, y, names


def _answer(X, y, names, features, return_X_y, as_frame, **more):
    if as_frame:
        raise NotImplementedError('as_frame=True needs pandas, which is not in Backstep')
    if return_X_y:
        return X, y
    return Bunch(data=X, target=y, frame=None, target_names=names, DESCR='', feature_names=features, **more)


def _names(words):
    try:
        return np.array(words)
    except (TypeError, ValueError):
        return list(words)


def load_iris(*, return_X_y=False, as_frame=False):
    """150 flowers, 4 lengths, 3 kinds."""
    X, y, names = _labelled('iris.csv')
    features = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
    return _answer(X, y, _names(names), features, return_X_y, as_frame, filename='iris.csv', data_module='sklearn.datasets.data')


def load_wine(*, return_X_y=False, as_frame=False):
    """178 wines, 13 measures, 3 growers."""
    X, y, names = _labelled('wine_data.csv')
    features = '''alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids nonflavanoid_phenols proanthocyanins color_intensity
hue od280/od315_of_diluted_wines proline'''.split()
    return _answer(X, y, _names(names), features, return_X_y, as_frame)


def load_breast_cancer(*, return_X_y=False, as_frame=False):
    """569 tumours, 30 measures, malignant (0) or benign (1)."""
    X, y, names = _labelled('breast_cancer.csv')
    measures = 'radius,texture,perimeter,area,smoothness,compactness,concavity,concave points,symmetry,fractal dimension'.split(',')
    features = [f'mean {m}' for m in measures] + [f'{m} error' for m in measures] + [f'worst {m}' for m in measures]
    return _answer(X, y, _names(names), _names(features), return_X_y, as_frame)


def load_digits(*, n_class=10, return_X_y=False, as_frame=False):
    """1797 handwritten digits of 8 x 8 pixels, 0 to 16."""
    rows = [[float(v) for v in line.split(',')] for line in _lines('digits.csv.gz') if line]
    rows = [row for row in rows if row[-1] < n_class]
    X, y = np.array([row[:-1] for row in rows]), np.array([int(row[-1]) for row in rows], dtype=np.int64)
    features = [f'pixel_{i}_{j}' for i in range(8) for j in range(8)]
    return _answer(X, y, np.arange(10)[:n_class], features, return_X_y, as_frame, images=X.reshape(-1, 8, 8))
