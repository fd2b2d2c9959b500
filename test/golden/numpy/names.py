"""Writes the public names of the real numpy (2.4) to src/python/lib/numpy/_names.json, for the words about what is missing."""
import json
import pathlib

import numpy

spaces = {'numpy': numpy, 'numpy.linalg': numpy.linalg, 'numpy.fft': numpy.fft, 'numpy.random': numpy.random, 'numpy.testing': numpy.testing}
found = {name: ' '.join(sorted(n for n in dir(m) if not n.startswith('_'))) for name, m in spaces.items()}
found['numpy.ndarray'] = ' '.join(sorted(n for n in dir(numpy.ndarray) if not n.startswith('_')))
found['numpy.random.RandomState'] = ' '.join(sorted(n for n in dir(numpy.random.RandomState) if not n.startswith('_')))
found['numpy.random.Generator'] = ' '.join(sorted(n for n in dir(numpy.random.Generator) if not n.startswith('_')))
pathlib.Path('src/python/lib/numpy/_names.json').write_text(json.dumps(found, indent=1) + '\n')
