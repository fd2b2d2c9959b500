"""What real PyTorch's autograd does, for test/unit/engine/autograd.test.ts: `python3 test/golden/autograd.py` writes autograd.json.

Each function is a scenario; its facts (values as lists, names, error texts) go under its name. The test does the same with
the engine.
"""
import json
import pathlib
import warnings

import torch

warnings.simplefilter('ignore')


def error(f):
    try:
        f()
    except Exception as e:
        return str(e)
    return None


def leaf(*values, dtype=torch.float64):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def name(t):
    return type(t.grad_fn).__name__ if t.grad_fn else None


def leaves():
    x = leaf(1, 2)
    y = x * 2
    return [[t.is_leaf, t.requires_grad, name(t)] for t in (x, y, torch.ones(2), y.detach(), (torch.ones(2) * 2))]


def accumulation():
    x = leaf(1, 2)
    none = x.grad is None
    (x * x).sum().backward()
    first = x.grad
    one = first.tolist()
    (x * 3).sum().backward()
    return [none, one, x.grad.tolist(), x.grad is first]


def second_backward():
    x = leaf(1, 2)
    y = (x * x).sum()
    y.backward()
    saved = error(y.backward)
    # Nothing was saved here, so nothing is missed.
    z = (x + 1).sum()
    z.backward()
    plain = error(z.backward)
    w = (x * x).sum()
    w.backward(retain_graph=True)
    w.backward()
    return [saved, plain, x.grad.tolist()]


def inplace_versions():
    x = leaf(1, 2, 3, dtype=torch.float32)
    y = x.sigmoid()
    y.mul_(2)
    own = error(y.sum().backward)
    a = x * 1
    b = a * a
    a.add_(1)
    other = error(b.sum().backward)
    c = torch.ones(2, 3)
    d = x * c
    c.zero_()
    constant = error(d.sum().backward)
    e = x.exp()
    f = e * 2
    e.add_(1)
    through = error(f.sum().backward)
    # add saves nothing: writing over its input is fine.
    g = x * 1
    h = g + 1
    g.mul_(5)
    fine = error((h + g).sum().backward)
    return [own, other, constant, through, fine, x.grad.tolist()]


def inplace_on_leaf():
    x = leaf(1, 2, 3)
    whole = error(lambda: x.add_(1))
    view = error(lambda: x[0].mul_(2))
    view2 = error(lambda: x.view(3, 1).zero_())
    with torch.no_grad():
        x.add_(1)
    (x * x).sum().backward()
    return [whole, view, view2, x.tolist(), x.grad.tolist(), x._version]


def inplace_chain():
    x = leaf(1, 2, 3)
    y = x * 2
    y.mul_(y.detach().clone())
    y.add_(x)
    y[1:].sub_(1)
    (y * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    return [y.tolist(), name(y), x.grad.tolist(), y._version]


def view_written():
    x = leaf(1, 2, 3, 4)
    w = leaf(5, 7)
    y = x * 2
    v = y.view(2, 2)
    row = v[1]
    before = name(row)
    row.mul_(w)
    names = [before, name(y), name(v), name(row)]
    (y * torch.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
    return [names, y.tolist(), x.grad.tolist(), w.grad.tolist()]


def base_written():
    x = leaf(1, 2, 3, 4)
    y = x * 2
    v = y[1:3]
    y.mul_(x.detach())
    after = name(v)
    (v * torch.tensor([3.0, 5.0])).sum().backward()
    return [after, v.tolist(), x.grad.tolist()]


def copied_into_view():
    x = leaf(1, 2, 3, 4)
    s = leaf(10, 20)
    y = (x * 2).view(2, 2)
    y[:, 1].copy_(s)
    y[0].add_(1)
    (y * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    return [y.tolist(), x.grad.tolist(), s.grad.tolist()]


def zeros_filled():
    x = leaf(1, 2, 3)
    y = torch.zeros(3, dtype=torch.float64)
    for i in range(3):
        y[i].copy_(x[i] * x[i])
    y[1:].mul_(2)
    y.sum().backward()
    return [y.requires_grad, y.tolist(), x.grad.tolist()]


def transposed_written():
    x = leaf(1, 2, 3, 4, 5, 6)
    y = (x * 1).view(2, 3)
    y.t()[0].mul_(10)
    y.t().narrow(0, 1, 2).add_(x.detach().view(3, 2)[:2] * 0 + 1)
    (y * torch.arange(6.0).view(2, 3)).sum().backward()
    return [y.tolist(), x.grad.tolist()]


def refused_views():
    x = leaf(1, 2, 3)
    y = x * 1
    unbound = error(lambda: y.unbind()[0].add_(1))
    split = error(lambda: y.split(1)[1].mul_(2))
    with torch.no_grad():
        v = y[0:2]
        many = y.unbind()
    no_grad = error(lambda: v.add_(1))
    no_grad_many = error(lambda: many[0].add_(1))
    z = x * 1
    expanded = error(lambda: z[:1].expand(3).add_(1))
    return [unbound, split, no_grad, no_grad_many, expanded]


def detached():
    x = leaf(1, 2)
    y = x.sigmoid()
    d = y.detach()
    flags = [d.requires_grad, d.is_leaf, d.data_ptr() == y.data_ptr()]
    d.zero_()
    return [flags, y.tolist(), error(y.sum().backward)]


def data_written():
    x = leaf(1, 2)
    y = x * x
    x.data.mul_(10)
    y.sum().backward()
    return [x.tolist(), x.grad.tolist(), x._version]


def retained():
    x = leaf(1, 2)
    y = x * 3
    y.retain_grad()
    z = y * y
    z.sum().backward()
    return [y.grad.tolist(), x.grad.tolist(), z.grad is None]


def hooks():
    x = leaf(1, 2)
    seen = []
    y = x * 3
    y.register_hook(lambda g: seen.append(['y', g.tolist()]))
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    x.register_hook(lambda g: seen.append(['x', g.tolist()]))
    x.register_hook(lambda g: g + 1)
    (y * y).sum().backward()
    return [seen, y.grad.tolist(), x.grad.tolist()]


def double_backward():
    x = leaf(1, 2)
    y = (x**3).sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    tracked = g.requires_grad
    (h,) = torch.autograd.grad(g.sum(), x, create_graph=True)
    (k,) = torch.autograd.grad(h.sum(), x)
    penalty = (x * x).sum()
    penalty.backward(create_graph=True)
    loss = (x.grad * x.grad).sum()
    graph = x.grad.requires_grad
    x.grad = None
    loss.backward()
    return [tracked, g.tolist(), h.tolist(), k.tolist(), graph, x.grad.tolist()]


def chosen_inputs():
    x, w = leaf(1, 2), leaf(3, 4)
    y = x * w
    z = (y * y).sum()
    gx, gy = torch.autograd.grad(z, [x, y], retain_graph=True)
    nothing = x.grad is None
    (unused,) = torch.autograd.grad(z, [leaf(1)], allow_unused=True, retain_graph=True)
    z.backward(inputs=[w])
    return [gx.tolist(), gy.tolist(), nothing, unused is None, x.grad is None, w.grad.tolist()]


def no_grad():
    x = leaf(1, 2)
    with torch.no_grad():
        y = x * 2
        v = x[0]
    return [y.requires_grad, name(y), v.requires_grad]


def errors():
    x = leaf(1, 2)
    return [
        error(lambda: torch.ones(2).sum().backward()),
        error(lambda: (x * 2).backward()),
        error(lambda: (x * 2).backward(torch.ones(3, dtype=torch.float64))),
        error(lambda: torch.ones(2, dtype=torch.int64).requires_grad_()),
        error(lambda: torch.autograd.grad(x.sum(), torch.ones(2))),
    ]


def shared_gradients():
    a, b = leaf(1, 2), leaf(3, 4)
    (a + b).sum().backward()
    a.grad.mul_(10)
    c = leaf(1, 2)
    (c + c).sum().backward()
    d = leaf(1, 2, 3, 4)
    m = d.view(2, 2)
    (m.t() @ m).sum().backward()
    e = torch.arange(6.0, dtype=torch.float64).view(2, 3).requires_grad_()
    (e.t() * torch.arange(6.0).view(3, 2)).sum().backward()
    f = leaf(1, 2)
    g = torch.ones(2, dtype=torch.float64)
    (f * 1).backward(g)
    (f + 0).backward(g)
    return [a.grad.tolist(), b.grad.tolist(), c.grad.tolist(), d.grad.tolist(), e.grad.is_contiguous(), g.tolist(), f.grad.tolist()]


def order_of_sums():
    """float32 sums depend on their order: the gradient of x arrives from many uses."""
    x = leaf(0.1, 0.2, 0.3, dtype=torch.float32)
    total = torch.zeros((), dtype=torch.float32)
    for i in range(1, 30):
        total = total + (x * (i * 0.37)).sin().sum() + (x / i).exp().sum()
    total.backward()
    return [total.item(), x.grad.tolist()]


def mixed_dtypes():
    x = leaf(1, 2, dtype=torch.float32)
    w = leaf(3, 4, dtype=torch.float64)
    (x * w).sum().backward()
    return [str(x.grad.dtype), str(w.grad.dtype), x.grad.tolist()]


def late_history():
    x = leaf(1, 2, 3)
    y = torch.zeros(3, dtype=torch.float64)
    v = y[1:]
    before = v.requires_grad
    y.add_(x)
    after = [v.requires_grad, v.is_leaf, name(v)]
    (v * 2).sum().backward()
    return [before, after, x.grad.tolist()]


def self_times_self():
    x = leaf(1, 2, 3)
    y = x * 1
    y.mul_(y)
    text = error(y.sum().backward)
    z = x * 1
    z.add_(z)
    z.sum().backward()
    return [text, x.grad.tolist()]


def no_grad_view_used():
    x = leaf(1, 2)
    with torch.no_grad():
        v = x.view(2, 1)
    (v * 3).sum().backward()
    return [v.requires_grad, v.grad is None, x.grad is None]


def retained_then_written():
    x = leaf(1, 2)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    (y * y).sum().backward()
    return [y.grad.tolist(), x.grad.tolist()]


def hooked_then_written():
    x = leaf(1, 2)
    seen = []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.mul_(3)
    (y * y).sum().backward()
    return [seen, x.grad.tolist()]


def written_twice_differentiated():
    x = leaf(1, 2, 3)
    y = x * x
    y[0].mul_(x[1])
    y[1:].mul_(y[:2].detach().clone())
    y.view(3, 1)[2].copy_(x[2:] ** 3)
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    return [y.tolist(), g.tolist(), h.tolist()]


def stale_view_twice_differentiated():
    x = leaf(1, 2, 3)
    y = x * x
    v = y[1:]
    y.mul_(x)
    (g,) = torch.autograd.grad((v * v).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    return [name(v), g.tolist(), h.tolist()]


def view_of_many():
    x = leaf(1, 2, 3, 4)
    y = (x * 1).view(2, 2)
    part = y.unbind()[0]
    return [error(lambda: part[0].add_(1)), error(lambda: part.detach().add_(1)), y.tolist()]


def expanded_writes():
    z = torch.ones(1)
    y = torch.arange(4.0)
    m = torch.arange(4.0).view(2, 2)
    return [error(lambda: y[1:].mul_(y[:3])), error(lambda: y[:2].mul_(y[2:])), error(lambda: m.add_(m.t())),
            error(lambda: m.add_(m)), error(lambda: z.expand(3).add_(1)), error(lambda: z.expand(3).zero_()), error(lambda: z.expand(3).fill_(2)),
            error(lambda: z.expand(3).copy_(torch.ones(3))), error(lambda: z.expand(3).uniform_())]


def optimizer_step():
    w = leaf(1, 2)
    v = torch.zeros(2, dtype=torch.float64)
    seen = []
    for _ in range(3):
        loss = (w * w).sum()
        w.grad = None
        loss.backward()
        with torch.no_grad():
            v.mul_(0.9).add_(w.grad)
            w.sub_(v, alpha=0.1)
        seen.append([loss.item(), w.tolist(), v.tolist(), w._version])
    return seen


SCENARIOS = [
    leaves, accumulation, second_backward, inplace_versions, inplace_on_leaf, inplace_chain, view_written, base_written,
    copied_into_view, zeros_filled, transposed_written, refused_views, detached, data_written, retained, hooks,
    double_backward, chosen_inputs, no_grad, errors, shared_gradients, order_of_sums, mixed_dtypes,
    late_history, self_times_self, no_grad_view_used, retained_then_written, hooked_then_written,
    written_twice_differentiated, stale_view_twice_differentiated, view_of_many, expanded_writes, optimizer_step,
]

if __name__ == '__main__':
    rows = [f'"{f.__name__}":{json.dumps(f())}' for f in SCENARIOS]
    path = pathlib.Path(__file__).with_suffix('.json')
    path.write_text('{"torch":"' + torch.__version__.split('+')[0] + '",\n' + ',\n'.join(rows) + '}\n')
