"""Scores of predictions."""
import numpy as np


def _flat(values):
    if isinstance(values, (list, tuple)):
        return [v.item() if hasattr(v, 'item') else v for v in values]
    return np.asarray(values).reshape(-1).tolist()


def _pairs(y_true, y_pred):
    a, b = _flat(y_true), _flat(y_pred)
    if len(a) != len(b):
        raise ValueError(f'Found input variables with inconsistent numbers of samples: [{len(a)}, {len(b)}]')
    return a, b


def accuracy_score(y_true, y_pred, *, normalize=True, sample_weight=None):
    """The share of predictions that are right."""
    a, b = _pairs(y_true, y_pred)
    right = sum(x == y for x, y in zip(a, b))
    return right / len(a) if normalize else right


def confusion_matrix(y_true, y_pred, *, labels=None, **more):
    """How many of the row's class were taken for the column's."""
    a, b = _pairs(y_true, y_pred)
    kinds = sorted(set(a) | set(b)) if labels is None else _flat(labels)
    at = {kind: i for i, kind in enumerate(kinds)}
    found = [[0] * len(kinds) for _ in kinds]
    for x, y in zip(a, b):
        if x in at and y in at:
            found[at[x]][at[y]] += 1
    return np.array(found, dtype=np.int64)


def _errors(y_true, y_pred):
    a, b = np.asarray(y_true), np.asarray(y_pred)
    if a.shape[0] != b.shape[0]:
        raise ValueError(f'Found input variables with inconsistent numbers of samples: [{a.shape[0]}, {b.shape[0]}]')
    return a.reshape(a.shape[0], -1), b.reshape(b.shape[0], -1)


def mean_squared_error(y_true, y_pred, *, squared=True, **more):
    a, b = _errors(y_true, y_pred)
    found = float(((a - b) ** 2).mean(axis=0).mean())
    return found if squared else found ** 0.5


def root_mean_squared_error(y_true, y_pred, **more):
    return mean_squared_error(y_true, y_pred) ** 0.5


def mean_absolute_error(y_true, y_pred, **more):
    a, b = _errors(y_true, y_pred)
    return float(abs(a - b).mean(axis=0).mean())


def r2_score(y_true, y_pred, **more):
    """1 - residual / variance, the columns' mean."""
    a, b = _errors(y_true, y_pred)
    residual = ((a - b) ** 2).sum(axis=0, dtype=np.float64)
    whole = ((a - a.mean(axis=0)) ** 2).sum(axis=0, dtype=np.float64)
    return float((1 - residual / whole).mean())


def _counts(y_true, y_pred):
    """{class: (right, predicted, true)}"""
    a, b = _pairs(y_true, y_pred)
    return {kind: (sum(x == y == kind for x, y in zip(a, b)), b.count(kind), a.count(kind)) for kind in sorted(set(a) | set(b))}


def _ratio(p, q):
    return p / q if q else 0.0


def _scores(counts):
    """{class: (precision, recall, f1, support)}"""
    return {kind: (_ratio(right, said), _ratio(right, true), _ratio(2 * right, said + true), true) for kind, (right, said, true) in counts.items()}


def _score(which, y_true, y_pred, average, pos_label):
    counts = _counts(y_true, y_pred)
    found = _scores(counts)
    if average == 'binary':
        if len(counts) > 2:
            raise ValueError("Target is multiclass but average='binary'. Please choose another average setting, one of [None, 'micro', 'macro', 'weighted'].")
        return found[pos_label][which] if pos_label in found else 0.0
    if average is None:
        return np.array([scores[which] for scores in found.values()])
    if average == 'micro':
        right, said, true = (sum(c[i] for c in counts.values()) for i in range(3))
        return (_ratio(right, said), _ratio(right, true), _ratio(2 * right, said + true))[which]
    weights = [scores[3] if average == 'weighted' else 1 for scores in found.values()]
    return sum(scores[which] * w for scores, w in zip(found.values(), weights)) / sum(weights)


def precision_score(y_true, y_pred, *, pos_label=1, average='binary', **more):
    return _score(0, y_true, y_pred, average, pos_label)


def recall_score(y_true, y_pred, *, pos_label=1, average='binary', **more):
    return _score(1, y_true, y_pred, average, pos_label)


def f1_score(y_true, y_pred, *, pos_label=1, average='binary', **more):
    return _score(2, y_true, y_pred, average, pos_label)


def roc_auc_score(y_true, y_score, **more):
    """How often a positive sample's score is above a negative one's; half for a tie."""
    a, b = _pairs(y_true, y_score)
    high, low = [s for y, s in zip(a, b) if y], [s for y, s in zip(a, b) if not y]
    if not high or not low:
        raise ValueError('Only one class present in y_true. ROC AUC score is not defined in that case.')
    return sum((h > n) + 0.5 * (h == n) for h in high for n in low) / (len(high) * len(low))


def classification_report(y_true, y_pred, *, target_names=None, digits=2, output_dict=False, **more):
    """Precision, recall and f1 of each class, as a table."""
    found = _scores(_counts(y_true, y_pred))
    names = [str(n) for n in (target_names if target_names is not None else found)]
    total = sum(s[3] for s in found.values())
    width = max(*map(len, names), len('weighted avg'), digits)
    head = ' ' * width + ' ' + ''.join(f' {h:>9}' for h in ('precision', 'recall', 'f1-score', 'support'))
    row = lambda name, scores, n: f'{name:>{width}} ' + ''.join(f' {s:>9.{digits}f}' for s in scores) + f' {n:>9}'  # noqa: E731
    lines = [head, '', *(row(name, s[:3], s[3]) for name, s in zip(names, found.values())), '']
    lines.append(f'{"accuracy":>{width}} ' + ' ' * 20 + f' {accuracy_score(y_true, y_pred):>9.{digits}f} {total:>9}')
    for name, weights in (('macro avg', [1] * len(found)), ('weighted avg', [s[3] for s in found.values()])):
        means = [sum(s[i] * w for s, w in zip(found.values(), weights)) / sum(weights) for i in range(3)]
        lines.append(row(name, means, total))
    return '\n'.join(lines) + '\n'


def _at_thresholds(y_true, y_score):
    """False and true positives where the score is at least each distinct score, falling."""
    truth, score = np.asarray(y_true).reshape(-1).astype(np.float64), np.asarray(y_score).reshape(-1)
    order = np.argsort(-score, kind='stable')
    truth, score = truth[order], score[order]
    ends = np.concatenate([np.nonzero(np.diff(score))[0], np.array([len(truth) - 1])])
    right = np.cumsum(truth)[ends]
    return 1 + ends - right, right, score[ends]


def roc_curve(y_true, y_score, *, pos_label=1, drop_intermediate=True, **more):
    """(false positive rates, true positive rates, thresholds); a threshold on a straight piece of the curve is left out."""
    wrong, right, thresholds = _at_thresholds(np.asarray(y_true) == pos_label, y_score)
    if drop_intermediate and len(wrong) > 2:
        corner = np.logical_or(np.diff(wrong, 2), np.diff(right, 2))
        keep = np.nonzero(np.concatenate([np.array([True]), corner, np.array([True])]))[0]
        wrong, right, thresholds = wrong[keep], right[keep], thresholds[keep]
    zero = np.array([0.0])
    wrong, right = np.concatenate([zero, wrong]), np.concatenate([zero, right])
    thresholds = np.concatenate([np.array([np.inf], dtype=thresholds.dtype if thresholds.dtype.kind == 'f' else np.float64), thresholds])
    return wrong / wrong[-1], right / right[-1], thresholds


def precision_recall_curve(y_true, y_score=None, *, pos_label=1, **more):
    """(precisions, recalls, thresholds), of the lowest threshold first; a last point is (1, 0)."""
    wrong, right, thresholds = _at_thresholds(np.asarray(y_true) == pos_label, y_score)
    precision, recall = right / (right + wrong), right / right[-1]
    return np.concatenate([precision[::-1], np.array([1.0])]), np.concatenate([recall[::-1], np.array([0.0])]), thresholds[::-1]


def auc(x, y):
    """The area below a curve, by trapezoids."""
    x, y = np.asarray(x), np.asarray(y)
    area = float(np.trapezoid(y, x))
    return -area if len(x) > 1 and x[-1] < x[0] else area
