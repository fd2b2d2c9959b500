"""Another seed than the script's own: its first one becomes that, and its others keep their distance to it."""
import functools
import os
import random
import sys

import numpy as np
import torch

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def install(seed):
    """Seeds what a script draws without seeding, and from then on whatever the script seeds."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2 ** 32)
    shift = None

    def moved(own):
        nonlocal shift
        if shift is None:
            shift = seed - own
        return (own + shift) % 2 ** 64

    def around(function, at, words=2 ** 64):
        @functools.wraps(function)
        def seeded(*args, **kwargs):
            # A DataLoader seeds its workers with numbers that it drew: those follow from the script's seed already.
            if not sys._getframe(1).f_code.co_filename.startswith(_OURS) and len(args) > at and isinstance(args[at], int):
                args = (*args[:at], moved(args[at]) % words, *args[at + 1:])
            return function(*args, **kwargs)
        return seeded

    torch.manual_seed = torch.random.manual_seed = around(torch.manual_seed, 0)
    torch.Generator.manual_seed = around(torch.Generator.manual_seed, 1)
    random.seed = around(random.seed, 0)
    np.random.seed = around(np.random.seed, 0, 2 ** 32)
    np.random.default_rng = around(np.random.default_rng, 0)
