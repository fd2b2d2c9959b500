"""DenseNet (Huang and others, 2017)."""
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ._weights import untrained


class _DenseLayer(nn.Module):
    def __init__(self, num_input_features, growth_rate, bn_size, drop_rate):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(num_input_features)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(num_input_features, bn_size * growth_rate, kernel_size=1, stride=1, bias=False)
        self.norm2 = nn.BatchNorm2d(bn_size * growth_rate)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(bn_size * growth_rate, growth_rate, kernel_size=3, stride=1, padding=1, bias=False)
        self.drop_rate = float(drop_rate)

    def forward(self, input):
        x = torch.cat([input] if isinstance(input, torch.Tensor) else input, 1)
        x = self.conv2(self.relu2(self.norm2(self.conv1(self.relu1(self.norm1(x))))))
        return F.dropout(x, p=self.drop_rate, training=self.training) if self.drop_rate > 0 else x


class _DenseBlock(nn.ModuleDict):
    def __init__(self, num_layers, num_input_features, bn_size, growth_rate, drop_rate):
        super().__init__()
        for i in range(num_layers):
            self.add_module(f'denselayer{i + 1}', _DenseLayer(num_input_features + i * growth_rate, growth_rate, bn_size, drop_rate))

    def forward(self, init_features):
        features = [init_features]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)


class _Transition(nn.Sequential):
    def __init__(self, num_input_features, num_output_features):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(num_input_features, num_output_features, kernel_size=1, stride=1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)


class DenseNet(nn.Module):
    def __init__(self, growth_rate=32, block_config=(6, 12, 24, 16), num_init_features=64, bn_size=4, drop_rate=0, num_classes=1000):
        super().__init__()
        many = num_init_features
        self.features = nn.Sequential(OrderedDict([
            ('conv0', nn.Conv2d(3, many, kernel_size=7, stride=2, padding=3, bias=False)), ('norm0', nn.BatchNorm2d(many)),
            ('relu0', nn.ReLU(inplace=True)), ('pool0', nn.MaxPool2d(kernel_size=3, stride=2, padding=1))]))
        for i, layers in enumerate(block_config, 1):
            self.features.add_module(f'denseblock{i}', _DenseBlock(layers, many, bn_size, growth_rate, drop_rate))
            many += layers * growth_rate
            if i < len(block_config):
                self.features.add_module(f'transition{i}', _Transition(many, many // 2))
                many //= 2
        self.features.add_module('norm5', nn.BatchNorm2d(many))
        self.classifier = nn.Linear(many, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
            elif isinstance(m, nn.Linear):
                nn.init.zeros_(m.bias)

    def forward(self, x):
        out = F.relu(self.features(x), inplace=True)
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(out, (1, 1)), 1))


@untrained
def densenet121(**how):
    return DenseNet(32, (6, 12, 24, 16), 64, **how)


@untrained
def densenet161(**how):
    return DenseNet(48, (6, 12, 36, 24), 96, **how)


@untrained
def densenet169(**how):
    return DenseNet(32, (6, 12, 32, 32), 64, **how)


@untrained
def densenet201(**how):
    return DenseNet(32, (6, 12, 48, 32), 64, **how)
