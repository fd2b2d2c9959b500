"""VGG (Simonyan and Zisserman, 2015, table 1)."""
import torch
from torch import nn

from ._weights import untrained

# Convolutions in each of the five blocks, which a pooling ends.
_BLOCKS = {'vgg11': (1, 1, 2, 2, 2), 'vgg13': (2, 2, 2, 2, 2), 'vgg16': (2, 2, 3, 3, 3), 'vgg19': (2, 2, 4, 4, 4)}


def _features(blocks, batch_norm):
    layers, channels = [], 3
    for many, width in zip(blocks, (64, 128, 256, 512, 512)):
        for _ in range(many):
            layers += [nn.Conv2d(channels, width, 3, padding=1), *([nn.BatchNorm2d(width)] if batch_norm else []), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(dropout), nn.Linear(4096, num_classes))
        if init_weights:
            for m in self.modules():
                if isinstance(m, nn.Conv2d):
                    nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')
                    nn.init.zeros_(m.bias)
                elif isinstance(m, nn.Linear):
                    nn.init.normal_(m.weight, 0, 0.01)
                    nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def _made(name, batch_norm):
    def build(**how):
        return VGG(_features(_BLOCKS[name], batch_norm), **how)

    build.__name__ = build.__qualname__ = f'{name}_bn' if batch_norm else name
    return untrained(build)


vgg11, vgg13, vgg16, vgg19 = (_made(name, False) for name in _BLOCKS)
vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn = (_made(name, True) for name in _BLOCKS)
