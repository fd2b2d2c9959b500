import torch
import warnings
import torch.backends.cudnn as cudnn
import torch.cuda.nvtx
import torch.distributed as dist
from torch.backends import mkldnn, mps
cuda = torch.cuda
cuda.is_available(), cuda.device_count(), cuda.is_initialized(), cuda.is_bf16_supported(), cuda.is_tf32_supported()
cuda.get_arch_list(), cuda.get_gencode_flags(), cuda.default_generators, cuda.has_half, cuda.has_magma
cuda.manual_seed('a')
cuda.manual_seed(3), cuda.manual_seed_all(3), cuda.seed(), cuda.seed_all(), cuda.empty_cache()
cuda.init()
cuda.synchronize()
cuda.current_device()
cuda.get_device_name(0)
cuda.get_device_properties(0)
cuda.get_device_capability()
cuda.current_stream()
cuda.Stream()
cuda.Event(enable_timing=True)
cuda.CUDAGraph()
cuda.MemPool()
cuda.GreenContext is not None
cuda.set_device(0)
cuda.set_device(-1)
cuda.set_device('cuda')
cuda.set_device('cpu')
cuda.memory_allocated(), cuda.max_memory_allocated(), cuda.memory_reserved(), cuda.max_memory_reserved()
cuda.memory_cached(), cuda.max_memory_cached()
cuda.memory_stats(), cuda.host_memory_stats(), cuda.memory_stats_as_nested_dict()
cuda.memory_summary()
cuda.memory_snapshot()
cuda.reset_peak_memory_stats()
cuda.reset_max_memory_allocated()
cuda.mem_get_info()
cuda.utilization()
cuda.temperature()
cuda.list_gpu_processes()
cuda.get_rng_state()
cuda.get_rng_state_all(), cuda.set_rng_state(torch.get_rng_state()), cuda.set_rng_state_all([])
cuda.initial_seed()
cuda.ipc_collect()
cuda.graph_pool_handle()
cuda.is_current_stream_capturing()
with cuda.device(0):
    print('in')
with cuda.device(None):
    print('in')
with cuda.stream(None):
    print('in')
with cuda.device_of(torch.ones(1)):
    print('in')
cuda.nvtx.range_push('x')
with cuda.nvtx.range('x'):
    pass
issubclass(cuda.OutOfMemoryError, RuntimeError), cuda.OutOfMemoryError is torch.OutOfMemoryError, torch.OutOfMemoryError
issubclass(torch.AcceleratorError, RuntimeError), cuda.CudaError.__mro__
cudnn is torch.backends.cudnn, cudnn.__name__
cudnn.enabled, cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32, cudnn.benchmark_limit, cudnn.fp32_precision
cudnn.is_available(), cudnn.version(), cudnn.is_acceptable(torch.ones(1))
with cudnn.flags(enabled=False, deterministic=True):
    print(cudnn.enabled, cudnn.deterministic)
cudnn.enabled
cudnn.benchmark = True
cudnn.benchmark
cudnn.xyz
torch.backends.cuda.is_built(), torch.backends.cuda.matmul.allow_tf32, torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction
torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cuda.matmul.allow_tf32
torch.backends.cuda.matmul.xyz
torch.backends.cuda.matmul.xyz = 1
mkldnn.enabled, mkldnn.is_available(), mps.is_available(), mps.is_built()
torch.backends.mkl.is_available(), torch.backends.openmp.is_available(), torch.backends.opt_einsum.is_available()
torch.backends.quantized.engine
dist.is_available(), dist.is_initialized(), dist.is_gloo_available(), dist.is_nccl_available(), dist.is_mpi_available()
dist.get_rank()
dist.get_world_size()
dist.barrier()
dist.all_reduce(torch.ones(2))
dist.broadcast(torch.ones(2), 0)
dist.init_process_group('gloo')
dist.destroy_process_group()
dist.get_node_local_rank()
dist.get_node_local_rank(2)
dist.is_torchelastic_launched()
