"""Data sets that are made, and small ones that come along."""
from ._files import load_breast_cancer, load_digits, load_iris, load_wine
from ._made import make_blobs, make_circles, make_classification, make_moons, make_regression, make_s_curve, make_swiss_roll

__all__ = ['load_breast_cancer', 'load_digits', 'load_iris', 'load_wine', 'make_blobs', 'make_circles', 'make_classification',
           'make_moons', 'make_regression', 'make_s_curve', 'make_swiss_roll']


def __getattr__(name):
    if name.startswith('fetch_'):
        raise AttributeError(f'sklearn.datasets.{name} would download its data, and a script in Backstep has no network: '
                             'put the files into its folder and read them there')
    raise AttributeError(f"sklearn.datasets.{name} is not in Backstep. There are: {', '.join(__all__)}")
