"""What real PyTorch prints for the example, for test/fixtures/exact and for test/fixtures/packages: written to test/golden/scripts/NAME.txt.

Run: python3 test/golden/scripts.py [NAME ...] (torch 2.13.0; numpy 2.4 and pandas 3.1 for packages)
"""
import os
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
out = root / "test" / "golden" / "scripts"
out.mkdir(exist_ok=True)
for script in [root / "examples" / "three_class.py", *sorted((root / "test" / "fixtures").glob("exact/*.py")), *sorted((root / "test" / "fixtures").glob("packages/*.py"))]:
    if sys.argv[1:] and script.stem not in sys.argv[1:]:
        continue
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    (out / f"{script.stem}.txt").write_text(ran.stdout)
    print(script.stem, len(ran.stdout.splitlines()), "lines")
