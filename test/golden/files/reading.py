import io
import pickle
import collections
import torch
from torch import nn
def show(found, indent=''):
    for k, v in found.items() if isinstance(found, dict) else enumerate(found):
        if isinstance(v, torch.Tensor):
            print(indent, k, type(v).__name__, v.tolist(), v.dtype, tuple(v.shape), v.stride(), v.storage_offset(), v.requires_grad)
        elif isinstance(v, (dict, list, tuple)) and not isinstance(v, torch.Size):
            print(indent, k, type(v).__name__)
            show(v, indent + '  ')
        else:
            print(indent, k, repr(v))
state = torch.load('state.pt')
type(state)
show(state)
dict(state._metadata)
net = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.2), nn.Linear(3, 1, bias=False))
net.load_state_dict(state)
net.eval()(torch.tensor([[1.0, 2.0]]))
torch.load('module.pt')
whole = torch.load('module.pt', weights_only=False)
whole
whole.training
whole.eval()(torch.tensor([[1.0, 2.0]]))
[(n, type(p).__name__, p.requires_grad, p.is_leaf) for n, p in whole.named_parameters()]
found = torch.load('checkpoint.pt')
show(found)
opt = torch.optim.Adam(net.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(opt, 7)
opt.load_state_dict(found['optimizer'])
scheduler.load_state_dict(found['scheduler'])
opt
scheduler.get_last_lr(), scheduler.last_epoch, scheduler.step_size
net.train();
torch.manual_seed(1);
net(torch.randn(4, 2)).pow(2).sum().backward()
opt.step()
scheduler.step()
opt.state_dict()['state'][4]
opt.state_dict()['param_groups']
list(net.parameters())
sgd = torch.optim.SGD(net.parameters(), lr=1.0)
sgd.load_state_dict(torch.load('sgd.pt'))
show(sgd.state_dict())
shared = torch.load('shared.pt')
show(shared)
shared['base'][5] = 100.0
shared['row'], shared['column'], shared['transposed']
shared['row']._is_view()
shared['row'].untyped_storage().data_ptr() == shared['base'].untyped_storage().data_ptr()
show(torch.load('dtypes.pt'))
show(torch.load('halves.pt'))
show(torch.load('complex.pt'))
nested = torch.load('nested.pt')
nested = torch.load('nested.pt', weights_only=False)
show({k: v for k, v in nested.items() if k != 'list'})
nested['list']
show(torch.load('plain.pt'))
layers = torch.load('layers.pt', weights_only=False)
layers
layers[0](torch.ones(2, 2))[0].shape, layers[1](*[torch.ones(1, 2)] * 3)[1], sorted(layers.state_dict())
legacy = torch.load('legacy.pt')
show(legacy)
legacy['old'][2] = -1.0
legacy['view']
torch.load('legacy_module.pt', weights_only=False)
torch.load('legacy_module.pt')
torch.load('attributes.pt', weights_only=False)['t'].note
torch.load('attributes.pt')['t'].note
torch.load('attributes.pt')['storage'].tolist()
torch.load('cuda.pt')
torch.load('cuda.pt', map_location='cpu')
torch.load('cuda.pt', map_location=torch.device('cpu'))
torch.load('cuda.pt', map_location={'cuda:0': 'cpu'})
torch.load('cuda.pt', map_location={'cuda:1': 'cpu'})
torch.load('cuda.pt', map_location=lambda storage, location: storage)
torch.load('cuda.pt', map_location=lambda storage, location: print(location, storage.nbytes()) or storage)
torch.load('state.pt', map_location='cuda')
torch.load('state.pt', map_location='cuda:1')
torch.load('state.pt', map_location='nowhere')
torch.load('protocol4.pt')
torch.load('protocol4.pt', weights_only=False)
torch.load('state.pt', mmap=True)['0.bias']
torch.load('legacy.pt', mmap=True)
torch.load(io.BytesIO(open('state.pt', 'rb').read()), mmap=True)
torch.load(io.BytesIO(open('state.pt', 'rb').read()))['0.bias']
with open('state.pt', 'rb') as f:
    print(torch.load(f)['0.bias'])
import pathlib
torch.load(pathlib.Path('state.pt'))['0.bias']
try:
    torch.load('nothing.pt')
except FileNotFoundError:
    print('no such file')
torch.load(io.BytesIO(b''))
torch.load(io.BytesIO(b'nothing of the kind'))
torch.load(io.BytesIO(open('state.pt', 'rb').read()[:100]))
torch.load('state.pt', pickle_module=pickle, weights_only=True)
torch.load('state.pt', pickle_module=pickle)['0.bias']
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(1, 1)
def through(v, **kwargs):
    b = io.BytesIO()
    torch.save(v, b)
    b.seek(0)
    return torch.load(b, **kwargs)
import __main__
__main__.Net = Net
with torch.no_grad():
    net1 = Net()
    net1.a.weight.fill_(2.0), net1.a.bias.fill_(1.0)
through(net1)
through(net1, weights_only=False).a.weight
torch.serialization.add_safe_globals([Net])
Net in torch.serialization.get_safe_globals()
through(net1)
torch.serialization.clear_safe_globals()
with torch.serialization.safe_globals([Net, nn.Linear]):
    print(through(net1))
with torch.serialization.safe_globals([Net, nn.Linear, set, collections.OrderedDict]):
    print(through(net1))
b = io.BytesIO()
torch.save(net1, b)
b.seek(0);
sorted(torch.serialization.get_unsafe_globals_in_checkpoint(b))
class Evil:
    def __reduce__(self):
        return print, ('called',)
__main__.Evil = Evil
through({'a': Evil()})
import os
class Worse:
    def __reduce__(self):
        return os.getcwd, ()
through({'a': Worse()})
through([1, 2.5, 'x', None, True, b'y', (1,), {2}, 2 ** 40, -1, float('inf')])
pickle.loads(pickle.dumps(torch.arange(4.0).view(2, 2).t()))
pickle.loads(pickle.dumps(nn.Parameter(torch.ones(1))))
pickle.loads(pickle.dumps({'t': torch.tensor([1, 2]), 'd': torch.float16, 's': torch.Size([1])}))
pickle.loads(pickle.dumps(torch.tensor([1.0], requires_grad=True)))
torch.save([1], 3)
torch.save([1], 'no/such/folder/file.pt')
a = torch.zeros(3)
x, y = through([a, a[1:]])
x[1] = 5.0
y
x, y = through([a, a])
x is y
s = torch.arange(3, dtype=torch.int16).untyped_storage()
s, len(s), s.nbytes(), s.tolist(), s[0], type(s).__name__
len(torch.UntypedStorage(2)), torch.FloatStorage([1.0, 2.0]).tolist(), torch.FloatStorage(2).dtype
torch.arange(3.0).storage()
torch.arange(3.0).storage()[1], len(torch.arange(3.0).storage()), isinstance(torch.arange(3.0).storage(), torch.FloatStorage)
torch.is_storage(s), torch.is_storage(torch.ones(1)), isinstance(s, torch.UntypedStorage)
torch.ones(3)[1:].untyped_storage().size(), torch.ones(3)[1:].storage().size()
from safetensors.torch import load, load_file, load_model, save, save_file, save_model
from safetensors import SafetensorError, safe_open
show(load_file('plain.safetensors'))
with safe_open('plain.safetensors', framework='pt') as f:
    print(f.keys(), f.offset_keys(), f.metadata(), f.get_tensor('d'), f.get_slice('a')[1:], f.get_slice('a').get_shape(), f.get_slice('a').get_dtype())
    f.get_tensor('q')
f.keys()
safe_open('plain.safetensors', 'xx')
torch.load('plain.safetensors')['d']
torch.load('plain.safetensors', map_location={})
data = open('plain.safetensors', 'rb').read()
save({k: v for k, v in reversed(load(data).items())}, {'a': '2'}) == data
save({'a': torch.ones(2)})
load(b'')
load(b'12345678')
load(data[:50])
load(data[:-1])
load(data + b'x')
load(b'\x02\0\0\0\0\0\0\0{}')
save({'a': torch.ones(2, 3).t()})
save({'a': 1})
save([1])
x = torch.ones(4)
len(save({'a': x[:2], 'b': x[2:]}))
save({'a': x}, {'a': 1})
tied = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
tied[1].weight = tied[0].weight
save_model(tied, 'tied.safetensors')
with safe_open('tied.safetensors', 'pt') as f:
    print(f.keys(), f.metadata())
load_model(tied, 'tied.safetensors')
load_model(nn.Linear(2, 2), 'tied.safetensors')
import os
os.remove('tied.safetensors')
