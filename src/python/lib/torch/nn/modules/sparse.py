"""Embeddings."""
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module


def _wrapped(padding_idx, rows, word):
    """padding_idx counted from 0, or None."""
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise AssertionError(f'{word} must be within num_embeddings')
    return padding_idx % rows if padding_idx < 0 else padding_idx


def _add_table(module, weight, device, dtype, **kwargs):
    """Gives a module its table: drawn, or the given one."""
    import torch
    shape = [module.num_embeddings, module.embedding_dim]
    if weight is None:
        module.weight = Parameter(torch.empty(shape, device=device, dtype=dtype), **kwargs)
        module.reset_parameters()
    else:
        if list(weight.shape) != shape:
            raise AssertionError('Shape of weight does not match num_embeddings and embedding_dim')
        module.weight = Parameter(weight, **kwargs)


def _draw_table(module):
    import torch
    init.normal_(module.weight)
    if module.padding_idx is not None:
        with torch.no_grad():
            module.weight[module.padding_idx].fill_(0)


def _table_shape(embeddings):
    if embeddings.dim() != 2:
        raise AssertionError('Embeddings parameter is expected to be 2-dimensional')
    return embeddings.shape


class Embedding(Module):
    """A table of vectors: row i for index i. The row of padding_idx starts as zeros and gets no gradient."""

    __constants__ = ['num_embeddings', 'embedding_dim', 'padding_idx', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'sparse']

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
                 sparse=False, _weight=None, _freeze=False, device=None, dtype=None):
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = _wrapped(padding_idx, num_embeddings, 'Padding_idx')
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        _add_table(self, _weight, device, dtype, requires_grad=not _freeze)
        self.sparse = sparse

    def reset_parameters(self):
        """Draws the table anew."""
        _draw_table(self)

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse)

    def extra_repr(self):
        words = f'{self.num_embeddings}, {self.embedding_dim}'
        if self.padding_idx is not None:
            words += f', padding_idx={self.padding_idx}'
        if self.max_norm is not None:
            words += f', max_norm={self.max_norm}'
        if self.norm_type != 2:
            words += f', norm_type={self.norm_type}'
        if self.scale_grad_by_freq is not False:
            words += f', scale_grad_by_freq={self.scale_grad_by_freq}'
        if self.sparse is not False:
            words += ', sparse=True'
        return words

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
                        sparse=False):
        """An embedding with this table."""
        rows, columns = _table_shape(embeddings)
        return cls(num_embeddings=rows, embedding_dim=columns, _weight=embeddings, _freeze=freeze, padding_idx=padding_idx,
                   max_norm=max_norm, norm_type=norm_type, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse)


class EmbeddingBag(Module):
    """Sums, means or largest elements of rows of a table, a bag of indices at a time."""

    __constants__ = ['num_embeddings', 'embedding_dim', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'mode', 'sparse',
                     'include_last_offset', 'padding_idx']

    def __init__(self, num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False,
                 _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None):
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.padding_idx = _wrapped(padding_idx, num_embeddings, 'padding_idx')
        _add_table(self, _weight, device, dtype)
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset

    def reset_parameters(self):
        """Draws the table anew."""
        _draw_table(self)

    def forward(self, input, offsets=None, per_sample_weights=None):
        return F.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode,
                               self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx)

    def extra_repr(self):
        words = f'{self.num_embeddings!r}, {self.embedding_dim!r}'
        if self.max_norm is not None:
            words += f', max_norm={self.max_norm!r}'
        if self.norm_type != 2:
            words += f', norm_type={self.norm_type!r}'
        if self.scale_grad_by_freq is not False:
            words += f', scale_grad_by_freq={self.scale_grad_by_freq!r}'
        words += f', mode={self.mode!r}'
        if self.padding_idx is not None:
            words += f', padding_idx={self.padding_idx!r}'
        return words

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False,
                        include_last_offset=False, padding_idx=None):
        """An embedding bag with this table."""
        rows, columns = _table_shape(embeddings)
        made = cls(num_embeddings=rows, embedding_dim=columns, _weight=embeddings, max_norm=max_norm, norm_type=norm_type,
                   scale_grad_by_freq=scale_grad_by_freq, mode=mode, sparse=sparse, include_last_offset=include_last_offset,
                   padding_idx=padding_idx)
        made.weight.requires_grad = not freeze
        return made


__all__ = ['Embedding', 'EmbeddingBag']
for _name in __all__:
    globals()[_name].__module__ = 'torch.nn.modules.sparse'
