import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import fx
def low(x: torch.Tensor): return x.float()
fx.wrap('low')
fx.wrap('len')
class Calls(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('b', torch.ones(2))
        self.seq = nn.Sequential(nn.Linear(5, 5), nn.ReLU())
        self.k = torch.ones(3)
    def forward(self, x: torch.Tensor, y: int = 3) -> torch.Tensor:
        u = self.b + x
        v = self.b.add(x)
        w = torch.ones(2) * x
        q = torch.add(self.k, x)
        F.linear(x, u), F.relu(x), F.gelu(x), F.dropout(x, 0.2, self.training), F.softmax(x, dim=1), F.conv2d(x, w)
        low(x), len(x), math.sqrt(x)
        x += 1
        torch.max(x, 1)[0], torch.max(x, y), torch.norm(x), torch.einsum('i,i', x, x), x.shape, x.size(0), x.max(dim=1).values
        torch.linalg.norm(x), torch.flatten(x, 1), x.add_(1), -x, x == y, F.cross_entropy(x, y), x.float().sum(), 3 - x, 2 / x, x // 2
        x % 2, x << 1, x & y, torch.relu_(x), torch.special.expit(x), torch.nn.init.normal_(x), torch.sigmoid(input=x), torch.abs(x)
        torch.stack([x, v]), torch.zeros(x.size(0)), torch.arange(y), torch.add(x, 2, alpha=3), x[..., :1, None], x.to(torch.float64, device=torch.device('cpu'))
        return self.seq(u)
traced = fx.symbolic_trace(Calls())
print(traced.code)
print(traced.graph)
traced.graph.print_tabular()
traced
type(traced), type(traced).__name__, list(traced.state_dict()), traced.training
def pooled(x): return F.max_pool2d(F.relu(x, inplace=True), 2, ceil_mode=True).flatten(1)
print(fx.symbolic_trace(pooled).code)
def operands(x):
    t = torch.ones(2)
    t - x, t / x, t @ x, t ** x, t // x, t % x, t == x, t > x, t != x, t & x, x - t, x @ t, t.mul(x), x[t]
    return x.a.b
print(fx.symbolic_trace(operands).code)
def unpacks(x):
    a, b = x.chunk(2)
    (c, d), e = x
    return {'a': a.view(x.shape[0], x.size()[1]), 'b': (c, [d])}
print(fx.symbolic_trace(unpacks).code)
def branch(x):
    if x.sum() > 0: return x
    return -x
fx.symbolic_trace(branch)
fx.symbolic_trace(lambda x: [i for i in x])
fx.symbolic_trace(lambda x: range(x))
fx.symbolic_trace(lambda x: object())
print(fx.symbolic_trace(lambda **k: k['a']).code, fx.symbolic_trace(lambda *a: a[0] + 1).code, fx.symbolic_trace(lambda x, *, y=2: x + y).code)
print(fx.symbolic_trace(lambda: torch.ones(2)).code, fx.symbolic_trace(lambda x: f'{x}').code, fx.symbolic_trace(lambda x: None).code)
def chosen(x, flag, n=2):
    if flag: x = x + n
    return x
print(fx.symbolic_trace(chosen, concrete_args={'flag': True, 'n': 3}).code)
fn = fx.symbolic_trace(lambda x, y: torch.relu(x + y) * x)
node = list(fn.graph.nodes)[2]
node, node.op, node.target, node.args, node.kwargs, node.users, node.next, node.prev, node.all_input_nodes, node.meta, node.type
node.format_node(), len(fn.graph.nodes), fn.graph.find_nodes(op='call_function', target=torch.relu), fn.graph.output_node()
fn.graph.erase_node(node)
fn.graph.create_node('foo', 'x')
fx.Interpreter(fn).run(torch.ones(2))
node.args[0].users, type(node.args)
with fn.graph.inserting_before(node): new = fn.graph.call_function(torch.neg, (node.args[0],))
print(fn.recompile().src)
fn.graph.eliminate_dead_code(), fn.graph.lint()
fx.replace_pattern(fn, lambda x, y: torch.relu(x + y), lambda x, y: torch.sigmoid(x - y))
print(fn.code, fn(torch.ones(2), torch.ones(2)))
proxy = fx.Proxy(node.graph.output_node())
proxy, proxy.foo, type(proxy.foo)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.scale = nn.Parameter(torch.ones(1))
    def forward(self, x): return self.fc(x) * self.scale
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.own, self.drop, self.unused = Own(), nn.Dropout(0.5), nn.Linear(3, 3)
        self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(2)])
    def forward(self, x):
        for layer in self.layers: x = torch.relu(layer(x))
        return self.drop(self.own(x)) + self.own.fc.weight
torch.manual_seed(0)
net = fx.symbolic_trace(Net())
net
print(net.graph)
list(net.state_dict()), net.graph.owning_module is net
import copy
twin = copy.deepcopy(net)
type(twin).__name__, twin.graph is net.graph, torch.equal(twin.eval()(torch.ones(1, 2)), net.eval()(torch.ones(1, 2)))
class Smooth(fx.Transformer):
    def call_function(self, target, args, kwargs):
        return super().call_function(torch.sigmoid if target is torch.relu else target, args, kwargs)
print(Smooth(net).transform().code)
class Tells(fx.Interpreter):
    def run_node(self, n):
        out = super().run_node(n)
        print(n.name, tuple(out.shape))
        return out
Tells(net).run(torch.ones(1, 2))
from torch.fx.passes.shape_prop import ShapeProp
ShapeProp(net).propagate(torch.ones(1, 2))
[(n.name, n.meta['tensor_meta'].shape, n.meta['type'].__name__) for n in net.graph.nodes], net.graph.output_node().meta['tensor_meta']
graph = fx.Graph()
x = graph.placeholder('x')
y = graph.call_function(torch.matmul, (x, graph.get_attr('own.fc.weight')))
graph.output(graph.call_method('relu', (graph.call_module('drop', (y,)),)))
made = fx.GraphModule(Net(), graph)
made
made.delete_all_unused_submodules(), made.add_submodule('new.sub', nn.ReLU()), made
made.print_readable()
y.args = (x, x)
y.kwargs
graph.lint()
y.args[0].kwargs.update(a=1)
class Lower(fx.Tracer):
    def is_leaf_module(self, m, name): return not isinstance(m, nn.ReLU) and super().is_leaf_module(m, name)
print(Lower().trace(Calls()))
