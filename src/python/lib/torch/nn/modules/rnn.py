"""Recurrent layers and their cells. The steps are the engine's (src/engine/ops/recurrent.ts)."""
import math
import numbers
import warnings

import torch

from ..._ops import ops
from .. import init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

_GATES = {'LSTM': 4, 'GRU': 3, 'RNN_TANH': 1, 'RNN_RELU': 1}


def apply_permutation(tensor, permutation, dim=1):
    """The old name of index_select."""
    warnings.warn('`apply_permutation` is deprecated, please use `tensor.index_select(dim, permutation)` instead', FutureWarning,
                  stacklevel=2)
    return tensor.index_select(dim, permutation)


def _drawn(module):
    """Every weight uniform in ±1/√hidden_size, in the order of the parameters."""
    bound = 1.0 / math.sqrt(module.hidden_size) if module.hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


class RNNBase(Module):
    """What RNN, LSTM and GRU share: weights by layer and direction, checks, packed sequences."""

    __constants__ = ['mode', 'input_size', 'hidden_size', 'num_layers', 'bias', 'batch_first', 'dropout', 'bidirectional', 'proj_size']

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
                 proj_size=0, device=None, dtype=None):
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        _check(dropout, num_layers, bias, batch_first, input_size, hidden_size, proj_size)
        if mode not in _GATES:
            raise ValueError('Unrecognized RNN mode: ' + mode)
        rows = _GATES[mode] * hidden_size
        out_size = proj_size if proj_size > 0 else hidden_size
        directions = 2 if bidirectional else 1
        self._flat_weights_names = []
        self._all_weights = []
        for layer in range(num_layers):
            columns = input_size if layer == 0 else out_size * directions
            for direction in range(directions):
                shapes = {'weight_ih': (rows, columns), 'weight_hh': (rows, out_size)}
                if bias:
                    shapes.update(bias_ih=(rows,), bias_hh=(rows,))
                if proj_size > 0:
                    shapes['weight_hr'] = (proj_size, hidden_size)
                suffix = f'_l{layer}' + ('_reverse' if direction == 1 else '')
                for name, shape in shapes.items():
                    setattr(self, name + suffix, Parameter(torch.empty(shape, device=device, dtype=dtype)))
                names = [name + suffix for name in shapes]
                self._flat_weights_names += names
                self._all_weights.append(names)
        self.reset_parameters()

    @property
    def _flat_weights(self):
        """All weights in the order in which the engine takes them; looked up anew, as a parametrization may replace them."""
        return [getattr(self, name, None) for name in self._flat_weights_names]

    @property
    def all_weights(self):
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self):
        """Nothing to do on a CPU: PyTorch puts the weights of a GPU into one block."""

    def reset_parameters(self):
        """Draws all weights anew."""
        _drawn(self)

    def check_input(self, input, batch_sizes):
        dtype = self._flat_weights[0].dtype
        if input.dtype != dtype:
            raise ValueError(f'RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). '
                             f'Convert input: input.to({dtype}), or convert model: model.to({input.dtype})')
        wanted = 2 if batch_sizes is not None else 3
        if input.dim() != wanted:
            raise RuntimeError(f'input must have {wanted} dimensions, got {input.dim()}')
        if self.input_size != input.size(-1):
            raise RuntimeError(f'input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}')

    def _state_size(self, input, batch_sizes, features):
        if batch_sizes is not None:
            batch = int(batch_sizes[0])
        else:
            batch = input.size(0 if self.batch_first else 1)
        return self.num_layers * (2 if self.bidirectional else 1), batch, features

    def get_expected_hidden_size(self, input, batch_sizes):
        return self._state_size(input, batch_sizes, self.proj_size if self.proj_size > 0 else self.hidden_size)

    def check_hidden_size(self, hx, expected_hidden_size, msg='Expected hidden size {}, got {}'):
        if tuple(hx.size()) != tuple(expected_hidden_size):
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input, hidden, batch_sizes):
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx, permutation):
        return hx if permutation is None else hx.index_select(1, permutation)

    def _zeros(self, input, batch_sizes, features):
        return torch.zeros(self._state_size(input, batch_sizes, features), dtype=input.dtype)

    def _first_state(self, input, batch_sizes):
        return self._zeros(input, batch_sizes, self.hidden_size)

    def _batched_state(self, hx, batched):
        """The given state of a batch; of a single sequence, with a batch of one."""
        wanted, what = (3, 'batched 3-D') if batched else (2, 'unbatched 2-D')
        if hx.dim() != wanted:
            raise RuntimeError(f'For {what} input, hx should also be {wanted}-D but got {hx.dim()}-D tensor')
        return hx if batched else hx.unsqueeze(1)

    def _single_state(self, hx):
        return hx.squeeze(1)

    def _rank_error(self, input):
        return f'{type(self)._word}: Expected input to be 2D or 3D, got {input.dim()}D instead'

    def _sequence(self, name, input, hx, batch_sizes):
        options = (self._flat_weights, self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        if batch_sizes is None:
            result = getattr(ops, name)(input, hx, *options, self.batch_first)
        else:
            result = getattr(ops, name + '_data')(input, batch_sizes, hx, *options)
        return result[0], result[1] if len(result) == 2 else tuple(result[1:])

    def forward(self, input, hx=None):
        """Outputs of the last layer at every step, and every layer's last state."""
        name = self.mode.lower()
        if isinstance(input, PackedSequence):
            data, batch_sizes, order, back = input
            hx = self._first_state(data, batch_sizes) if hx is None else self.permute_hidden(hx, order)
            self._check_packed(data, hx, batch_sizes)
            output, hidden = self._sequence(name, data, hx, batch_sizes)
            return PackedSequence(output, batch_sizes, order, back), self.permute_hidden(hidden, back)
        if input.dim() not in (2, 3):
            raise ValueError(self._rank_error(input))
        batched = input.dim() == 3
        batch_dim = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(batch_dim)
        hx = self._first_state(input, None) if hx is None else self._batched_state(hx, batched)
        self.check_forward_args(input, hx, None)
        output, hidden = self._sequence(name, input, hx, None)
        if not batched:
            output, hidden = output.squeeze(batch_dim), self._single_state(hidden)
        return output, hidden

    def _check_packed(self, data, hx, batch_sizes):
        self.check_forward_args(data, hx, batch_sizes)

    def extra_repr(self):
        words = [f'{self.input_size}, {self.hidden_size}']
        for name, default in (('proj_size', 0), ('num_layers', 1), ('bias', True), ('batch_first', False), ('dropout', 0),
                              ('bidirectional', False)):
            if getattr(self, name) != default:
                words.append(f'{name}={getattr(self, name)}')
        return ', '.join(words)

    def __getstate__(self):
        # PyTorch holds the list itself, and looks for it in a file.
        return {**super().__getstate__(), '_flat_weights': self._flat_weights}

    def __setstate__(self, d):
        d = {name: value for name, value in d.items() if name != '_flat_weights'}
        super().__setstate__(d)
        self.__dict__.setdefault('proj_size', 0)


def _check(dropout, num_layers, bias, batch_first, input_size, hidden_size, proj_size):
    """Raises PyTorch's errors for arguments that make no network."""
    if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError('dropout should be a number in range [0, 1] representing the probability of an element being zeroed')
    if dropout > 0 and num_layers == 1:
        warnings.warn('dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater '
                      f'than 1, but got dropout={dropout} and num_layers={num_layers}', stacklevel=3)
    for name, value, kind in (('bias', bias, bool), ('batch_first', batch_first, bool)):
        if not isinstance(value, kind):
            raise TypeError(f'{name} should be of type bool, got: {type(value).__name__}')
    for name, value in (('input_size', input_size), ('hidden_size', hidden_size)):
        if not isinstance(value, int):
            raise TypeError(f'{name} should be of type int, got: {type(value).__name__}')
        if value <= 0:
            raise ValueError(f'{name} must be greater than zero')
    if num_layers <= 0:
        raise ValueError('num_layers must be greater than zero')
    if proj_size < 0:
        raise ValueError('proj_size should be a positive integer or zero to disable projections')
    if proj_size >= hidden_size:
        raise ValueError('proj_size has to be smaller than hidden_size')


def _no_projection(kwargs):
    if 'proj_size' in kwargs:
        raise ValueError('proj_size argument is only supported for LSTM, not RNN or GRU')


class RNN(RNNBase):
    """h = tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ) at every step; nonlinearity 'relu' in place of tanh.

    Input [steps, batch, input_size] (batch_first: [batch, steps, …]; a single sequence has no batch) or a PackedSequence, and the first
    state [layers · directions, batch, hidden_size], zeros if left out. Gives the outputs of the last layer and every layer's last state.
    """

    _word = 'RNN'

    def __init__(self, *args, **kwargs):
        _no_projection(kwargs)
        if len(args) > 3:
            nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop('nonlinearity', 'tanh')
        if nonlinearity not in ('tanh', 'relu'):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__('RNN_' + nonlinearity.upper(), *args, **kwargs)
        self.nonlinearity = nonlinearity

    def _rank_error(self, input):
        return f'RNN: Expected input to be 2D or 3D, got {input.dim()}D tensor instead'


class LSTM(RNNBase):
    """i, f, o = σ and g = tanh of x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ;  c = f c + i g;  h = o tanh(c), at every step.

    As RNN, but its state is a pair (h, c). proj_size > 0: h is projected to so many features.
    """

    _word = 'LSTM'

    def __init__(self, *args, **kwargs):
        super().__init__('LSTM', *args, **kwargs)

    def get_expected_cell_size(self, input, batch_sizes):
        return self._state_size(input, batch_sizes, self.hidden_size)

    def check_forward_args(self, input, hidden, batch_sizes):
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden[0], self.get_expected_hidden_size(input, batch_sizes), 'Expected hidden[0] size {}, got {}')
        self.check_hidden_size(hidden[1], self.get_expected_cell_size(input, batch_sizes), 'Expected hidden[1] size {}, got {}')

    def permute_hidden(self, hx, permutation):
        return hx if permutation is None else tuple(h.index_select(1, permutation) for h in hx)

    def _first_state(self, input, batch_sizes):
        return (self._zeros(input, batch_sizes, self.proj_size if self.proj_size > 0 else self.hidden_size),
                self._zeros(input, batch_sizes, self.hidden_size))

    def _batched_state(self, hx, batched):
        wanted, what = (3, 'batched 3-D') if batched else (2, 'unbatched 2-D')
        if hx[0].dim() != wanted or hx[1].dim() != wanted:
            raise RuntimeError(f'For {what} input, hx and cx should also be {wanted}-D but got ({hx[0].dim()}-D, {hx[1].dim()}-D) '
                               'tensors')
        return hx if batched else (hx[0].unsqueeze(1), hx[1].unsqueeze(1))

    def _single_state(self, hx):
        return tuple(h.squeeze(1) for h in hx)

    def _check_packed(self, data, hx, batch_sizes):
        """PyTorch checks nothing here: the engine's ops do."""

    def _sequence(self, name, input, hx, batch_sizes):
        return super()._sequence(name, input, tuple(hx), batch_sizes)


class GRU(RNNBase):
    """r, z = σ of x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ;  n = tanh(x Wₙᵀ + bₙ + r (h Wₕₙᵀ + bₕₙ));  h = (1 - z) n + z h, at every step.

    Arguments and results as for RNN.
    """

    _word = 'GRU'

    def __init__(self, *args, **kwargs):
        _no_projection(kwargs)
        super().__init__('GRU', *args, **kwargs)


class RNNCellBase(Module):
    """What the cells share: weights of one step."""

    __constants__ = ['input_size', 'hidden_size', 'bias']

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(torch.empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(torch.empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ('bias_ih', 'bias_hh'):
            self.register_parameter(name, Parameter(torch.empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draws all weights anew."""
        _drawn(self)

    def extra_repr(self):
        words = f'{self.input_size}, {self.hidden_size}'
        if self.bias is not True:
            words += f', bias={self.bias}'
        if getattr(self, 'nonlinearity', 'tanh') != 'tanh':
            words += f', nonlinearity={self.nonlinearity}'
        return words

    def _check_rank(self, tensor, what):
        if tensor.dim() not in (1, 2):
            raise ValueError(f'{type(self)._word}: Expected {what} to be 1D or 2D, got {tensor.dim()}D instead')

    def _step(self, name, input, hx):
        return getattr(ops, name)(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)

    def _zeros(self, input):
        return torch.zeros(input.size(0), self.hidden_size, dtype=input.dtype)

    def _one_state(self, name, input, hx):
        """A step of a cell with one state; a single input gets a batch of one and loses it again."""
        self._check_rank(input, 'input')
        if hx is not None:
            self._check_rank(hx, 'hidden')
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
        if hx is None:
            hx = self._zeros(input)
        elif not batched:
            hx = hx.unsqueeze(0)
        out = self._step(name(), input, hx)
        return out if batched else out.squeeze(0)


class RNNCell(RNNCellBase):
    """One step of an RNN: h′ = tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ), or relu."""

    __constants__ = ['input_size', 'hidden_size', 'bias', 'nonlinearity']

    _word = 'RNNCell'

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity='tanh', device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, num_chunks=1, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def _name(self):
        if self.nonlinearity not in ('tanh', 'relu'):
            raise RuntimeError(f'Unknown nonlinearity: {self.nonlinearity}')
        return f'rnn_{self.nonlinearity}_cell'

    def forward(self, input, hx=None):
        return self._one_state(self._name, input, hx)


class LSTMCell(RNNCellBase):
    """One step of an LSTM, from a state (h, c) to the next."""

    _word = 'LSTMCell'

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, num_chunks=4, device=device, dtype=dtype)

    def forward(self, input, hx=None):
        self._check_rank(input, 'input')
        if hx is not None:
            for i, value in enumerate(hx):
                self._check_rank(value, f'hx[{i}]')
        batched = input.dim() == 2
        if not batched:
            input = input.unsqueeze(0)
        if hx is None:
            zeros = self._zeros(input)
            hx = (zeros, zeros)
        elif not batched:
            hx = (hx[0].unsqueeze(0), hx[1].unsqueeze(0))
        h, c = self._step('lstm_cell', input, tuple(hx))
        return (h, c) if batched else (h.squeeze(0), c.squeeze(0))


class GRUCell(RNNCellBase):
    """One step of a GRU."""

    _word = 'GRUCell'

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, num_chunks=3, device=device, dtype=dtype)

    def forward(self, input, hx=None):
        return self._one_state(lambda: 'gru_cell', input, hx)


for _class in (RNNBase, RNN, LSTM, GRU, RNNCellBase, RNNCell, LSTMCell, GRUCell):
    _class.__module__ = 'torch.nn.modules.rnn'
