"""The older place of IPython.display."""
from ..display import *  # noqa: F403
from ..display import HTML, Image, clear_output, display  # noqa: F401
