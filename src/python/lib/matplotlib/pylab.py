"""matplotlib.pylab: numpy's names and pyplot's, as MATLAB has them; where both have one, Python's own functions stay."""
import builtins as _builtins

import numpy as _np
from numpy import *  # noqa: F403
from numpy.fft import *  # noqa: F403
from numpy.linalg import *  # noqa: F403
from numpy.random import *  # noqa: F403

import numpy as np  # noqa: F401
import matplotlib as mpl  # noqa: F401
from . import pyplot as plt  # noqa: F401
from .pyplot import *  # noqa: F403

for _name in ('bytes', 'abs', 'bool', 'max', 'min', 'pow', 'round'):
    globals()[_name] = getattr(_builtins, _name)
