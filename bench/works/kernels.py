"""The bench's kernels on real PyTorch: a case and a number of threads a line on stdin, the best time in seconds a line on stdout."""
import json
import sys
import time

import torch
from torch.nn import functional as F


def runner(c):
    if c["kind"] == "product":
        shape = lambda rows, columns, turned: (columns, rows) if turned else (rows, columns)
        def matrix(rows, columns, turned):
            t = torch.rand(c.get("count", 1), *shape(rows, columns, turned))
            t = t.transpose(1, 2) if turned else t
            return t if "count" in c else t[0]
        a = matrix(c["m"], c["k"], c["form"][0] == "T")
        b = matrix(c["k"], c["n"], c["form"][1] == "T")
        return lambda: a @ b
    batch, inner, outer, size = c["batch"], c["inner"], c["outer"], c["size"]
    x, dy = torch.rand(batch, inner, size, size), torch.rand(batch, outer, size, size)
    w = torch.rand(outer, inner, 3, 3)
    if c["way"] == "forward":
        return lambda: F.conv2d(x, w, padding=1)
    if c["way"] == "input":
        return lambda: torch.nn.grad.conv2d_input(x.shape, w, dy, padding=1)
    return lambda: torch.nn.grad.conv2d_weight(x, w.shape, dy, padding=1)


for line in sys.stdin:
    asked = json.loads(line)
    torch.set_num_threads(asked["threads"])
    run = runner(asked["case"])
    run()
    best = float("inf")
    until = time.perf_counter() + asked["seconds"]
    while time.perf_counter() < until:
        start = time.perf_counter()
        for _ in range(asked["times"]):
            run()
        best = min(best, (time.perf_counter() - start) / asked["times"])
    print(best, flush=True)
