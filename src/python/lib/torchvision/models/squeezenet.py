"""SqueezeNet (Iandola and others, 2016)."""
import torch
from torch import nn

from ._weights import untrained


class Fire(nn.Module):
    def __init__(self, inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes):
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, kernel_size=1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, kernel_size=1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        return torch.cat([self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1)


class SqueezeNet(nn.Module):
    def __init__(self, version='1_0', num_classes=1000, dropout=0.5):
        super().__init__()
        self.num_classes = num_classes
        if version not in ('1_0', '1_1'):
            raise ValueError(f'Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected')
        first = nn.Conv2d(3, 96, 7, stride=2) if version == '1_0' else nn.Conv2d(3, 64, 3, stride=2)
        layers, channels = [first, nn.ReLU(inplace=True)], first.out_channels
        # Behind which of the eight a pooling stands; another one is before the first.
        pooled = (2, 6) if version == '1_0' else (1, 3)
        layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        for i, squeezed in enumerate((16, 16, 32, 32, 48, 48, 64, 64)):
            layers.append(Fire(channels, squeezed, 4 * squeezed, 4 * squeezed))
            channels = 8 * squeezed
            layers += [nn.MaxPool2d(3, 2, ceil_mode=True)] if i in pooled else []
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(512, num_classes, kernel_size=1)
        self.classifier = nn.Sequential(nn.Dropout(dropout), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1)))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                if m is last:
                    nn.init.normal_(m.weight, mean=0.0, std=0.01)
                else:
                    nn.init.kaiming_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


@untrained
def squeezenet1_0(**how):
    return SqueezeNet('1_0', **how)


@untrained
def squeezenet1_1(**how):
    return SqueezeNet('1_1', **how)
