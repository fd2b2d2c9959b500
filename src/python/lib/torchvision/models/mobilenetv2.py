"""MobileNet v2 (Sandler and others, 2018, table 2)."""
import torch
from torch import nn

from ._weights import untrained


class Conv2dNormActivation(nn.Sequential):
    def __init__(self, channels, out, kernel, stride=1, groups=1):
        super().__init__(nn.Conv2d(channels, out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False), nn.BatchNorm2d(out), nn.ReLU6(inplace=True))
        self.out_channels = out


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio):
        super().__init__()
        self.stride, self.out_channels = stride, oup
        hidden = int(round(inp * expand_ratio))
        self.use_res_connect = stride == 1 and inp == oup
        self.conv = nn.Sequential(
            *([Conv2dNormActivation(inp, hidden, 1)] if expand_ratio != 1 else []), Conv2dNormActivation(hidden, hidden, 3, stride, hidden),
            nn.Conv2d(hidden, oup, 1, 1, 0, bias=False), nn.BatchNorm2d(oup))

    def forward(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


def _of_eight(v):
    """The nearest multiple of 8, not less than nine tenths."""
    found = max(8, int(v + 4) // 8 * 8)
    return found + 8 if found < 0.9 * v else found


class MobileNetV2(nn.Module):
    def __init__(self, num_classes=1000, width_mult=1.0, dropout=0.2):
        super().__init__()
        channels = _of_eight(32 * width_mult)
        self.last_channel = _of_eight(1280 * max(1.0, width_mult))
        layers = [Conv2dNormActivation(3, channels, 3, 2)]
        for t, c, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
            out = _of_eight(c * width_mult)
            for i in range(n):
                layers.append(InvertedResidual(channels, out, s if i == 0 else 1, t))
                channels = out
        self.features = nn.Sequential(*layers, Conv2dNormActivation(channels, self.last_channel, 1))
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Linear(self.last_channel, num_classes))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode='fan_out')
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(torch.flatten(x, 1))


@untrained
def mobilenet_v2(**how):
    return MobileNetV2(**how)
