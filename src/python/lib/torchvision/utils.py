"""Pictures side by side."""
import math

import torch


def make_grid(tensor, nrow=8, padding=2, normalize=False, value_range=None, scale_each=False, pad_value=0.0):
    """3 x H x W: pictures (a list, or N x C x H x W) in rows of `nrow`."""
    t = torch.stack(list(tensor)) if isinstance(tensor, (list, tuple)) else tensor
    t = t.unsqueeze(0) if t.dim() == 2 else t
    t = t.unsqueeze(0) if t.dim() == 3 else t
    t = t.expand(-1, 3, -1, -1) if t.shape[1] == 1 else t
    if normalize:
        t = t.clone()
        for part in t if scale_each else (t,):
            low, high = value_range or (float(part.min()), float(part.max()))
            part.clamp_(min=low, max=high).sub_(low).div_(max(high - low, 1e-5))
    if t.shape[0] == 1:
        return t[0]
    across = min(nrow, t.shape[0])
    down = math.ceil(t.shape[0] / across)
    height, width = t.shape[2] + padding, t.shape[3] + padding
    grid = t.new_full((t.shape[1], height * down + padding, width * across + padding), pad_value)
    for k in range(t.shape[0]):
        y, x = divmod(k, across)
        grid[:, y * height + padding:(y + 1) * height, x * width + padding:(x + 1) * width] = t[k]
    return grid


def save_image(tensor, fp, format=None, **how):
    """Writes make_grid(tensor) as a PNG."""
    from PIL.Image import Image
    grid = make_grid(tensor, **how).mul(255).add_(0.5).clamp_(0, 255).to(torch.uint8).permute(1, 2, 0)
    Image(grid.contiguous()).save(fp, format)
