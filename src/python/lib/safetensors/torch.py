"""safetensors for PyTorch: save_file and load_file, save and load, save_model and load_model."""
import os
from collections import defaultdict

import torch
from torch._tensor import contents

from ._format import deserialize, serialize
from ._open import safe_open, tensor_of


def _end(t):
    return t.data_ptr() + t.numel() * t.dtype.itemsize


def _sharing(tensors):
    """Sets of names whose tensors overlap in memory."""
    by_storage = defaultdict(list)
    for name, t in tensors.items():
        storage = t.untyped_storage()
        if storage.nbytes():
            by_storage[storage.data_ptr()].append((t.data_ptr(), _end(t), name))
    groups = []
    for areas in by_storage.values():
        last = None
        for start, stop, name in sorted(areas):
            if last is None or start >= last:
                groups.append(set())
            groups[-1].add(name)
            last = stop
    return groups


def _checked(tensors):
    if not isinstance(tensors, dict):
        raise ValueError(f'Expected a dict of [str, torch.Tensor] but received {type(tensors)}')
    for name, t in tensors.items():
        if not isinstance(t, torch.Tensor):
            raise ValueError(f'Key `{name}` is invalid, expected torch.Tensor but received {type(t)}')
    failing = [names for names in _sharing(tensors) if len(names) > 1]
    if failing:
        raise RuntimeError(f'''
            Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: {failing}.
            A potential way to correctly save your model is to use `save_model`.
            More information at https://huggingface.co/docs/safetensors/torch_shared_tensors
            ''')
    for name, t in tensors.items():
        if not t.is_contiguous():
            raise ValueError(
                f'You are trying to save a non contiguous tensor: `{name}` which is not allowed. It either means you are trying to save '
                "tensors which are reference of each other in which case it's recommended to save only the full tensors, and reslice at "
                'load time, or simply call `.contiguous()` on your tensor to pack it before saving.')
    return {name: {'dtype': t.dtype.name, 'shape': tuple(t.shape), 'data': contents(t)} for name, t in tensors.items()}


def save(tensors, metadata=None):
    """The bytes of a file with these tensors."""
    return serialize(_checked(tensors), metadata)


def save_file(tensors, filename, metadata=None):
    """Writes tensors to a file."""
    data = save(tensors, metadata)
    with open(os.fspath(filename), 'wb') as file:
        file.write(data)


def load(data):
    """{name: tensor} of a file's bytes."""
    return {name: tensor_of(entry, entry['data']) for name, entry in deserialize(data)}


def load_file(filename, device='cpu', *, backend='mmap'):
    """{name: tensor} of a file."""
    with safe_open(filename, framework='pt', device=device, backend=backend) as f:
        return f.get_tensors()


def _duplicates(state, preferred=()):
    """{name to keep: names of the same memory that a file leaves out}."""
    out = defaultdict(list)
    for shared in _sharing(state):
        complete = {n for n in shared if state[n].storage_offset() == 0
                    and state[n].numel() * state[n].dtype.itemsize == state[n].untyped_storage().nbytes()}
        if not complete:
            raise RuntimeError(
                'Error while trying to find names to remove to save state dict, but found no suitable name to keep for saving amongst: '
                f'{shared}. None is covering the entire storage.Refusing to save/load the model since you could be storing much more memory '
                'than needed. Please refer to https://huggingface.co/docs/safetensors/torch_shared_tensors for more information. Or open an '
                'issue.')
        keep = sorted(complete & set(preferred) or complete)[0]
        for name in sorted(shared - {keep}):
            out[keep].append(name)
    return out


def save_model(model, filename, metadata=None, force_contiguous=True):
    """Writes a module's state; of parameters that share memory one is written, and the metadata say so."""
    state = model.state_dict()
    for kept, left_out in _duplicates(state).items():
        metadata = {} if metadata is None else metadata
        for name in left_out:
            metadata.setdefault(name, kept)
            del state[name]
    if force_contiguous:
        state = {name: t.contiguous() for name, t in state.items()}
    try:
        save_file(dict(state), filename, metadata)
    except ValueError as error:
        raise ValueError(f'{error} Or use save_model(..., force_contiguous=True), read the docs for potential caveats.') from None


def load_model(model, filename, strict=True, device='cpu', *, backend='mmap'):
    """Loads a module's state. (missing, unexpected) names; strict: an error if there are any."""
    state = load_file(filename, device=device, backend=backend)
    duplicates = _duplicates(model.state_dict(), state)
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = set(missing)
    for left_out in duplicates.values():
        for name in left_out:
            if name in missing:
                missing.remove(name)
            else:
                unexpected.append(name)
    if strict and (missing or unexpected):
        words = f'Error(s) in loading state_dict for {type(model).__name__}:'
        for kind, names in (('Missing', missing), ('Unexpected', unexpected)):
            if names:
                words += f'\n    {kind} key(s) in state_dict: ' + ', '.join(f'"{n}"' for n in sorted(names))
        raise RuntimeError(words)
    return missing, unexpected
