"""L-BFGS."""
import torch

from .._tensor import Tensor
from .optimizer import Optimizer, check_lr, number


def _cubic(x1, f1, g1, x2, f2, g2, bounds=None):
    """Where the cubic with these values and slopes at two points is least, within bounds (Nocedal and Wright, (3.59))."""
    low, high = bounds or (min(x1, x2), max(x1, x2))
    d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = d1 ** 2 - g1 * g2
    if square < 0:
        return (low + high) / 2.0
    d2 = square.sqrt()
    if x1 <= x2:
        least = x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2))
    else:
        least = x1 - (x1 - x2) * ((g1 + d2 - d1) / (g1 - g2 + 2 * d2))
    return min(max(least, low), high)


def _real(t):
    return torch.view_as_real(t) if t.is_complex() else t


class _Point:
    """A step length with the loss, the gradient and the slope there."""

    def __init__(self, t, f, g, slope):
        self.t, self.f, self.g, self.slope = t, f, g, slope


def strong_wolfe(at, t, d, f, g, slope, c1=1e-4, c2=0.9, tolerance_change=1e-9, max_ls=25):
    """A step length that satisfies the strong Wolfe conditions: (loss, gradient, length, how often the loss was computed).

    at(t): loss and gradient at a length; f, g, slope: at length 0. Source: Nocedal and Wright, algorithms 3.5 and 3.6.
    """
    def probe(t):
        f_new, g_new = at(t)
        return _Point(t, f_new, g_new, g_new.dot(d))

    longest = d.abs().max()
    previous = start = _Point(0, f, g.clone(), slope)
    new = probe(t)
    evaluations, rounds, done, bracket = 1, 0, False, None
    # First a stretch that must contain such a length, each time farther out …
    while rounds < max_ls:
        if new.f > f + c1 * new.t * slope or (rounds > 1 and new.f >= previous.f):
            bracket = [previous, new]
            break
        if abs(new.slope) <= -c2 * slope:
            bracket, done = [new], True
            break
        if new.slope >= 0:
            bracket = [previous, new]
            break
        t = _cubic(previous.t, previous.f, previous.slope, new.t, new.f, new.slope,
                   bounds=(new.t + 0.01 * (new.t - previous.t), new.t * 10))
        previous, new = new, probe(t)
        evaluations += 1
        rounds += 1
    if rounds == max_ls:
        bracket = [start, new]
    # … then smaller and smaller ones within it. `low` is the better end.
    stuck = False
    low, high = (0, 1) if bracket[0].f <= bracket[-1].f else (1, 0)
    while not done and rounds < max_ls:
        if abs(bracket[1].t - bracket[0].t) * longest < tolerance_change:
            break
        a, b = bracket
        t = _cubic(a.t, a.f, a.slope, b.t, b.f, b.slope)
        left, right = min(a.t, b.t), max(a.t, b.t)
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            # Twice close to an end: no progress, so a tenth of the stretch away from it.
            if stuck or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        new = probe(t)
        evaluations += 1
        rounds += 1
        if new.f > f + c1 * new.t * slope or new.f >= bracket[low].f:
            bracket[high] = new
            low, high = (0, 1) if bracket[0].f <= bracket[1].f else (1, 0)
        else:
            if abs(new.slope) <= -c2 * slope:
                done = True
            elif new.slope * (bracket[high].t - bracket[low].t) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = new
    best = bracket[low]
    return best.f, best.g, best.t, evaluations


class LBFGS(Optimizer):
    """Newton's method with a curvature that is estimated from the last gradients; step() needs a closure, and calls it several times.

    Its state belongs to the first parameter. Source: Nocedal and Wright, algorithm 7.4; Schmidt's minFunc.
    """

    _replaces_state = True

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, history_size=100,
                 line_search_fn=None):
        check_lr(lr)
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        super().__init__(params, dict(lr=lr, max_iter=max_iter, max_eval=max_eval, tolerance_grad=tolerance_grad,
                                      tolerance_change=tolerance_change, history_size=history_size, line_search_fn=line_search_fn))
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]['params']
        self._numel_cache = None

    def _gradient(self):
        return torch.cat([_real(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in self._params], 0)

    def _move(self, length, d):
        """Parameters go `length` along d."""
        at = 0
        for p in map(_real, self._params):
            n = p.numel()
            p.add_(d[at:at + n].view_as(p), alpha=number(length))
            at += n

    def _direction(self, state, gradient, d, t, history_size):
        """-H·gradient, with the inverse curvature H that the last steps tell of (the two-loop recursion)."""
        if state['n_iter'] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return gradient.neg()
        y = gradient.sub(state['prev_flat_grad'])
        s = d.mul(t)
        ys = y.dot(s)
        dirs, steps, ro = state['old_dirs'], state['old_stps'], state['ro']
        if ys > 1e-10:
            if len(dirs) == history_size:
                for past in (dirs, steps, ro):
                    past.pop(0)
            dirs.append(y)
            steps.append(s)
            ro.append(1.0 / ys)
            state['H_diag'] = ys / y.dot(y)
        al = state.setdefault('al', [None] * history_size)
        q = gradient.neg()
        for i in range(len(dirs) - 1, -1, -1):
            al[i] = steps[i].dot(q) * ro[i]
            q.add_(dirs[i], alpha=-number(al[i]))
        r = torch.mul(q, state['H_diag'])
        for i in range(len(dirs)):
            r.add_(steps[i], alpha=number(al[i] - dirs[i].dot(r) * ro[i]))
        return r

    @torch.no_grad()
    def step(self, closure):
        """Up to max_iter moves; the loss before the first of them."""
        closure = torch.enable_grad()(closure)
        group = self.param_groups[0]
        lr, max_iter, max_eval, tolerance = number(group['lr']), group['max_iter'], group['max_eval'], group['tolerance_change']
        search = group['line_search_fn']
        state = self.state[self._params[0]]
        state.setdefault('func_evals', 0)
        state.setdefault('n_iter', 0)
        first = closure()
        loss = float(first)
        evaluations = 1
        state['func_evals'] += 1
        gradient = self._gradient()
        if gradient.abs().max() <= group['tolerance_grad']:
            return first
        d, t = state.get('d'), state.get('t')
        previous, previous_loss = state.get('prev_flat_grad'), state.get('prev_loss')
        for round in range(1, max_iter + 1):
            state['n_iter'] += 1
            d = self._direction(state, gradient, d, t, group['history_size'])
            if previous is None:
                previous = state['prev_flat_grad'] = gradient.clone()
            else:
                previous.copy_(gradient)
            previous_loss = loss
            t = min(1.0, 1.0 / gradient.abs().sum()) * lr if state['n_iter'] == 1 else lr
            slope = gradient.dot(d)
            if slope > -tolerance:
                break
            more = 0
            if search is not None:
                if search != 'strong_wolfe':
                    raise RuntimeError("only 'strong_wolfe' is supported")
                before = [p.clone() for p in self._params]

                def at(length):
                    self._move(length, d)
                    found = float(closure()), self._gradient()
                    for p, value in zip(self._params, before):
                        p.copy_(value)
                    return found

                loss, gradient, t, more = strong_wolfe(at, t, d, loss, gradient, slope, max_ls=max_eval - evaluations)
            self._move(t, d)
            if search is None and round != max_iter:
                loss = float(closure())
                gradient = self._gradient()
                more = 1
            still = gradient.abs().max() <= group['tolerance_grad']
            evaluations += more
            state['func_evals'] += more
            if (round == max_iter or evaluations >= max_eval or still or d.mul(t).abs().max() <= tolerance
                    or abs(loss - previous_loss) < tolerance):
                break
        state.update(d=d, t=t, prev_flat_grad=previous, prev_loss=previous_loss)
        self._tell_state(self._params[0], {k: v for k, v in state.items() if isinstance(v, (Tensor, int, float))})
        return first


LBFGS.__module__ = 'torch.optim.lbfgs'
