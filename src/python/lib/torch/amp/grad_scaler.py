"""torch.amp.GradScaler: losses are scaled up, so that small gradients survive in float16, and gradients down again."""
import math
import warnings


class GradScaler:
    """Scales losses by a factor that grows while gradients stay finite, and shrinks (skipping the step) where they do not.

    On 'cuda', which is not there, it is disabled with PyTorch's warning: scale gives its argument back, step calls the optimizer.
    """

    def __init__(self, device='cuda', init_scale=2.0 ** 16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        self._device = device
        self._enabled = enabled
        if device == 'cuda' and enabled:
            warnings.warn('torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.', stacklevel=2)
            self._enabled = False
        if not self._enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError('The growth factor must be > 1.0.')
        if backoff_factor >= 1.0:
            raise AssertionError('The backoff factor must be < 1.0.')
        self._scale = None
        self._init_scale = init_scale
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._growth_tracker = 0
        # By optimizer: was its gradient unscaled, did it step, was a gradient not finite.
        self._states = {}

    def _state(self, optimizer):
        return self._states.setdefault(id(optimizer), {'stage': 'ready', 'found_inf': None})

    def scale(self, outputs):
        """The tensor, or the tensors, times the factor."""
        import torch
        if not self._enabled:
            return outputs
        if isinstance(outputs, torch.Tensor):
            if self._scale is None:
                self._scale = torch.full((), self._init_scale, dtype=torch.float32)
            return outputs * self._scale
        if isinstance(outputs, (list, tuple)):
            return type(outputs)(map(self.scale, outputs))
        raise ValueError('outputs must be a Tensor or an iterable of Tensors')

    def unscale_(self, optimizer):
        """Divides the gradients of the optimizer's parameters by the factor, in place."""
        import torch
        if not self._enabled:
            return
        self._check('unscale_')
        state = self._state(optimizer)
        if state['stage'] == 'unscaled':
            raise RuntimeError('unscale_() has already been called on this optimizer since the last update().')
        if state['stage'] == 'stepped':
            raise RuntimeError('unscale_() is being called after step().')
        inverse = self._scale.double().reciprocal().float()
        finite = True
        with torch.no_grad():
            for group in optimizer.param_groups:
                for p in group['params']:
                    if p.grad is None:
                        continue
                    if p.grad.dtype == torch.float16:
                        raise ValueError('Attempting to unscale FP16 gradients.')
                    finite = finite and bool(p.grad.isfinite().all())
                    p.grad.mul_(inverse)
        state['found_inf'] = not finite
        state['stage'] = 'unscaled'

    def step(self, optimizer, *args, **kwargs):
        """optimizer.step(), unless a gradient is not finite."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if 'closure' in kwargs:
            raise RuntimeError('Closure use is not currently supported if GradScaler is enabled.')
        self._check('step')
        state = self._state(optimizer)
        if state['stage'] == 'stepped':
            raise RuntimeError('step() has already been called since the last update().')
        if state['stage'] == 'ready':
            self.unscale_(optimizer)
        result = None if state['found_inf'] else optimizer.step(*args, **kwargs)
        state['stage'] = 'stepped'
        return result

    def update(self, new_scale=None):
        """The factor for the next iteration: grown, shrunk, or the one given."""
        import torch
        if not self._enabled:
            return
        self._check('update')
        if new_scale is not None:
            self._scale.fill_(new_scale)
        else:
            found = [s['found_inf'] for s in self._states.values() if s['found_inf'] is not None]
            if not found:
                raise AssertionError('No inf checks were recorded prior to update.')
            with torch.no_grad():
                if any(found):
                    self._scale.mul_(self._backoff_factor)
                    self._growth_tracker = 0
                else:
                    self._growth_tracker += 1
                    if self._growth_tracker == self._growth_interval:
                        grown = self._scale * self._growth_factor
                        if math.isfinite(grown.item()):
                            self._scale.copy_(grown)
                        self._growth_tracker = 0
        self._states = {}

    def _check(self, what):
        if self._scale is None:
            raise AssertionError(f'Attempted {what} but _scale is None.  This may indicate your script did not use scaler.scale(loss or '
                                 'outputs) earlier in the iteration.')

    def get_scale(self):
        """The factor; 1.0 where scaling is disabled."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self):
        return self._growth_factor

    def set_growth_factor(self, new_factor):
        self._growth_factor = new_factor

    def get_backoff_factor(self):
        return self._backoff_factor

    def set_backoff_factor(self, new_factor):
        self._backoff_factor = new_factor

    def get_growth_interval(self):
        return self._growth_interval

    def set_growth_interval(self, new_interval):
        self._growth_interval = new_interval

    def is_enabled(self):
        return self._enabled

    def state_dict(self):
        """The factor and how it changes; empty where scaling is disabled."""
        if not self._enabled:
            return {}
        return {'scale': self.get_scale(), 'growth_factor': self._growth_factor, 'backoff_factor': self._backoff_factor,
                'growth_interval': self._growth_interval, '_growth_tracker': self._growth_tracker}

    def load_state_dict(self, state_dict):
        if not self._enabled:
            return
        if len(state_dict) == 0:
            raise RuntimeError('The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.')
        self._init_scale = state_dict['scale']
        if self._scale is not None:
            self._scale.fill_(state_dict['scale'])
        self._growth_factor = state_dict['growth_factor']
        self._backoff_factor = state_dict['backoff_factor']
        self._growth_interval = state_dict['growth_interval']
        self._growth_tracker = state_dict['_growth_tracker']
