import torch
import torch.nn as nn
from torch.nn.utils.rnn import *
from torch.nn.utils.rnn import PackedSequence, invert_permutation, pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence
def names(t): return type(t.grad_fn).__name__
def total(net): return [round(float(p.grad.sum()), 4) for p in net.parameters()]
torch.manual_seed(0)
x = torch.randn(3, 2, 2, requires_grad=True)
net = nn.LSTM(2, 3, 2, batch_first=True, bidirectional=True, dropout=0.5)
net
list(net.state_dict())
[w.shape for w in net.all_weights[1]]
out, (h, c) = net(x)
out, h, c
names(out), names(h), names(c)
out.stride()
out.pow(2).sum().backward()
total(net)
x.grad.sum(0)
net.eval()(x)[0].sum()
net.flatten_parameters()
one = nn.LSTM(2, 3, proj_size=2, bias=False)
one
one(x)
g, = torch.autograd.grad(nn.LSTM(2, 2)(x)[0].pow(2).sum(), x, create_graph=True)
g.pow(2).sum().backward()
x.grad.sum(0)
gru = nn.GRU(2, 3, dropout=0.3, num_layers=2)
gru
gru(x)
names(gru(x)[0]), names(gru(x)[1])
gru(x[0])
gru(x, torch.ones(2, 2, 3))[1].sum().backward()
total(gru)
rnn = nn.RNN(2, 3, nonlinearity='relu', batch_first=True)
rnn
rnn(x, torch.ones(1, 3, 3))
names(rnn(x)[0])
nn.RNN(2, 3, 1, 'tanh')(x)
rnn(x.double())
rnn(x[0, 0])
rnn(torch.ones(1, 2, 5))
rnn(x, torch.ones(1, 2, 3))
rnn(x, torch.ones(3, 3))
rnn(x[0], torch.ones(1, 3, 3))
net(x, (torch.ones(4, 2, 3), torch.ones(4, 3, 3)))
net(x, (torch.ones(4, 3, 3), torch.ones(4, 2, 3)))
net(x, (torch.ones(4, 3), torch.ones(4, 3, 3)))
net(x[0], (torch.ones(4, 3), torch.ones(4, 3)))[0].shape
net(x[0, 0])
nn.RNN(2, 3, nonlinearity='sigmoid')
nn.GRU(2, 3, proj_size=2)
nn.LSTM(2, 3, proj_size=3)
nn.LSTM(2, 3, proj_size=-1)
nn.LSTM(0, 3)
nn.LSTM(2, 3.0)
nn.LSTM(2, 3, num_layers=0)
nn.LSTM(2, 3, bias=1)
nn.LSTM(2, 3, dropout=2)
nn.RNNBase('CONV', 2, 3)
cell = nn.LSTMCell(2, 3)
cell
cell(x[0])
cell(x[0, 0], (torch.ones(3), torch.ones(3)))
cell(x[0], (torch.ones(1, 3), torch.ones(2, 3)))
cell(x)
cell(x[0], (torch.ones(1, 2, 3), torch.ones(2, 3)))
nn.GRUCell(2, 3, bias=False)
nn.GRUCell(2, 3)(x[0], torch.ones(2, 3))
nn.GRUCell(2, 3)(x[0, 0])
nn.RNNCell(2, 3, nonlinearity='relu')
nn.RNNCell(2, 3, nonlinearity='relu')(x[0])
nn.RNNCell(2, 3)(x[0], torch.ones(2, 2))
nn.RNNCell(2, 3)(torch.ones(2, 4))
nn.RNNCell(2, 3)(x[0], torch.ones(2, 2, 2))
nn.RNNCell(2, 3, nonlinearity='sin')(x[0])
packed = pack_padded_sequence(x, [3, 1])
packed
names(packed.data)
pad_packed_sequence(packed)
pad_packed_sequence(packed, batch_first=True, padding_value=-1, total_length=4)
names(pad_packed_sequence(packed)[0])
pad_packed_sequence(packed, total_length=2)
for kind in (nn.RNN, nn.LSTM, nn.GRU):
    model = kind(2, 3, bidirectional=True)
    out, last = model(packed)
    print(out, last, names(out.data))
    (pad_packed_sequence(out)[0] ** 2).sum().backward()
    print(total(model), x.grad)

mixed = pack_padded_sequence(x, torch.tensor([2, 3]), enforce_sorted=False)
mixed
pad_packed_sequence(mixed)
nn.LSTM(2, 3)(mixed, (torch.arange(6.).view(1, 2, 3), torch.zeros(1, 2, 3)))
gru(mixed, torch.ones(2, 3, 3))
pack_padded_sequence(x, [2, 3])
pack_padded_sequence(x, [3, 0])
pack_padded_sequence(x, [3, 2, 1])
pack_padded_sequence(torch.zeros(3, 0, 2), [])
pack_padded_sequence(x.transpose(0, 1), [2, 2], batch_first=True).data
parts = [torch.arange(3.), torch.arange(1.), torch.arange(2.)]
pad_sequence(parts)
pad_sequence(parts, batch_first=True, padding_value=9)
pad_sequence(parts, True, 0.5, 'left')
pad_sequence(3)
pad_sequence([])
pack_sequence(parts)
pack_sequence(parts, enforce_sorted=False)
unpack_sequence(pack_sequence(parts, enforce_sorted=False))
unpad_sequence(pad_sequence(parts, batch_first=True), torch.tensor([3, 1, 2]), batch_first=True)
invert_permutation(torch.tensor([2, 0, 1]))
packed.to(torch.float64).data.dtype, packed.to(torch.float32) is packed, packed.double().batch_sizes, packed.is_cuda
isinstance(packed, tuple), packed.batch_sizes, packed._fields
PackedSequence((torch.ones(3), torch.tensor([2, 1])))
torch.lstm(x, (torch.zeros(1, 2, 3),), list(nn.LSTM(2, 3).parameters()), True, 1, 0.0, True, False, False)
torch.gru(x, torch.zeros(2, 2, 3), list(nn.GRU(2, 3).parameters()), True, 1, 0.0, True, False, False)
torch.rnn_tanh(x.double(), torch.zeros(1, 2, 3), list(nn.RNN(2, 3).parameters()), True, 1, 0.0, True, False, False)
torch.rnn_tanh(x, torch.zeros(1, 2, 3), list(nn.RNN(2, 3).parameters()), True, 1, 0.0, True, False, False)[1].shape
torch.lstm_cell(x[0], (torch.zeros(2, 3), torch.zeros(2, 3)), *nn.LSTMCell(2, 3).parameters())[0].shape
