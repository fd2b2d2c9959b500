"""tqdm.auto: the same bar."""
from . import TqdmDeprecationWarning, TqdmTypeError, TqdmWarning, tqdm, trange  # noqa: F401

tqdm_notebook, tnrange = tqdm, trange
