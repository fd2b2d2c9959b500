"""tqdm's face: progress on stderr."""
from ._bar import TqdmDeprecationWarning, TqdmTypeError, TqdmWarning, tqdm, trange

__version__ = '4.67.1'
__all__ = ['tqdm', 'trange', 'TqdmDeprecationWarning', 'TqdmTypeError', 'TqdmWarning', 'tqdm_notebook', 'tnrange']

tqdm_notebook, tnrange = tqdm, trange
