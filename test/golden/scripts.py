"""What real PyTorch prints for the example and for test/fixtures/exact: written to test/golden/scripts/NAME.txt.

Run: python3 test/golden/scripts.py (torch 2.13.0)
"""
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
out = root / "test" / "golden" / "scripts"
out.mkdir(exist_ok=True)
for script in [root / "examples" / "three_class.py", *sorted((root / "test" / "fixtures" / "exact").glob("*.py"))]:
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    (out / f"{script.stem}.txt").write_text(ran.stdout)
    print(script.stem, len(ran.stdout.splitlines()), "lines")
