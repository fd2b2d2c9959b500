"""Toy data drawn as scikit-learn draws it: the same numbers for the same seed."""
import numpy as np

from ..utils import check_random_state, shuffle as _shuffle


def _two(n_samples):
    """How many points the outer and the inner shape have."""
    if isinstance(n_samples, (int, np.integer)):
        return n_samples // 2, n_samples - n_samples // 2
    return tuple(n_samples)


def _classes(outer, inner, shuffle, noise, generator):
    """Two shapes, each a pair (x, y), as points with labels 0 and 1."""
    X = np.vstack([np.append(outer[0], inner[0]), np.append(outer[1], inner[1])]).T
    y = np.hstack([np.zeros(len(outer[0]), dtype=np.int64), np.ones(len(inner[0]), dtype=np.int64)])
    if shuffle:
        X, y = _shuffle(X, y, random_state=generator)
    if noise is not None:
        X = X + generator.normal(scale=noise, size=X.shape)
    return X, y


def make_moons(n_samples=100, *, shuffle=True, noise=None, random_state=None):
    """Two half circles that reach into each other: X of shape (n, 2), y of 0 and 1."""
    n_out, n_in = _two(n_samples)
    generator = check_random_state(random_state)
    out, inner = np.linspace(0, np.pi, n_out), np.linspace(0, np.pi, n_in)
    return _classes((np.cos(out), np.sin(out)), (1 - np.cos(inner), 1 - np.sin(inner) - 0.5), shuffle, noise, generator)


def make_circles(n_samples=100, *, shuffle=True, noise=None, random_state=None, factor=0.8):
    """A circle within a circle: X of shape (n, 2), y of 0 and 1."""
    n_out, n_in = _two(n_samples)
    generator = check_random_state(random_state)
    out, inner = np.linspace(0, 2 * np.pi, n_out, endpoint=False), np.linspace(0, 2 * np.pi, n_in, endpoint=False)
    return _classes((np.cos(out), np.sin(out)), (np.cos(inner) * factor, np.sin(inner) * factor), shuffle, noise, generator)


def make_blobs(n_samples=100, n_features=2, *, centers=None, cluster_std=1.0, center_box=(-10.0, 10.0), shuffle=True, random_state=None,
               return_centers=False):
    """Normal clouds around centers: X of shape (n, n_features), y their numbers."""
    generator = check_random_state(random_state)
    each = None if isinstance(n_samples, (int, np.integer)) else [int(n) for n in n_samples]
    if centers is None:
        centers = 3 if each is None else len(each)
    if isinstance(centers, (int, np.integer)):
        centers = generator.uniform(center_box[0], center_box[1], size=(int(centers), n_features))
    else:
        centers = np.asarray(centers, dtype=np.float64)
    count, n_features = centers.shape
    if each is None:
        each = [n_samples // count + (i < n_samples % count) for i in range(count)]
    if len(each) != count:
        raise ValueError(f'Length of `n_samples` not consistent with number of centers. Got n_samples = {n_samples} and centers = {centers}')
    spread = list(cluster_std) if hasattr(cluster_std, '__len__') else [cluster_std] * count
    X = np.vstack([generator.normal(loc=centers[i], scale=spread[i], size=(each[i], n_features)) for i in range(count)])
    y = np.hstack([np.full(n, i, dtype=np.int64) for i, n in enumerate(each)])
    if shuffle:
        X, y = _shuffle(X, y, random_state=generator)
    return (X, y, centers) if return_centers else (X, y)


def make_regression(n_samples=100, n_features=100, *, n_informative=10, n_targets=1, bias=0.0, effective_rank=None, tail_strength=0.5, noise=0.0,
                    shuffle=True, coef=False, random_state=None):
    """A linear function of normal features, with noise."""
    if effective_rank is not None:
        raise NotImplementedError('make_regression(effective_rank=...) is not in Backstep')
    informative = min(n_features, n_informative)
    generator = check_random_state(random_state)
    X = generator.standard_normal(size=(n_samples, n_features))
    truth = np.zeros((n_features, n_targets))
    truth[:informative, :] = 100 * generator.uniform(size=(informative, n_targets))
    y = np.dot(X, truth) + bias
    if noise > 0.0:
        y = y + generator.normal(scale=noise, size=y.shape)
    if shuffle:
        X, y = _shuffle(X, y, random_state=generator)
        order = np.arange(n_features)
        generator.shuffle(order)
        X, truth = X[:, order], truth[order]
    y = np.squeeze(y)
    return (X, y, np.squeeze(truth)) if coef else (X, y)


def _without_replacement(population, count, generator):
    """As scikit-learn chooses: by the share of the population that is wanted."""
    ratio = count / population if population else 1.0
    if 0.01 < ratio < 0.99:
        return [int(v) for v in generator.permutation(population)[:count]]
    if ratio < 0.2:
        found = []
        while len(found) < count:
            drawn = int(generator.randint(population))
            if drawn not in found:
                found.append(drawn)
        return found
    found = list(range(count))
    for i in range(count, population):
        j = int(generator.randint(0, i + 1))
        if j < count:
            found[j] = i
    return found


def _corners(count, dimensions, generator):
    """Corners of a cube, as rows of 0 and 1."""
    if dimensions > 30:
        rest = generator.randint(2, size=(count, dimensions - 30))
        return np.hstack([rest, _corners(count, 30, generator)])
    chosen = _without_replacement(2 ** dimensions, count, generator)
    return np.array([[float(n >> k & 1) for k in range(dimensions - 1, -1, -1)] for n in chosen])


def make_classification(n_samples=100, n_features=20, *, n_informative=2, n_redundant=2, n_repeated=0, n_classes=2, n_clusters_per_class=2, weights=None,
                        flip_y=0.01, class_sep=1.0, hypercube=True, shift=0.0, scale=1.0, shuffle=True, random_state=None):
    """Clusters at the corners of a cube, some for each class, in informative, redundant, repeated and random features."""
    generator = check_random_state(random_state)
    if n_informative + n_redundant + n_repeated > n_features:
        raise ValueError('Number of informative, redundant and repeated features must sum to less than the number of total features')
    clusters = n_classes * n_clusters_per_class
    if 2 ** n_informative < clusters:
        raise ValueError(f'n_classes({n_classes}) * n_clusters_per_class({n_clusters_per_class}) must be smaller or equal '
                         f'2**n_informative({n_informative})={2 ** n_informative}')
    share = [1.0 / n_classes] * n_classes if weights is None else [float(w) for w in weights]
    if len(share) == n_classes - 1:
        share.append(1.0 - sum(share))
    each = [int(n_samples * share[k % n_classes] / n_clusters_per_class) for k in range(clusters)]
    for i in range(n_samples - sum(each)):
        each[i % clusters] += 1
    centers = _corners(clusters, n_informative, generator) * (2 * class_sep) - class_sep
    if not hypercube:
        centers = centers * generator.uniform(size=(clusters, 1))
        centers = centers * generator.uniform(size=(1, n_informative))
    drawn = generator.standard_normal(size=(n_samples, n_informative))
    parts, stop = [], 0
    for k in range(clusters):
        start, stop = stop, stop + each[k]
        mix = 2 * generator.uniform(size=(n_informative, n_informative)) - 1
        parts.append(np.dot(drawn[start:stop], mix) + centers[k])
    columns = [np.vstack(parts)]
    y = np.hstack([np.full(n, k % n_classes, dtype=np.int64) for k, n in enumerate(each)])
    if n_redundant > 0:
        columns.append(np.dot(columns[0], 2 * generator.uniform(size=(n_informative, n_redundant)) - 1))
    if n_repeated > 0:
        known = np.hstack(columns)
        chosen = ((known.shape[1] - 1) * generator.uniform(size=n_repeated) + 0.5).astype(np.int64)
        columns.append(known[:, chosen])
    rest = n_features - n_informative - n_redundant - n_repeated
    if rest > 0:
        columns.append(generator.standard_normal(size=(n_samples, rest)))
    X = np.hstack(columns)
    if flip_y >= 0.0:
        flipped = generator.uniform(size=n_samples) < flip_y
        y[flipped] = generator.randint(n_classes, size=int(flipped.sum()))
    X = X + ((2 * generator.uniform(size=n_features) - 1) * class_sep if shift is None else shift)
    X = X * (1 + 100 * generator.uniform(size=n_features) if scale is None else scale)
    if shuffle:
        X, y = _shuffle(X, y, random_state=generator)
        order = np.arange(n_features)
        generator.shuffle(order)
        X = X[:, order]
    return X, y


def make_swiss_roll(n_samples=100, *, noise=0.0, random_state=None, hole=False):
    """A rolled sheet in three dimensions, and where on it a point is."""
    if hole:
        raise NotImplementedError('make_swiss_roll(hole=True) is not in Backstep')
    generator = check_random_state(random_state)
    t = 1.5 * np.pi * (1 + 2 * generator.uniform(size=n_samples))
    y = 21 * generator.uniform(size=n_samples)
    X = np.vstack((t * np.cos(t), y, t * np.sin(t))) + noise * generator.standard_normal(size=(3, n_samples))
    return X.T, np.squeeze(t)


def make_s_curve(n_samples=100, *, noise=0.0, random_state=None):
    """A sheet bent as an S in three dimensions, and where on it a point is."""
    generator = check_random_state(random_state)
    t = 3 * np.pi * (generator.uniform(size=(1, n_samples)) - 0.5)
    X = np.vstack((np.sin(t), 2.0 * generator.uniform(size=(1, n_samples)), np.sign(t) * (np.cos(t) - 1)))
    X = X + noise * generator.standard_normal(size=(3, n_samples))
    return X.T, np.squeeze(t)
