"""matplotlib.pylab: pyplot."""
from .pyplot import *  # noqa: F403
