"""scikit-learn's face: its toy data, splits, scalers and scores, with scikit-learn's draws and numbers. Its estimators are not here."""
__version__ = '1.7.0'


def __getattr__(name):
    import importlib
    if name in ('datasets', 'metrics', 'model_selection', 'preprocessing', 'utils'):
        return importlib.import_module(f'sklearn.{name}')
    raise AttributeError(f"sklearn.{name} is not in Backstep, which has scikit-learn's toy data, splits, scalers and scores")
