"""Answers questions.txt by the scikit-learn that is found, as text. `python ask.py FOLDER`: by the one in FOLDER (ours, over real numpy)."""
import os
import sys
import warnings

warnings.simplefilter('ignore')
if len(sys.argv) > 1:
    # The face alone: our numpy and torch lie beside it.
    import importlib.machinery
    import importlib.util
    folder = os.path.join(sys.argv[1], 'sklearn')
    spec = importlib.util.spec_from_file_location('sklearn', os.path.join(folder, '__init__.py'), submodule_search_locations=[folder])
    sys.modules['sklearn'] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

import numpy as np
from sklearn.datasets import *  # noqa: F403
from sklearn.metrics import *  # noqa: F403
from sklearn.model_selection import KFold, train_test_split  # noqa: F401
from sklearn.preprocessing import *  # noqa: F403


def text(found):
    """Every bit of it."""
    if isinstance(found, np.ndarray):
        return f'{found.dtype}{found.shape}{found.tobytes().hex() if found.dtype.kind in "biuf" else found.tolist()}'
    if isinstance(found, (list, tuple)):
        return '[' + ', '.join(map(text, found)) + ']'
    return repr(float(found)) if isinstance(found, (float, np.floating)) else repr(found)


np.random.seed(0)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'questions.txt')) as file:
    for question in file.read().splitlines():
        print(text(eval(question)))
