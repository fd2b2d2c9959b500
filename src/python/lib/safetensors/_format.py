"""The bytes: eight for the header's length, the header in JSON, the tensors' elements one after the other."""
import json

# Names of dtypes, narrow ones first; in a file the widest come first.
DTYPES = {
    'BOOL': 'bool', 'U8': 'uint8', 'I8': 'int8', 'I16': 'int16', 'U16': 'uint16', 'F16': 'float16', 'BF16': 'bfloat16', 'I32': 'int32',
    'U32': 'uint32', 'F32': 'float32', 'C64': 'complex64', 'F64': 'float64', 'I64': 'int64', 'U64': 'uint64',
}
_ORDER = list(DTYPES)
_LARGEST_HEADER = 100_000_000


class SafetensorError(Exception):
    """A file that is none, or a name that is not in it."""


def _bad(words):
    return SafetensorError(f'Error while deserializing: {words}')


def read_header(data):
    """({name: entry} in the file's order, metadata or None, where the elements begin) of a file's bytes."""
    if len(data) < 8:
        raise _bad('header too small')
    size = int.from_bytes(data[:8], 'little')
    if size > _LARGEST_HEADER:
        raise _bad('header too large')
    if 8 + size > len(data):
        raise _bad('invalid header length')
    try:
        text = bytes(data[8:8 + size]).decode('utf-8')
    except UnicodeDecodeError as error:
        raise _bad(f'invalid UTF-8 in header: {error}') from None
    try:
        header = json.loads(text)
    except ValueError as error:
        raise _bad(f'invalid JSON in header: {error}') from None
    if not isinstance(header, dict):
        raise _bad('invalid JSON in header: invalid type: sequence, expected struct HashMetadata at line 1 column 0')
    metadata = header.pop('__metadata__', None)
    entries = dict(sorted(header.items(), key=lambda item: tuple(item[1]['data_offsets'])))
    at = 0
    for name, entry in entries.items():
        start, stop = entry['data_offsets']
        if start != at or stop < start:
            raise _bad(f'invalid offset for tensor `{name}`')
        at = stop
    if 8 + size + at != len(data):
        raise _bad('incomplete metadata, file not fully covered')
    return entries, metadata, 8 + size


def deserialize(data):
    """[(name, {shape, dtype, data})] of a file's bytes."""
    entries, _, start = read_header(data)
    return [(name, {'shape': e['shape'], 'dtype': e['dtype'], 'data': bytearray(data[start + e['data_offsets'][0]:
                                                                                      start + e['data_offsets'][1]])})
            for name, e in entries.items()]


def serialize(tensors, metadata=None):
    """A file's bytes. tensors: {name: {dtype ('float32'), shape, data}}."""
    label = {name: short for short, name in DTYPES.items()}
    for value in (metadata or {}).values():
        if not isinstance(value, str):
            raise TypeError(f"argument 'metadata': '{type(value).__name__}' object is not an instance of 'str'")
    header = {} if metadata is None else {'__metadata__': dict(metadata)}
    at, parts = 0, []
    for name, t in sorted(tensors.items(), key=lambda item: (-_ORDER.index(label[item[1]['dtype']]), item[0])):
        header[name] = {'dtype': label[t['dtype']], 'shape': list(t['shape']), 'data_offsets': [at, at + len(t['data'])]}
        at += len(t['data'])
        parts.append(bytes(t['data']))
    text = json.dumps(header, separators=(',', ':'), ensure_ascii=False).encode()
    text += b' ' * (-len(text) % 8)
    return b''.join([len(text).to_bytes(8, 'little'), text, *parts])
