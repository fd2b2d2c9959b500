"""Runs test/golden/numpy/programs/*.py under real numpy (2.4) and PyTorch, statement by statement, and writes what each says beside them.

python3 test/golden/numpy/make.py [NAME ...]          (needs numpy==2.4.6 and torch==2.13.0)

The test (test/python/numpy.test.ts) runs the same statements under Backstep's numpy.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from statements import run  # noqa: E402

for path in sorted((pathlib.Path(__file__).parent / 'programs').glob('*.py')):
    if sys.argv[1:] and path.stem not in sys.argv[1:]:
        continue
    lines = ',\n'.join(json.dumps(row, ensure_ascii=False) for row in run(path.read_text()))
    path.with_suffix('.json').write_text(f'[\n{lines}\n]\n')
