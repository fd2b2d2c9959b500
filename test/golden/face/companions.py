# What programs ask of the tools around training.
import torch
from importlib.metadata import version, PackageNotFoundError
version('torch').split('+')[0], version('scikit_learn').split('.')[0], version('numpy').split('.')[0]
version('no-such-package')
torch.profiler.__name__
torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerAction.RECORD
plan = torch.profiler.schedule(wait=1, warmup=1, active=2, repeat=2, skip_first=1)
[plan(i).name for i in range(12)]
ready = []
with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], schedule=torch.profiler.schedule(wait=0, warmup=1, active=1), on_trace_ready=ready.append) as prof:
    for i in range(4):
        with torch.profiler.record_function('step'):
            torch.ones(2) + 1
        prof.step()
len(ready), prof.step_num
isinstance(prof.key_averages().table(sort_by='cpu_time_total', row_limit=10), str)
with torch.autograd.profiler.profile() as prof:
    torch.ones(2) + 1
isinstance(str(prof.key_averages()), str)
