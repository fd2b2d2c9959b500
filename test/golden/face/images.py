import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
conv = nn.Conv2d(2, 4, 3, stride=(2, 1), padding=1, dilation=1, groups=2)
conv
conv.weight
conv.bias
x = torch.randn(1, 2, 4, 3)
y = conv(x)
y
y.grad_fn.name()
conv(x[0]).shape
conv(torch.randn(1, 3, 4, 4))
conv(torch.randn(4))
conv(x.double())
y.sum().backward()
conv.weight.grad
[(name, tuple(p.shape)) for name, p in conv.named_parameters()]
list(conv.state_dict())
nn.Conv1d(3, 3, 2, bias=False, padding='same')
nn.Conv1d(1, 1, 3, padding='same')(torch.arange(4.).view(1, 1, 4)).shape
nn.Conv3d(1, 2, (1, 2, 3), padding_mode='replicate', padding=1)
nn.Conv2d(1, 1, 2, padding=1, padding_mode='circular')(torch.ones(1, 1, 2, 2)).shape
nn.Conv2d(1, 1, 3, padding='same', padding_mode='reflect')(torch.ones(1, 3, 3)).shape
nn.Conv2d(3, 4, 3, groups=2)
nn.Conv2d(4, 3, 3, groups=2)
nn.Conv2d(4, 4, 3, groups=0)
nn.Conv2d(4, 4, 3, padding='same', stride=2)
t = nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1)
t
t.weight[0, 0]
t(torch.ones(1, 2, 3, 3)).shape
t(torch.ones(1, 2, 3, 3), output_size=(5, 6)).shape
t(torch.ones(2, 3, 3), output_size=(9, 9))
t(torch.ones(2, 3, 3), output_size=(1, 2, 3, 4, 5))
nn.ConvTranspose1d(1, 1, 2, padding_mode='reflect')
nn.ConvTranspose3d(1, 1, 2, dilation=2, bias=False)

lazy = nn.LazyConv2d(3, 2)
lazy
lazy.weight
lazy.weight.shape
nn.parameter.is_lazy(lazy.bias)
lazy(x).shape
lazy
type(lazy).__name__
lazy.weight[0, 0]
other = nn.LazyConv2d(3, 2)
other.load_state_dict(lazy.state_dict())
torch.equal(other(x), lazy(x))
nn.LazyLinear(2)
line = nn.LazyLinear(2)
line(torch.ones(3)).shape
line
nn.LazyConvTranspose1d(2, 3)(torch.ones(4, 5)).shape
nn.LazyConv1d(2, 3)(torch.ones(4))

nn.MaxPool2d(2)
nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True)
square = torch.tensor([[1., 5., 2.], [8., 3., 0.], [4., 7., 6.]]).view(1, 1, 3, 3)
nn.MaxPool2d(2, 1)(square)
pooled, places = nn.MaxPool2d(2, 1, return_indices=True)(square)
places
F.max_pool2d(square, 2, return_indices=True)
nn.MaxUnpool2d(2, 1)
nn.MaxUnpool2d(2, 2)(pooled[..., :1, :1], places[..., :1, :1], output_size=(3, 3))
nn.AvgPool2d(2, padding=1, count_include_pad=False)(square)
nn.AvgPool2d((2, 1))
nn.AvgPool1d(2)
nn.AdaptiveAvgPool2d((None, 2))
nn.AdaptiveAvgPool2d((None, 2))(square)
nn.AdaptiveAvgPool2d(1)(square)
nn.AdaptiveMaxPool2d(2, return_indices=True)(square)
F.adaptive_avg_pool2d(square, [2])
F.adaptive_avg_pool2d(square, (1, 2, 3, 4, 5))
nn.LPPool2d(2, 2)
nn.LPPool2d(2, 2, 1)(square)
nn.FractionalMaxPool2d(2, output_ratio=1.5)
nn.FractionalMaxPool2d(2)
torch.manual_seed(3)
nn.FractionalMaxPool2d(2, output_size=2)(square)
nn.FractionalMaxPool2d(2, output_ratio=(0.7, 0.7), return_indices=True)(square)
F.max_pool2d(square, 2, padding=2)
F.max_pool2d(square, 'two')
F.avg_pool2d(square)

nn.ZeroPad2d((1, 0, 2, 0))
nn.ZeroPad2d((1, 0, 2, 0))(square)
nn.ConstantPad1d(1, 3.5)
nn.ReflectionPad2d(1)(square)
nn.ReplicationPad2d((1, 1, 0, 0))(square)
nn.CircularPad2d(1)(square)
nn.CircularPad2d(1)(square[0, 0])
isinstance(nn.ZeroPad2d(1), nn.ConstantPad2d)
F.pad(square, (1, 1), value=2)
F.pad(square, (4, 4), mode='reflect')
F.pad(square, (1, 1), mode='mirror')

nn.Unfold(2)
nn.Unfold(2)(square)
nn.Fold((3, 3), 2)
nn.Fold((3, 3), 2)(nn.Unfold(2)(square))
nn.PixelShuffle(2)
nn.PixelShuffle(2)(torch.arange(8.).view(1, 4, 1, 2))
nn.PixelUnshuffle(2)(torch.arange(8.).view(1, 1, 2, 4))
nn.ChannelShuffle(2)(torch.arange(4.).view(1, 4, 1, 1))
nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)
nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)(square)
nn.UpsamplingNearest2d(scale_factor=2)
nn.UpsamplingBilinear2d(size=(2, 2))(square)
F.interpolate(square, scale_factor=0.7, mode='bicubic')
F.interpolate(square, size=2, mode='bilinear', antialias=True)
F.interpolate(square, size=2, mode='lanczos', antialias=True)
F.interpolate(square, size=2, mode='nearest-exact')
F.interpolate(square, size=5, mode='area')
F.interpolate(square, scale_factor=2, recompute_scale_factor=True).shape
F.interpolate(square)
F.interpolate(square, size=2, scale_factor=2)
F.interpolate(square, size=(2, 2, 2))
F.interpolate(square, scale_factor=(2, 2, 2))
F.interpolate(square, size=2, align_corners=True)
F.interpolate(square, size=2, mode='linear')
F.interpolate(square, size=2, mode='cubic')
F.interpolate(square[0], size=2, antialias=True, mode='bilinear')
grid = F.affine_grid(torch.tensor([[[1., 0.2, 0.], [0., 0.8, 0.1]]]), (1, 1, 2, 2), align_corners=False)
grid
F.grid_sample(square, grid, align_corners=False)
F.grid_sample(square, grid, mode='bicubic', padding_mode='border', align_corners=True)
F.grid_sample(square, grid, mode='cubic')
F.grid_sample(square, grid, padding_mode='wrap')
F.affine_grid(torch.ones(1, 2, 3), (1, 1, 2))
nn.LocalResponseNorm(2)(square)

torch.manual_seed(4)
image, kernel, rising = torch.randn(1, 2, 3, 3), torch.randn(2, 1, 2, 2), torch.randn(1, 2, 2, 2)
nn.grad.conv2d_input(image.shape, kernel, rising, groups=2)
nn.grad.conv2d_weight(image, kernel.shape, rising, groups=2)
nn.grad.conv1d_weight(torch.ones(1, 1, 4), (1, 1, 2), torch.ones(1, 1, 2), stride=2)
