"""What files name: the functions that make tensors of storages (`torch._utils._rebuild_tensor_v2`), in PyTorch's places."""
import copyreg

from .storage import TypedStorage, alias


def _rebuild_tensor(storage, storage_offset, size, stride):
    """A tensor that shows a typed storage's memory; a version counter of its own, no view of another."""
    whole = storage._elements()
    size, stride = tuple(map(int, size)), tuple(map(int, stride))
    last = storage_offset + sum((n - 1) * s for n, s in zip(size, stride))
    if 0 not in size and (last >= whole.numel() or storage_offset < 0 or any(s < 0 for s in stride)):
        raise RuntimeError(
            f'setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {storage_offset}, and itemsize '
            f'{storage.dtype.itemsize} requiring a storage size of {(last + 1) * storage.dtype.itemsize} are out of bounds for storage of '
            f'size {storage._untyped_storage.nbytes()}')
    return alias(whole, storage_offset, size, stride)


def _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None):
    tensor = _rebuild_tensor(storage, storage_offset, size, stride)
    if metadata:
        from ._missing import not_yet
        raise not_yet(f"a tensor with {', '.join(metadata)} in a file", NotImplementedError)
    if requires_grad:
        tensor.requires_grad_()
    return tensor


def _rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype, metadata=None):
    typed = TypedStorage(wrap_storage=storage._untyped_storage, dtype=dtype, _internal=True)
    return _rebuild_tensor_v2(typed, storage_offset, size, stride, requires_grad, backward_hooks, metadata)


def _rebuild_parameter(data, requires_grad, backward_hooks):
    from .nn import Parameter
    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    return set_state(_rebuild_parameter(data, requires_grad, backward_hooks), state)


def state_of(tensor):
    """What a user's class or attributes add to a tensor; falsy for none. Hooks are not kept."""
    slots = {name: getattr(tensor, name) for name in copyreg._slotnames(type(tensor))
             if name not in ('_h', '_g') and hasattr(tensor, name)}
    mine = {k: v for k, v in tensor.__dict__.items() if k not in ('_backward_hooks', '_post_hooks')}
    return (mine, slots) if slots else mine


def set_state(tensor, state):
    """The other way round."""
    slots = {}
    if isinstance(state, tuple):
        if len(state) != 2:
            raise RuntimeError(f'Invalid serialized state: {state}')
        state, slots = state
    tensor.__dict__.update(state or {})
    for name, value in (slots or {}).items():
        setattr(tensor, name, value)
    return tensor


def _missing(name):
    def rebuild(*args, **kwargs):
        from ._missing import not_yet
        raise not_yet(f'torch._utils.{name} (a kind of tensor in this file)', NotImplementedError)

    rebuild.__name__ = rebuild.__qualname__ = name
    return rebuild


for _name in ('_rebuild_qtensor', '_rebuild_sparse_tensor', '_rebuild_meta_tensor_no_storage', '_rebuild_nested_tensor',
              '_rebuild_wrapper_subclass', '_rebuild_device_tensor_from_numpy', '_rebuild_device_tensor_from_cpu_tensor'):
    globals()[_name] = _missing(_name)
